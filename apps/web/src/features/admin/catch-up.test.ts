import { describe, expect, it } from 'vitest'
import { busiest } from './busiest.ts'
import { catchUpOf } from './catch-up.ts'
import type { ToldView } from './cluster-view.ts'

const told = (contentBytes: number | null): ToldView => ({
  version: '0.1.0',
  startedAt: '2026-11-21T00:00:00Z',
  paths: [],
  contentBytes,
  files: null,
  openUploads: 0,
  setAside: { count: 0, items: [] },
  peers: [],
  check: null,
})

describe('how far a storage is that gets changes of others', () => {
  it('is what is here of what is to be here, and lasts as long as the rest takes at this rate', () => {
    const behind = { bytesBehind: 1200, comingBytesPerSecond: 10, told: told(8800) }
    expect(catchUpOf(behind)).toEqual({ share: 0.88, secondsLeft: 120 })
  })

  it('is not all as long as a byte is missing', () => {
    const behind = { bytesBehind: 1, comingBytesPerSecond: 0, told: told(1_000_000) }
    expect(catchUpOf(behind)).toEqual({ share: 0.99, secondsLeft: null })
  })

  it('is not known while nobody tells, and nothing when nothing is behind', () => {
    expect(catchUpOf({ bytesBehind: 5, comingBytesPerSecond: null, told: told(null) })).toEqual({
      share: null,
      secondsLeft: null,
    })
    expect(catchUpOf({ bytesBehind: 0, comingBytesPerSecond: 5, told: told(1) }).share).toBe(null)
  })
})

describe('the busiest disk', () => {
  it('is that of the known ones which had most to do', () => {
    const busy = [
      { path: 'M00', share: 0.2 },
      { path: 'M01', share: null },
      { path: 'M02', share: 0.5 },
    ]
    expect(busiest(busy)).toEqual({ path: 'M02', share: 0.5 })
    expect(busiest([{ path: 'M00', share: null }])).toBe(null)
  })
})
