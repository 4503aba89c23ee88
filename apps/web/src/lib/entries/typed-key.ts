import { folded } from './folded.ts'
import { numberKey, sortKey } from './sort-key.ts'

/** The first digits of longer numbers do not lead to them. */
const DIGITS_MAX = 12
const HAN = '[\u3400-\u9fff\uf900-\ufaff]'

/**
 * How sort keys begin of the names that begin with what was typed. A number at its end may have more digits to come,
 * and keys hold the count of digits first: one beginning for each.
 */
export function typedKeys(typed: string): string[] {
  const [, head = '', zeros = '', digits = ''] = /^(.*?)(0*)([0-9]*)$/s.exec(folded(typed)) ?? []
  const before = sortKey(head)
  if (digits === '') return [zeros === '' ? before : before + numberKey('', 1)]
  const counts = Array.from({ length: Math.max(1, DIGITS_MAX - digits.length) }, (_, more) => digits.length + more)
  return counts.map((count) => before + numberKey(digits, count))
}

/** A pattern for the sort keys of Chinese names with these initials, `cw`: chao潮wei位; null when they can be none. */
export function initialsPattern(typed: string): string | null {
  const letters = folded(typed)
  if (!/^[a-z]{2,}$/.test(letters)) return null
  return `^${Array.from(letters, (letter) => `(${letter}|${letter}[a-z]*${HAN})`).join('')}`
}
