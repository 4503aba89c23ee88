import { expect, test } from 'vitest'
import { formatSize, formatSizePair } from './format-size.ts'

test('sizes count in thousands with three significant digits', () => {
  expect(formatSize(0, 'en')).toBe('0 B')
  expect(formatSize(999, 'en')).toBe('999 B')
  expect(formatSize(1000, 'en')).toBe('1 KB')
  expect(formatSize(14_321, 'en')).toBe('14.3 KB')
  expect(formatSize(3_820_000_000, 'en')).toBe('3.82 GB')
  expect(formatSize(300_000_000, 'zh-CN')).toBe('300 MB')
})

test('a value that rounds up to a thousand takes the next unit', () => {
  expect(formatSize(999_499, 'en')).toBe('999 KB')
  expect(formatSize(999_700, 'en')).toBe('1 MB')
})

test('what is missing is counted the same', () => {
  expect(formatSize(-322_000, 'en')).toBe('-322 KB')
})

test('the largest unit does not end', () => {
  expect(formatSize(5e18, 'en')).toBe('5,000 PB')
})

test('a pair shares the unit of the whole', () => {
  expect(formatSizePair(2_740_000_000, 3_820_000_000, 'en')).toEqual({ part: '2.7', whole: '3.8 GB' })
  expect(formatSizePair(500, 180_000_000, 'en')).toEqual({ part: '0', whole: '180 MB' })
  expect(formatSizePair(12, 700, 'en')).toEqual({ part: '12', whole: '700 B' })
})
