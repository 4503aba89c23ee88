import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RetryTimer } from './retry-timer.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

function recording() {
  const woken: string[] = []
  return { woken, timer: new RetryTimer((ids) => woken.push(`${Date.now()}: ${ids.join(' ')}`)) }
}

test('each wakes at its own time, however they were set', () => {
  const { woken, timer } = recording()
  timer.set('late', 3_000)
  timer.set('early', 1_000)
  vi.advanceTimersByTime(5_000)
  expect(woken).toEqual(['1000: early', '3000: late'])
})

test('what was cancelled or moved does not wake at its old time', () => {
  const { woken, timer } = recording()
  timer.set('gone', 1_000)
  timer.set('moved', 1_000)
  timer.delete('gone')
  timer.set('moved', 2_000)
  vi.advanceTimersByTime(5_000)
  expect(woken).toEqual(['2000: moved'])
})

test('when the network is back everything wakes at once, and once', () => {
  const { woken, timer } = recording()
  timer.set('a', 10_000)
  timer.set('b', 20_000)
  timer.wakeAll()
  vi.advanceTimersByTime(60_000)
  expect(woken).toEqual(['0: a b'])
})

test('after closing nothing wakes', () => {
  const { woken, timer } = recording()
  timer.set('a', 1_000)
  timer.close()
  vi.advanceTimersByTime(5_000)
  expect(woken).toEqual([])
})
