import { describe, expect, it } from 'vitest'
import { sortKey } from './sort-key.ts'

// As PostgreSQL compares under COLLATE "C".
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(sortKey(a)), Buffer.from(sortKey(b)))
}

function sorted(names: string[]): string[] {
  return [...names].reverse().sort(byBytes)
}

describe('names sort', () => {
  it('by the value of their numbers', () => {
    const names = ['a1', 'a2', 'a10', 'a100', 'a1000000000000', 'b1']
    expect(sorted(names)).toEqual(names)
  })

  it('with digits before letters, as people expect', () => {
    const names = ['2 apples', '10 apples', 'apples']
    expect(sorted(names)).toEqual(names)
  })

  it('without regard to case, width and Latin accents', () => {
    expect(sortKey('ÉCLAIR')).toBe(sortKey('eclair'))
    expect(sortKey('ＡＢＣ１２')).toBe(sortKey('abc12'))
    const names = ['eclair', 'Édith', 'effort', 'Zoe']
    expect(sorted(names)).toEqual(names)
  })

  it('in Chinese by sound, and mixed with Latin letters', () => {
    const names = ['apple', '北京', '潮位', 'dog', '上海', '张三', '张四', 'zoo']
    expect(sorted(names)).toEqual(names)
  })

  it('keeping names that start with the same character together', () => {
    const names = ['张一', '张二', '章一'].sort(byBytes)
    expect(names.indexOf('章一')).not.toBe(1)
  })

  it('with syllables chosen by the word: 重庆 is chongqing and 重量 zhongliang', () => {
    expect(sortKey('重庆')).toMatch(/^chong重qing庆$/)
    expect(sortKey('重量')).toMatch(/^zhong重liang量$/)
  })
})

it('a sort key has at most 255 bytes and is valid text, for any name', () => {
  for (const name of ['汉'.repeat(85), '9'.repeat(255), 'ﷺ'.repeat(80), 'が'.repeat(85)]) {
    expect(Buffer.byteLength(sortKey(name))).toBeLessThanOrEqual(255)
    expect(sortKey(name)).not.toMatch(/\ufffd/)
  }
})

it('marks that make another letter stay: が is not か, й is not и', () => {
  expect(sortKey('が')).not.toBe(sortKey('か'))
  expect(sortKey('й')).not.toBe(sortKey('и'))
})
