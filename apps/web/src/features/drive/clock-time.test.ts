import { expect, test } from 'vitest'
import { clockTime } from './clock-time.ts'

test.each([
  [400, '0:00'],
  [6_600, '0:07'],
  [59_700, '1:00'],
  [750_000, '12:30'],
  [3_723_000, '1:02:03'],
])('%i ms play for %s', (ms, said) => {
  expect(clockTime(ms)).toBe(said)
})
