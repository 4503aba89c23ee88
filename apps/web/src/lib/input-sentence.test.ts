import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { speakInSentences } from './input-sentence.ts'

beforeAll(speakInSentences)
afterAll(() => {
  z.config({ customError: undefined })
})

const schema = z.strictObject({
  days: z.int().min(1).max(30).optional(),
  name: z.string().min(1).max(5).optional(),
  password: z.string().min(8, 'Use a longer one.').optional(),
  code: z.string().min(6).optional(),
  ids: z.array(z.string()).min(1).max(2).optional(),
  signup: z.enum(['open', 'closed']).optional(),
  at: z.iso.date().optional(),
})

test.each([
  [{ days: 0 }, 'This must be 1 at least.'],
  [{ days: 31 }, 'This must be 30 at most.'],
  [{ days: '1' }, 'This must be a number.'],
  [{ days: 1.5 }, 'This must be a whole number.'],
  [{ name: '' }, 'This must not be empty.'],
  [{ name: 'too long' }, 'Use at most 5 characters.'],
  [{ code: '12' }, 'Use at least 6 characters.'],
  [{ password: 'short' }, 'Use a longer one.'],
  [{ ids: [] }, 'Give at least 1.'],
  [{ ids: ['a', 'b', 'c'] }, 'Give at most 2.'],
  [{ ids: 'a' }, 'This must be a list.'],
  [{ signup: 'half' }, 'This must be “open” or “closed”.'],
  [{ at: 'yesterday' }, 'This is not written in the right form.'],
  [{ nope: 1 }, 'There is no “nope” to be set.'],
])('%j is refused with a sentence: %s', (input, sentence) => {
  expect(schema.safeParse(input).error?.issues[0]?.message).toBe(sentence)
})

test('what is left out is said to be missing', () => {
  expect(z.object({ token: z.string() }).safeParse({}).error?.issues[0]?.message).toBe('This is missing.')
})
