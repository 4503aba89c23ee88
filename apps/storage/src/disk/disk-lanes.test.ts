import { describe, expect, it } from 'vitest'
import { turnsOf } from './disk-lanes.ts'

describe('the share of a store path in the thread pool', () => {
  it.each([
    [2, 16, 8],
    [3, 16, 5],
    [16, 16, 1],
    [40, 16, 1],
    [2, 4, 2],
    [3, 4, 1],
    [2, 1, 1],
  ])('of %i, with %i threads, is %i', (storePaths, threads, turns) => {
    expect(turnsOf(storePaths, threads)).toBe(turns)
  })
})
