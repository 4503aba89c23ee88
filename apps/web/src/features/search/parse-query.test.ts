import { describe, expect, it, test } from 'vitest'
import { isEmptyQuery, parseQuery } from './parse-query.ts'

const nothing = {
  texts: [],
  type: null,
  minSize: null,
  maxSize: null,
  after: null,
  before: null,
  tags: [],
  favourite: false,
  inHere: false,
}

describe('what is typed into the search', () => {
  it('is words and filters, in any order', () => {
    expect(parseQuery('tide type:video >1GB after:2026-01 tag:survey is:favourite in:here 潮位')).toEqual({
      texts: ['tide', '潮位'],
      type: 'video',
      minSize: 1e9,
      maxSize: null,
      after: Date.UTC(2026, 0, 1),
      before: null,
      tags: ['survey'],
      favourite: true,
      inHere: true,
    })
  })

  it('is text when it only looks like something that every object has', () => {
    expect(parseQuery('__proto__:x constructor:y toString:')).toMatchObject({
      texts: ['__proto__:x', 'constructor:y', 'toString:'],
    })
    expect(parseQuery('type:constructor type:__proto__')).toEqual(nothing)
  })

  it('keeps together what stands in quotes, also a tag, and a quote that is still open', () => {
    expect(parseQuery('"site photos" tag:"two words"')).toMatchObject({ texts: ['site photos'], tags: ['two words'] })
    expect(parseQuery('"site ph')).toMatchObject({ texts: ['site ph'] })
    expect(parseQuery('"type:video"')).toMatchObject({ texts: ['type:video'], type: null })
  })

  it('may be typed in Chinese, with wide punctuation', () => {
    expect(parseQuery('type：视频 ＞５００MB')).toMatchObject({ type: 'video', minSize: 5e8 })
    expect(parseQuery('type:文件夹')).toMatchObject({ type: 'folder' })
    expect(parseQuery('is：收藏')).toMatchObject({ favourite: true, texts: [] })
  })

  it('is empty when there is nothing in it, or only the beginning of a filter', () => {
    for (const typed of ['', '  ', 'type:', 'type:vi', '>', '>1x', 'after:20', 'tag:', 'is:', 'is:fav', 'in:']) {
      expect(parseQuery(typed), typed).toEqual(nothing)
      expect(isEmptyQuery(parseQuery(typed))).toBe(true)
    }
  })
})

test.each([
  ['>1GB', { minSize: 1e9 }],
  ['>=1.5mb', { minSize: 1.5e6 }],
  ['<200k', { maxSize: 2e5 }],
  ['<=0', { maxSize: 0 }],
  ['after:2026', { after: Date.UTC(2026, 0, 1) }],
  ['before:2026-02-28', { before: Date.UTC(2026, 1, 28) }],
])('%s is a filter', (typed, expected) => {
  expect(parseQuery(typed)).toEqual({ ...nothing, ...expected })
})

test.each(['after:2026-02-30', 'after:2026-13', 'before:2026-00'])('%s is no day and filters nothing', (typed) => {
  expect(parseQuery(typed)).toEqual(nothing)
})

it('a word with a colon that is no filter is looked for as it is', () => {
  expect(parseQuery('12:30 re:invent')).toMatchObject({ texts: ['12:30', 're:invent'] })
})
