import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HeldPlaces } from './held-places.ts'
import { RetryTimer } from './retry-timer.ts'
import { SoonerRetries } from './sooner-retries.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

const LATE = 100_000

/** Files that wait until LATE, and when each of them was tried. */
function waiting(files: Record<string, { place: string; lacksRoom?: boolean; size?: number }>) {
  const tried: Record<string, number> = {}
  const held = new HeldPlaces()
  const retries = new RetryTimer((ids) => {
    for (const id of ids) tried[id] = Date.now()
  })
  const sooner = new SoonerRetries(retries, held)
  for (const [id, { place, lacksRoom = false, size = 10 }] of Object.entries(files)) {
    retries.set(id, LATE)
    while (held.fail(place, Date.now()) < 30_000) held.tryNow(place)
    sooner.add(id, { place, lacksRoom, size, since: 0 })
  }
  return { tried, held, retries, sooner }
}

test('a file comes soon when its storage has stored another one, and those that wait for others do not', () => {
  const { tried, held, sooner } = waiting({ here: { place: 'storage 1' }, there: { place: 'storage 2' } })
  vi.advanceTimersByTime(20_000)
  sooner.served('storage 1', 10)
  expect([held.isHeld('storage 1', Date.now()), held.isHeld('storage 2', Date.now())]).toEqual([false, true])
  vi.advanceTimersByTime(200_000)
  expect(tried).toEqual({ here: 20_000, there: LATE })
})

test('room for a file anywhere is room for those that are no larger', () => {
  const small = { place: 'storage 2', lacksRoom: true, size: 10 }
  const { tried, sooner } = waiting({ small, reserved: { ...small, place: 'server' }, large: { ...small, size: 11 } })
  vi.advanceTimersByTime(20_000)
  sooner.served('storage 1', 10)
  vi.advanceTimersByTime(200_000)
  expect(tried).toEqual({ small: 20_000, reserved: 20_000, large: LATE })
})

test('what waits for the network or the server comes soon when anything was stored', () => {
  const { tried, sooner } = waiting({ network: { place: 'network' }, server: { place: 'server' } })
  vi.advanceTimersByTime(20_000)
  sooner.served('storage 1', 10)
  vi.advanceTimersByTime(200_000)
  expect(tried).toEqual({ network: 20_000, server: 20_000 })
})

test('nothing is tried oftener than once in four seconds, however much is stored meanwhile', () => {
  const { tried, sooner } = waiting({ here: { place: 'storage 1' } })
  for (let stored = 0; stored < 100; stored += 1) {
    vi.advanceTimersByTime(10)
    sooner.served('storage 1', 10)
  }
  expect(tried).toEqual({})
  vi.advanceTimersByTime(200_000)
  expect(tried['here']).toBeGreaterThanOrEqual(4_000)
  expect(tried['here']).toBeLessThanOrEqual(8_000)
})

test('what was cancelled is not tried', () => {
  const { tried, retries, sooner } = waiting({ here: { place: 'storage 1' } })
  retries.delete('here')
  sooner.served('storage 1', 10)
  vi.advanceTimersByTime(200_000)
  expect(tried).toEqual({})
})
