import { describe, expect, it } from 'vitest'
import { allocateLanes, clearLanes, openLane, turnsOf } from './disk-lanes.ts'

describe('the share of a store path in the thread pool', () => {
  it.each([
    [2, 16, 8, 15],
    [3, 16, 5, 15],
    [16, 16, 1, 15],
    [40, 16, 1, 15],
    [2, 4, 2, 3],
    [3, 4, 1, 3],
    [2, 1, 1, 1],
  ])('of %i, with %i threads, is %i, and %i at most', (storePaths, threads, turnsMax, turnsInNeedMax) => {
    expect(turnsOf(storePaths, threads)).toEqual({ turnsMax, turnsInNeedMax })
  })

  it('comes back from a thread that ends in the midst of its calls', () => {
    const lanes = allocateLanes(2, 2)
    const taken = () => new Int32Array(lanes.memory).reduce((sum, count) => sum + count)
    for (const index of [0, 1]) void openLane(lanes, index, 1).run(() => new Promise<void>(() => undefined))
    expect(taken()).toBe(2)
    clearLanes(lanes, 1)
    expect(taken()).toBe(0)
  })
})
