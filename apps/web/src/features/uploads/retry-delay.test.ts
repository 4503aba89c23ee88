import { expect, test } from 'vitest'
import { retryDelay } from './retry-delay.ts'

test('delays double from one second up to two minutes and never end', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 500].map((attempt) => retryDelay(attempt, 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000,
  ])
})

test('chance takes away at most a half', () => {
  expect(retryDelay(3, 0)).toBe(4_000)
  expect(retryDelay(0, 0)).toBe(500)
})
