import { tokensOf } from './parse-query.ts'

/** Filters that chips write and take out again. */
export type FilterKey = 'type' | 'date' | 'size' | 'tag' | 'is' | 'in'

const patterns: Record<FilterKey, RegExp> = {
  type: /^type:/i,
  date: /^(?:after|before):/i,
  size: /^[<>]/,
  tag: /^tag:/i,
  is: /^is:/i,
  in: /^in:/i,
}

function written({ text, quoted }: { text: string; quoted: boolean }): string {
  if (quoted) return `"${text}"`
  const colon = text.indexOf(':')
  return /\s/.test(text) && colon > 0 ? `${text.slice(0, colon + 1)}"${text.slice(colon + 1)}"` : text
}

/** What was typed with one filter set anew, or taken out; always with room to go on typing. */
export function withFilter(typed: string, key: FilterKey, token: string | null): string {
  const kept = tokensOf(typed).filter(({ text, quoted }) => quoted || !patterns[key].test(text))
  const parts = [...kept.map(written), ...(token === null ? [] : [token])]
  return parts.length === 0 ? '' : `${parts.join(' ')} `
}

/** What was typed to be found in names, and nothing else. */
export function withoutFilters(typed: string): string {
  const isFilter = (text: string) => Object.values(patterns).some((pattern) => pattern.test(text))
  const kept = tokensOf(typed).filter(({ text, quoted }) => quoted || !isFilter(text))
  return kept.map(written).join(' ')
}

/** The tokens of a filter as they stand there; null: it is not set. */
export function filterOf(typed: string, key: FilterKey): string | null {
  const tokens = tokensOf(typed).filter(({ text, quoted }) => !quoted && patterns[key].test(text))
  return tokens.length === 0 ? null : tokens.map(written).join(' ')
}
