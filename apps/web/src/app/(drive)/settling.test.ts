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
