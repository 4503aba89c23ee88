import { expect, it } from 'vitest'
import { storableTime } from './storable-time.ts'
import { daySchema, momentSchema } from './time-schemas.ts'

it.each([
  [Date.UTC(2026, 10, 22), '2026-11-22T00:00:00.000Z'],
  [-62_135_596_800_001, '0001-01-01T00:00:00.000Z'],
  [253_402_300_800_000, '9999-12-31T23:59:59.999Z'],
  [Number.MAX_SAFE_INTEGER, '9999-12-31T23:59:59.999Z'],
])('a date of %d ms is sent as %s, which is taken', (ms, text) => {
  expect(storableTime(ms)).toBe(text)
  expect(momentSchema.parse(storableTime(ms))).toBe(text)
})

it.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00', '0001-01-01T00:00:00+14:00', '+010000-01-01T00:00:00Z'])(
  '%s is refused: no column takes it',
  (text) => {
    expect(momentSchema.safeParse(text).success).toBe(false)
  },
)

it('a day of year 0 is refused', () => {
  expect(daySchema.safeParse('0000-12-31').success).toBe(false)
  expect(daySchema.safeParse('2026-11-22').success).toBe(true)
})
