import { pinyin } from 'pinyin-pro'
import { folded } from './folded.ts'
import { cutToBytes, NAME_BYTES_MAX } from './name.ts'

const HAN_RUN = /\p{Script=Han}+/gu
const NUMBER = /[0-9]+/g
const DIGIT_COUNT_MAX = 40

// '7' → '17', '42' → '242': the count of digits first, so that text order is the order of the numbers.
function orderedNumber(digits: string): string {
  return numberKey(digits.replace(/^0+(?=\d)/, ''))
}

/** A number without leading zeros as it stands in a sort key. `count`: of its digits, where these are only its first. */
export function numberKey(digits: string, count: number = digits.length): string {
  return String.fromCharCode(0x30 + Math.min(count, DIGIT_COUNT_MAX)) + digits
}

// 张三 → 'zhang张san三': by sound, and among the same sounds by character.
function orderedHan(text: string): string {
  const syllables = pinyin(text, { toneType: 'none', type: 'array', v: true })
  return Array.from(text, (character, index) => (syllables[index] ?? '') + character).join('')
}

/**
 * The text by which names are ordered byte by byte (COLLATE "C"): numbers by value, Han characters by pinyin, case,
 * width and Latin accents folded. Not a collation of the database: those differ between servers and their versions.
 */
export function sortKey(name: string): string {
  const ordered = folded(name).replace(NUMBER, orderedNumber).replace(HAN_RUN, orderedHan)
  return cutToBytes(ordered, NAME_BYTES_MAX)
}
