// The first character of each initial in the order of pinyin: whatever stands between two of them begins like the first.
const BOUNDARIES: readonly (readonly [initial: string, first: string])[] = [
  ['a', '阿'],
  ['b', '八'],
  ['c', '嚓'],
  ['d', '咑'],
  ['e', '妸'],
  ['f', '发'],
  ['g', '旮'],
  ['h', '哈'],
  ['j', '讥'],
  ['k', '咔'],
  ['l', '垃'],
  ['m', '呣'],
  ['n', '拏'],
  ['o', '噢'],
  ['p', '妑'],
  ['q', '七'],
  ['r', '呥'],
  ['s', '仨'],
  ['t', '他'],
  ['w', '屲'],
  ['x', '夕'],
  ['y', '丫'],
  ['z', '帀'],
]
const HAN = /^\p{Script=Han}$/u
const collator = new Intl.Collator('zh-CN-u-co-pinyin')

function initialOf(character: string): string {
  if (!HAN.test(character)) return character
  return BOUNDARIES.findLast(([, first]) => collator.compare(first, character) <= 0)?.[0] ?? character
}

/**
 * A name as typed by who jumps to it: 潮位.txt → cw.txt. By the browser's own order of Chinese characters, which knows
 * one reading of each and costs no dictionary; search knows all of them.
 */
export function typedForm(name: string): string {
  return [...name.toLocaleLowerCase()].map(initialOf).join('')
}

/** Whether a name begins with what was typed, as written or by its initials. */
export function beginsWith(name: string, typed: string): boolean {
  const wanted = typed.toLocaleLowerCase()
  return name.toLocaleLowerCase().startsWith(wanted) || typedForm(name).startsWith(wanted)
}
