import { describe, expect, it } from 'vitest'
import { REQUESTS_MAX, type RequestMemory, SpoolMemory } from './spool-memory.ts'

const KIB = 1024
const MIB = 1024 * KIB
const LEAST = 128 * KIB
const CHUNK = 64 * KIB
const ALL = 96 * MIB

/** Requests that are under way until they are ended. */
async function open(memory: SpoolMemory, count: number) {
  const requests: Array<{ memory: RequestMemory; end: () => Promise<void> }> = []
  for (let at = 0; at < count; at += 1) {
    await new Promise<void>((begun) => {
      const running = memory.during(
        (own) =>
          new Promise<void>((resolve) => {
            const end = () => {
              resolve()
              return running
            }
            requests.push({ memory: own, end })
            begun()
          }),
      )
    })
  }
  return requests
}

/** What it gets when it takes all that it can. */
function fill(memory: RequestMemory): number {
  let bytes = 0
  while (memory.hold(CHUNK)) bytes += CHUNK
  return bytes
}

describe('the memory of uploads', () => {
  it.each([
    [1, 8 * MIB],
    [8, 4 * MIB + LEAST],
    [256, 256 * KIB],
  ])('gives each of %i requests %i bytes', async (count, bytes) => {
    const requests = await open(new SpoolMemory(), count)
    expect(requests.map(({ memory }) => fill(memory))).toEqual(requests.map(() => bytes))
  })

  it('is never more than its limit, whoever took how much before the others came, and always a least one for each', async () => {
    const memory = new SpoolMemory()
    const held: number[] = []
    for (let at = 0; at < REQUESTS_MAX; at += 1) {
      const [request] = await open(memory, 1)
      if (request === undefined) throw new Error('it did not begin')
      // Every fourth is small content that comes slowly.
      if (at % 4 === 0 && request.memory.reserve(8 * MIB)) held.push(8 * MIB)
      else held.push(fill(request.memory))
    }
    const sum = held.reduce((all, bytes) => all + bytes, 0)
    expect(sum).toBeLessThanOrEqual(ALL)
    expect(sum).toBeGreaterThan(ALL / 2)
    expect(Math.min(...held)).toBe(LEAST)
  })

  it('is there again for others when a request has ended in the middle', async () => {
    const memory = new SpoolMemory()
    const [whole, pieces, other] = await open(memory, 3)
    expect([whole?.memory.reserve(20 * MIB), other?.memory.reserve(20 * MIB)]).toEqual([true, false])
    expect(pieces === undefined ? 0 : fill(pieces.memory)).toBe(8 * MIB)
    await whole?.end()
    await pieces?.end()
    expect(other?.memory.reserve(20 * MIB)).toBe(true)
    await other?.end()
    const failing = memory.during((own) => {
      own.reserve(32 * MIB)
      return Promise.reject(new Error('its client is gone'))
    })
    await expect(failing).rejects.toThrow('gone')
    const [last] = await open(memory, 1)
    expect(last?.memory.reserve(32 * MIB)).toBe(true)
  })

  it('lets a request begin that found too many under way when one of them ends', async () => {
    const memory = new SpoolMemory()
    const [first] = await open(memory, REQUESTS_MAX)
    let hasBegun = false
    const late = memory.during(() => {
      hasBegun = true
      return Promise.resolve()
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(hasBegun).toBe(false)
    await first?.end()
    await late
    expect(hasBegun).toBe(true)
  })
})
