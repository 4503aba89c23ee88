import { describe, expect, it } from 'vitest'
import { isSyncTime } from './sync-hours.ts'

const at = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const hours = (start: string, end: string) => ({ startMinute: at(start), endMinute: at(end) })

describe('the hours of sending', () => {
  it.each([
    ['00:00', '23:59', '00:00', true],
    ['00:00', '23:59', '23:59', true],
    ['08:00', '17:30', '07:59', false],
    ['08:00', '17:30', '08:00', true],
    ['08:00', '17:30', '17:30', true],
    ['08:00', '17:30', '17:31', false],
    ['22:00', '06:00', '21:59', false],
    ['22:00', '06:00', '23:00', true],
    ['22:00', '06:00', '03:00', true],
    ['22:00', '06:00', '06:01', false],
  ])('from %s to %s: %s is %s', (start, end, time, expected) => {
    expect(isSyncTime(hours(start, end), at(time))).toBe(expected)
  })
})
