import { describe, expect, it, test } from 'vitest'
import { gramsOf, gramsOfQuery } from './grams.ts'
import { matchName, nearnessOf } from './match-name.ts'

/** As the database decides: the name has all pieces of the text; then as the comparison of names does. */
function isFound(name: string, text: string): boolean {
  const grams = new Set(gramsOf(name))
  const wanted = gramsOfQuery(text)
  const byIndex = wanted.length > 0 && wanted.every((gram) => grams.has(gram))
  return byIndex && matchName(name, [text]) !== null
}

const found = [
  ['潮位观测数据_2026年第三季度.xlsx', '潮位'],
  ['潮位观测数据_2026年第三季度.xlsx', '数据'],
  ['潮位观测数据_2026年第三季度.xlsx', 'chaowei'],
  ['潮位观测数据_2026年第三季度.xlsx', 'cw'],
  ['潮位观测数据_2026年第三季度.xlsx', 'cwgc'],
  ['潮位观测数据_2026年第三季度.xlsx', 'chaow'],
  ['潮位观测数据_2026年第三季度.xlsx', 'cwei'],
  ['潮位观测数据_2026年第三季度.xlsx', 'GuanCe'],
  ['潮位观测数据_2026年第三季度.xlsx', '_2026'],
  ['潮位', '潮'],
  ['潮位', 'c'],
  ['重庆地图.png', 'chongqing'],
  ['重庆地图.png', 'zhongqing'],
  ['重量.txt', 'zl'],
  ['绿化.txt', 'lvhua'],
  ['女儿.jpg', 'nver'],
  ['report报告final.docx', 'tbaogaof'],
  ['Minutes of the MEETING.docx', 'meeting'],
  ['Éclair à la crème.txt', 'eclair'],
  ['eclair.txt', 'ÉCLAIR'],
  ['ＡＢＣ１２.txt', 'abc12'],
  ['holiday 🏖️🌊 plan.md', '🏖️🌊'],
  ['🌊 waves', '🌊'],
  ['تقرير المسح الساحلي ٢٠٢٦.pdf', 'المسح'],
  ['日本語のメモ.txt', 'メモ'],
  ['ﬁle.txt', 'file'],
  ['x', 'x'],
  ['𠮷野家.txt', '𠮷野'],
] as const

test.each(found)('%s is found by %s', (name, text) => {
  expect(isFound(name, text)).toBe(true)
})

test.each([
  ['潮位.xlsx', '位潮'],
  ['潮位.xlsx', 'weichao'],
  ['ab cd', 'bc'],
  ['banana', 'nab'],
  ['tide table', 'tidetable'],
  ['观潮', 'c'],
])('%s is not found by %s', (name, text) => {
  expect(isFound(name, text)).toBe(false)
})

it('names with the right pieces in the wrong order are told apart by comparing', () => {
  const [name, text] = ['abcab', 'cabc']
  expect(gramsOfQuery(text).every((gram) => gramsOf(name).includes(gram))).toBe(true)
  expect(matchName(name, [text])).toBeNull()
})

describe('what is bold', () => {
  it('are the characters that sound as typed', () => {
    const name = '关于潮位.txt'
    expect(matchName(name, ['chaowei'])).toEqual([[2, 4]])
    expect(matchName(name, ['cw', 'txt'])).toEqual([
      [2, 4],
      [5, 8],
    ])
  })

  it('is what is written rather than what sounds alike', () => {
    expect(matchName('潮chao', ['chao'])).toEqual([[1, 5]])
  })

  it('counts whole characters, emoji and accents that stand by themselves too', () => {
    expect(matchName('🌊🌊 e\u0301clair', ['eclair'])).toEqual([[5, 12]])
  })

  it('joins what overlaps', () => {
    expect(matchName('survey', ['surv', 'vey'])).toEqual([[0, 6]])
  })
})

test.each([
  ['report.pdf', 0],
  ['my report.pdf', 1],
  ['my_report.pdf', 1],
  ['the_bigreport.pdf', 2],
  ['年度report.pdf', 1],
  ['nothing', null],
] as const)('%s is as near as %j to "report"', (name, near) => {
  expect(nearnessOf(name, ['report'])).toBe(near)
})

it('even the worst name has few pieces', () => {
  expect(gramsOf('重'.repeat(85)).length).toBeLessThan(50)
  const names = Array.from({ length: 50 }, (_, start) => {
    return Array.from({ length: 85 }, (_, at) => String.fromCodePoint(0x4e00 + start * 400 + at * 4)).join('')
  })
  for (const name of names) expect(gramsOf(name).length).toBeLessThan(800)
})
