import { expect, test } from 'vitest'
import { type Speed, sampleSpeed, steadySecondsLeft } from './transfer-speed.ts'

function run(rates: readonly number[], stepMs = 500): Speed {
  let speed = sampleSpeed(null, 0, 0)
  let bytes = 0
  rates.forEach((rate, index) => {
    bytes += (rate * stepMs) / 1000
    speed = sampleSpeed(speed, bytes, (index + 1) * stepMs)
  })
  return speed
}

test('a constant flow is measured exactly', () => {
  expect(run([50e6, 50e6, 50e6, 50e6]).bytesPerSecond).toBeCloseTo(50e6)
})

test('one stalled half second changes the average by less than a seventh', () => {
  const before = run([50e6, 50e6, 50e6]).bytesPerSecond
  const after = run([50e6, 50e6, 50e6, 0]).bytesPerSecond
  expect(after).toBeLessThan(before)
  expect(after).toBeGreaterThan((before * 6) / 7)
})

test('a lasting change is followed within a few seconds', () => {
  const speed = run([...Array(10).fill(50e6), ...Array(24).fill(10e6)]).bytesPerSecond
  expect(speed).toBeGreaterThan(10e6)
  expect(speed).toBeLessThan(13e6)
})

test('after a long silence, or when bytes are taken back, the average begins anew', () => {
  const speed = run([50e6, 50e6])
  expect(sampleSpeed(speed, speed.bytes + 1, speed.at + 60_000).bytesPerSecond).toBe(0)
  expect(sampleSpeed(speed, speed.bytes - 1, speed.at + 500).bytesPerSecond).toBe(0)
})

test('the time left runs down like a clock while the estimates only wobble', () => {
  let left = steadySecondsLeft(null, 100, 0)
  for (const estimate of [108, 91, 104, 90]) left = steadySecondsLeft(left, estimate, 1)
  expect(left).toBe(96)
})

test('a real change of the time left is approached, not jumped to', () => {
  expect(steadySecondsLeft(100, 400, 1)).toBeCloseTo(99 + 301 / 3)
})

test('without a speed there is no time left', () => {
  expect(steadySecondsLeft(100, Number.POSITIVE_INFINITY, 1)).toBeNull()
  expect(steadySecondsLeft(100, null, 1)).toBeNull()
})

test('next to no speed, as between tries, is no reason to speak of years', () => {
  expect(steadySecondsLeft(100, 567 * 24 * 3600, 1)).toBeNull()
  expect(steadySecondsLeft(null, 3 * 24 * 3600, 1)).toBe(3 * 24 * 3600)
})
