import { expect, test } from 'vitest'
import { type DailyValue, reachedAt, trendOf } from './forecast.ts'

const DAY = 86_400_000
const days = (count: number, bytes: (day: number) => number): DailyValue[] =>
  Array.from({ length: count }, (_, day) => ({ at: day * DAY, bytes: bytes(day) }))

test('thirteen days are not enough, fourteen are', () => {
  expect(trendOf(days(13, (day) => day))).toBeNull()
  expect(trendOf(days(14, (day) => day))).not.toBeNull()
})

test('fourteen values within a week are not enough', () => {
  expect(trendOf(days(14, (day) => day).map(({ at, bytes }) => ({ at: at / 2, bytes })))).toBeNull()
})

test('a straight line goes on as it is, without a band', () => {
  const trend = trendOf(days(30, (day) => 100 + 10 * day))
  expect(trend).toMatchObject({ slope: 10, slow: 10, fast: 10, bytes: 390, at: 29 * DAY })
  expect(trend && reachedAt(trend, 490, trend.slope)).toBe(39 * DAY)
})

test('one day on which everything was copied does not bend the line', () => {
  const trend = trendOf(days(40, (day) => 10 * day + (day === 20 ? 1_000_000 : 0)))
  expect(trend?.slope).toBeCloseTo(10, 5)
})

test('what goes up and down has a band around its middle', () => {
  const trend = trendOf(days(60, (day) => 1000 + 5 * day + 40 * Math.sin(day * day)))
  expect(trend?.slow).toBeLessThan(trend?.slope ?? 0)
  expect(trend?.fast).toBeGreaterThan(trend?.slope ?? 0)
})

test('what shrinks or stands still is never full, and what is full is so now', () => {
  const still = trendOf(days(20, () => 500))
  expect(still && reachedAt(still, 501, still.slope)).toBeNull()
  expect(still && reachedAt(still, 500, still.slope)).toBe(19 * DAY)
})

test('beyond ten years nothing is foretold', () => {
  const trend = trendOf(days(20, (day) => day))
  expect(trend && reachedAt(trend, 10_000, trend.slope)).toBeNull()
})
