import { expect, test } from 'vitest'
import { daysLeft } from './days-left.ts'

const now = Date.parse('2026-11-21T12:00:00Z')

test.each([
  ['2026-12-21T11:59:00Z', 30],
  ['2026-11-22T12:00:00Z', 1],
  ['2026-11-21T13:00:00Z', 0],
  ['2026-11-01T00:00:00Z', 0],
])('what leaves at %s has %d days left', (leavesAt, days) => {
  expect(daysLeft(leavesAt, now)).toBe(days)
})
