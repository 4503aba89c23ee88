import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Settling } from './settling.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

function recording() {
  const runs: number[] = []
  return { runs, settling: new Settling({ quietMs: 500, latestMs: 2_000, run: () => runs.push(Date.now()) }) }
}

test('what comes in one go is settled once, when it is quiet', () => {
  const { runs, settling } = recording()
  settling.note()
  vi.advanceTimersByTime(400)
  settling.note()
  vi.advanceTimersByTime(5_000)
  expect(runs).toEqual([900])
})

test('what does not end is settled from time to time', () => {
  const { runs, settling } = recording()
  for (let at = 0; at < 5_000; at += 250) {
    settling.note()
    vi.advanceTimersByTime(250)
  }
  vi.advanceTimersByTime(5_000)
  expect(runs).toEqual([2_000, 4_000, 5_250])
})

test('what comes in lots is settled after a rest, and the last of it too', () => {
  const runs: number[] = []
  const settling = new Settling({ quietMs: 500, latestMs: 2_000, restMs: 2_000, run: () => runs.push(Date.now()) })
  for (let lot = 0; lot < 5; lot += 1) {
    settling.note()
    vi.advanceTimersByTime(1_000)
  }
  vi.advanceTimersByTime(5_000)
  expect(runs).toEqual([500, 2_500, 4_500])
})
