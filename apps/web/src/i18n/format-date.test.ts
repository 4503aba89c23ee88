import { expect, test } from 'vitest'
import { formatClock, formatDate, formatShortDate } from './format-date.ts'

const now = new Date('2026-11-21T12:00:00Z')
const en = { now, locale: 'en', timeZone: 'UTC' } as const
const zh = { now, locale: 'zh-CN', timeZone: 'UTC' } as const

test('this year shows day and time', () => {
  expect(formatDate('2026-11-18T06:58:00Z', en)).toBe('18 Nov, 06:58')
  expect(formatDate('2026-11-18T06:58:00Z', zh)).toBe('11月18日 06:58')
  expect(formatDate('2026-09-05T00:05:00Z', en)).toBe('5 Sep, 00:05')
})

test('earlier years show no time', () => {
  expect(formatDate('2025-11-18T06:58:00Z', en)).toBe('18 Nov 2025')
  expect(formatDate('2025-11-18T06:58:00Z', zh)).toBe('2025年11月18日')
})

test('only the last hour is relative', () => {
  expect(formatDate('2026-11-21T11:59:40Z', en)).toBe('just now')
  expect(formatDate('2026-11-21T11:48:00Z', en)).toBe('12 min ago')
  expect(formatDate('2026-11-21T11:48:00Z', zh)).toBe('12 分钟前')
  expect(formatDate('2026-11-21T11:00:00Z', en)).toBe('21 Nov, 11:00')
})

test('the year is decided where the reader is', () => {
  const newYear = { now: new Date('2027-01-01T02:00:00Z'), locale: 'en', timeZone: 'America/New_York' } as const
  expect(formatDate('2026-12-31T12:00:00Z', newYear)).toBe('31 Dec, 07:00')
})

test('a clock that runs a little ahead is not in the future', () => {
  expect(formatDate('2026-11-21T12:00:30Z', en)).toBe('just now')
})

test('the short form has no time at all', () => {
  expect(formatShortDate('2026-11-18T06:58:00Z', en)).toBe('18 Nov')
  expect(formatShortDate('2019-11-18T06:58:00Z', zh)).toBe('2019年11月18日')
})

test('the clock of a camera stands as it stood, with its year', () => {
  expect(formatClock('2026-02-10T14:03:22', 'en')).toBe('10 Feb 2026, 14:03')
  expect(formatClock('2026-02-10T14:03:22', 'zh-CN')).toBe('2026年2月10日 14:03')
})
