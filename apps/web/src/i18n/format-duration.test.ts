import { expect, test } from 'vitest'
import { formatDuration } from './format-duration.ts'

test.each([
  [0, '1 s'],
  [16.2, '17 s'],
  [21, '25 s'],
  [89, '90 s'],
  [120, '2 min'],
  [3599, '1 h'],
  [4800, '1 h 20 min'],
  [36_000, '10 h'],
  [3 * 86_400, '3 d'],
])('%d seconds are written as %s', (seconds, text) => {
  expect(formatDuration(seconds, 'en')).toBe(text)
})

test('Chinese words', () => {
  expect(formatDuration(17, 'zh-CN')).toBe('17 秒')
  expect(formatDuration(4800, 'zh-CN')).toBe('1 小时 20 分钟')
})
