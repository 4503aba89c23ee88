import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Unreachable } from '../../lib/call-api.ts'
import { ElsewhereWatch } from './elsewhere-watch.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const MINUTE = 60_000

function watchOf(open: () => string[], left: () => string[] = () => [], lost = new Map<string, string>()) {
  const lostOver: string[] = []
  const waiting = new Map([
    ['a', 'upload a'],
    ['b', 'upload b'],
  ])
  let asked = 0
  const over: string[] = []
  const taken: string[] = []
  const watch = new ElsewhereWatch({
    waiting: () => waiting,
    lost: () => lost,
    onOver: (ids) => {
      for (const id of ids) waiting.delete(id)
      over.push(...ids)
    },
    onLostOver: (ids) => {
      for (const id of ids) lost.delete(id)
      lostOver.push(...ids)
    },
    onLeft: (ids) => {
      for (const id of ids) waiting.delete(id)
      taken.push(...ids)
    },
    ask: () => {
      asked += 1
      return Promise.resolve(open().map((uploadId) => ({ uploadId, isSent: !left().includes(uploadId) })))
    },
  })
  return { watch, over, taken, lostOver, asked: () => asked }
}

it('what its page has left goes on here, and nothing else does', async () => {
  let left: string[] = []
  const { watch, over, taken } = watchOf(
    () => ['upload a', 'upload b'],
    () => left,
  )
  watch.begin()
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(taken).toEqual([])
  left = ['upload b', 'of somebody else']
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect([over, taken]).toEqual([[], ['b']])
})

it('what is not open any more is over, and nothing is asked when nothing waits', async () => {
  let open = ['upload a', 'upload b', 'of somebody else']
  const { watch, over, asked } = watchOf(() => open)
  watch.begin()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(over).toEqual([])
  open = ['upload b']
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(over).toEqual(['a'])
  open = []
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(over).toEqual(['a', 'b'])
  const before = asked()
  await vi.advanceTimersByTimeAsync(10 * MINUTE)
  expect(asked()).toBe(before)
})

it('one that lacks its file is over when another page has finished it, and is not taken over when that page is left', async () => {
  let open = ['upload c']
  const { watch, over, taken, lostOver } = watchOf(
    () => open,
    () => ['upload c'],
    new Map([['c', 'upload c']]),
  )
  watch.begin()
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect([taken, lostOver]).toEqual([[], []])
  open = []
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(lostOver).toEqual(['c'])
  expect(over).not.toContain('c')
})

it('asks ever more rarely, and at once again for one more', async () => {
  const { watch, asked } = watchOf(() => ['upload a', 'upload b'])
  watch.begin()
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(asked()).toBe(5)
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(asked()).toBe(7)
  watch.close()
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(asked()).toBe(7)
})

it('a server that cannot be reached ends nothing', async () => {
  let asked = 0
  const over: string[] = []
  const watch = new ElsewhereWatch({
    waiting: () => new Map([['a', 'upload a']]),
    lost: () => new Map([['c', 'upload c']]),
    onLostOver: (ids) => over.push(...ids),
    onOver: (ids) => over.push(...ids),
    onLeft: (ids) => over.push(...ids),
    ask: () => {
      asked += 1
      return Promise.reject(new Unreachable(new TypeError('no network')))
    },
  })
  watch.begin()
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(asked).toBe(5)
  expect(over).toEqual([])
  watch.close()
})
