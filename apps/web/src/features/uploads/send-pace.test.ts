import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SendPace } from './send-pace.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

const never = new AbortController().signal

test('several files together stay below the limit', async () => {
  const pace = new SendPace()
  pace.set(1_000_000)
  let sent = 0
  const file = async () => {
    for (let chunk = 0; chunk < 100; chunk += 1) {
      await pace.take(250_000, never)
      sent += 250_000
    }
  }
  for (let n = 0; n < 3; n += 1) void file()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sent).toBeGreaterThanOrEqual(9_500_000)
  expect(sent).toBeLessThanOrEqual(10_500_000)
})

test('without a limit nobody waits, and chunks are as large as they may be', async () => {
  const pace = new SendPace()
  await pace.take(1e12, never)
  await pace.take(1e12, never)
  expect(pace.chunkBytes()).toBe(6 * 1024 * 1024)
})

test('chunks shrink with the limit, down to 64 KiB', () => {
  const pace = new SendPace()
  pace.set(1_000_000)
  expect(pace.chunkBytes()).toBe(500_000)
  pace.set(1_000)
  expect(pace.chunkBytes()).toBe(65_536)
})

test('who is stopped while it waits does not send', async () => {
  const pace = new SendPace()
  pace.set(1_000)
  await pace.take(5_000, never)
  const stop = new AbortController()
  const waiting = pace.take(1, stop.signal)
  stop.abort()
  await expect(waiting).rejects.toThrow()
  await expect(pace.take(1, stop.signal)).rejects.toThrow()
})
