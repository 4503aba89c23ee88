import { describe, expect, it } from 'vitest'
import { BodyBudget } from './body-budget.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** The share while so many requests are under way, and how they end. */
function withRequests(budget: BodyBudget, count: number) {
  const ends: Array<() => void> = []
  const running = Array.from({ length: count }, () =>
    budget.during(() => new Promise<void>((resolve) => ends.push(resolve))),
  )
  const end = async () => {
    for (const resolve of ends) resolve()
    await Promise.all(running)
  }
  return { share: budget.share, end }
}

describe('BodyBudget', () => {
  it.each([
    [1, 4 * MIB],
    [8, 2 * MIB],
    [64, 256 * KIB],
    [200, Math.floor((16 * MIB) / 200)],
    [5000, 64 * KIB],
  ])('with %i requests gives each %i bytes', async (count, bytes) => {
    const { share, end } = withRequests(new BodyBudget(), count)
    await end()
    expect(share).toBe(bytes)
  })

  it('gives more again when requests have ended, also those that failed', async () => {
    const budget = new BodyBudget()
    const { end } = withRequests(budget, 200)
    await end()
    await Promise.allSettled(Array.from({ length: 200 }, () => budget.during(() => Promise.reject(new Error('gone')))))
    expect(budget.share).toBe(4 * MIB)
  })
})
