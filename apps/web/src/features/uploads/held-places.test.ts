import { expect, test } from 'vitest'
import { HeldPlaces } from './held-places.ts'

test('a place that failed is left alone for a growing time, and several files that fail at once count once', () => {
  const held = new HeldPlaces()
  const pauses: number[] = []
  let now = 0
  for (let round = 0; round < 9; round += 1) {
    const until = held.fail('network', now)
    expect(held.fail('network', now + 1)).toBe(until)
    expect([held.isHeld('network', until - 1), held.isHeld('network', until)]).toEqual([true, false])
    pauses.push(until - now)
    now = until
  }
  expect(pauses[0]).toBeLessThanOrEqual(1_000)
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(60_000)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(120_000)
})

test('one place that is silent holds no other, and an answer begins anew', () => {
  const held = new HeldPlaces()
  for (let now = 0, round = 0; round < 6; round += 1) now = held.fail('storage 1', now)
  expect(held.isHeld('storage 2', 0)).toBe(false)
  held.release('storage 1')
  expect(held.isHeld('storage 1', 0)).toBe(false)
  expect(held.fail('storage 1', 0)).toBeLessThanOrEqual(1_000)
})

test('trying now frees everything, and what fails again waits no shorter than before', () => {
  const held = new HeldPlaces()
  let now = 0
  for (let round = 0; round < 5; round += 1) now = held.fail('network', now)
  held.fail('network', now)
  held.tryNow()
  expect(held.isHeld('network', now)).toBe(false)
  expect(held.fail('network', now) - now).toBeGreaterThanOrEqual(16_000)
})
