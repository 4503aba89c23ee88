import { z } from 'zod'

const nouns: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** What is wrong with an input, as a sentence, where its schema has none of its own. The field is told beside it. */
function inputSentence(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'This is missing.'
      return `This must be ${nouns[issue.expected] ?? 'something else'}.`
    case 'too_small':
      return limitSentence(issue.origin, 'least', Number(issue.minimum))
    case 'too_big':
      return limitSentence(issue.origin, 'most', Number(issue.maximum))
    case 'invalid_value':
      return `This must be ${issue.values.map((value) => `“${String(value)}”`).join(' or ')}.`
    case 'unrecognized_keys':
      return `There is no ${issue.keys.map((key) => `“${key}”`).join(', ')} to be set.`
    case 'invalid_format':
      return 'This is not written in the right form.'
    default:
      return 'This is not valid.'
  }
}

function limitSentence(origin: string, side: 'least' | 'most', limit: number): string {
  if (origin === 'string') {
    return side === 'least' && limit === 1 ? 'This must not be empty.' : `Use at ${side} ${limit} characters.`
  }
  if (origin === 'array') return `Give at ${side} ${limit}.`
  return `This must be ${limit} at ${side}.`
}

/** From now on all schemas of this process speak so. */
export function speakInSentences(): void {
  z.config({ customError: inputSentence })
}
