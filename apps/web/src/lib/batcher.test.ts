import { expect, test, vi } from 'vitest'
import { Batcher } from './batcher.ts'

function collecting(max: number) {
  const batches: number[][] = []
  const batcher = new Batcher<number, string>({
    max,
    waitMs: 5,
    send: (inputs) => {
      batches.push(inputs)
      return Promise.resolve(inputs.map(String))
    },
  })
  return { batches, batcher }
}

test('calls of one moment travel together and each gets its own answer', async () => {
  const { batches, batcher } = collecting(100)
  expect(await Promise.all([1, 2, 3].map((input) => batcher.add(input)))).toEqual(['1', '2', '3'])
  expect(batches).toEqual([[1, 2, 3]])
})

test('no batch is larger than the limit', async () => {
  const { batches, batcher } = collecting(2)
  await Promise.all([1, 2, 3, 4, 5].map((input) => batcher.add(input)))
  expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1])
})

test('only one batch is on its way at a time', async () => {
  let running = 0
  let most = 0
  const batcher = new Batcher<number, number>({
    max: 1,
    waitMs: 0,
    send: async (inputs) => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return inputs
    },
  })
  await Promise.all([1, 2, 3].map((input) => batcher.add(input)))
  expect(most).toBe(1)
})

test('a failed batch fails its calls and not the next batch', async () => {
  let calls = 0
  const batcher = new Batcher<number, number>({
    max: 1,
    waitMs: 0,
    send: (inputs) => {
      calls += 1
      return calls === 1 ? Promise.reject(new Error('first')) : Promise.resolve(inputs)
    },
  })
  const [first, second] = await Promise.allSettled([batcher.add(1), batcher.add(2)])
  expect(first.status).toBe('rejected')
  expect(second).toEqual({ status: 'fulfilled', value: 2 })
})

test('an answer that is missing is an error, not silence', async () => {
  const batcher = new Batcher<number, number>({ max: 10, waitMs: 0, send: () => Promise.resolve([]) })
  await expect(batcher.add(1)).rejects.toThrow('got 0 answers')
})

test('how long a batch waits for others is asked anew for each', async () => {
  vi.useFakeTimers()
  try {
    const waits = [50, 10]
    const batches: number[][] = []
    const batcher = new Batcher<number, number>({
      max: 10,
      waitMs: () => waits.shift() ?? 0,
      send: (inputs) => {
        batches.push(inputs)
        return Promise.resolve(inputs)
      },
    })
    const first = batcher.add(1)
    await vi.advanceTimersByTimeAsync(49)
    expect(batches).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await first
    const second = batcher.add(2)
    await vi.advanceTimersByTimeAsync(10)
    expect(await second).toBe(2)
    expect(batches).toEqual([[1], [2]])
  } finally {
    vi.useRealTimers()
  }
})
