import { describe, expect, it } from 'vitest'
import { nextRun } from './upkeep.ts'

const at = (text: string) => new Date(`2026-11-${text}`).getTime() / 1000
const DAY = 86_400

describe('daily work', () => {
  it.each([
    ['before its time', '21T01:00:00', DAY, '21T03:00:00'],
    ['at its time', '21T03:00:00', DAY, '22T03:00:00'],
    ['after its time', '21T22:00:00', DAY, '22T03:00:00'],
    ['every six hours', '21T10:00:00', 6 * 3600, '21T15:00:00'],
  ])('that was done %s is due next as its base time and interval say', (_, last, interval, due) => {
    expect(nextRun(at(last), { hour: 3, minute: 0 }, interval)).toBe(at(due))
  })
})
