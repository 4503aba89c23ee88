import { crc32 } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEGMENTS_AHEAD_MAX, SegmentMap } from './segment-map.ts'

const LEN = 400
const content = Buffer.from(Array.from({ length: LEN }, (_, index) => (index * 131) % 251))
const crcOf = (from: number, to: number) => crc32(content.subarray(from, to))

/** Lets the prefix take what follows it. */
function follow(map: SegmentMap, prefix: number): { prefix: number; pieces: [number, number][] } {
  const pieces: [number, number][] = []
  let at = prefix
  for (let next = map.take(at); next !== null; next = map.take(at)) {
    pieces.push([next.size, next.crc32])
    at += next.size
  }
  return { prefix: at, pieces }
}

const refusal = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof UploadError) return error.code
    throw error
  }
  return 'taken'
}

describe('the segments of an upload', () => {
  it('become part of the prefix when nothing is missing before them', () => {
    const map = new SegmentMap()
    map.open(100, 50, { prefix: 0, len: LEN })
    map.open(0, 100, { prefix: 0, len: LEN })
    map.add(100, 30, crcOf(100, 130))
    expect([map.take(0), map.reach]).toEqual([null, 130])
    map.add(0, 60, crcOf(0, 60))
    expect(follow(map, 0)).toEqual({ prefix: 60, pieces: [[60, crcOf(0, 60)]] })
    map.add(0, 40, crcOf(60, 100))
    expect(follow(map, 60)).toEqual({
      prefix: 130,
      pieces: [
        [40, crcOf(60, 100)],
        [30, crcOf(100, 130)],
      ],
    })
    expect([map.find(0), map.find(100)?.stored]).toEqual([null, 30])
  })

  it('lie where they may', () => {
    const len = 2 * SEGMENTS_AHEAD_MAX
    const map = new SegmentMap()
    const open = (off: number, size: number) => refusal(() => map.open(off, size, { prefix: 1000, len }))
    expect(open(1000, SEGMENTS_AHEAD_MAX + 1)).toBe('offset_conflict')
    expect(open(1000 + SEGMENTS_AHEAD_MAX, 1)).toBe('offset_conflict')
    expect(open(1000 + SEGMENTS_AHEAD_MAX - 1, 1)).toBe('taken')
    expect(open(999, 1)).toBe('offset_conflict')
    expect(open(2000, 10)).toBe('taken')
    for (const [off, size] of [
      [1999, 2],
      [2009, 1],
      [1990, 100],
      [2001, 1],
    ] as const) {
      expect([off, open(off, size)]).toEqual([off, 'offset_conflict'])
    }
    expect(open(2000, 11)).toBe('length_mismatch')
    expect([open(1990, 10), open(2010, 10)]).toEqual(['taken', 'taken'])
    expect(open(len, 1)).toBe('length_mismatch')
  })

  it('are as many as one upload may have', () => {
    const map = new SegmentMap()
    for (let index = 0; index < 16; index += 1) map.open(index * 2, 1, { prefix: 0, len: LEN })
    expect(refusal(() => map.open(1, 1, { prefix: 0, len: LEN }))).toBe('locked')
    map.add(0, 1, crcOf(0, 1))
    expect(map.take(0)).toEqual({ size: 1, crc32: crcOf(0, 1) })
    expect(refusal(() => map.open(1, 1, { prefix: 1, len: LEN }))).toBe('taken')
  })

  it('give the prefix every byte once, in order, whatever is opened, written, removed and forgotten', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), runBoth), { numRuns: 300 })
  })
})

type Step = { kind: 'open' | 'write' | 'remove' | 'clear'; off: number; size: number }

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('open', 'open', 'write', 'write', 'write', 'remove', 'clear'),
  off: fc.integer({ min: 0, max: LEN - 1 }),
  size: fc.integer({ min: 1, max: 80 }),
})

/** The same in the plainest way: it looks at every byte. */
class PlainSegments {
  readonly open = new Map<number, { len: number; stored: number }>()
  prefix = 0

  /** Whether a segment may be there. */
  admits(off: number, size: number): boolean {
    if (this.open.get(off)?.len === size) return true
    const bytes = Array.from({ length: size }, (_, index) => off + index)
    const isFree = (at: number) => ![...this.open].some(([begin, { len }]) => begin <= at && at < begin + len)
    return this.open.size < 16 && bytes.every((at) => at >= this.prefix && at < LEN && isFree(at))
  }

  follow(): void {
    const isStored = (at: number) => [...this.open].some(([begin, { stored }]) => begin <= at && at < begin + stored)
    while (isStored(this.prefix)) this.prefix += 1
    for (const [begin, { len }] of this.open) if (begin + len <= this.prefix) this.open.delete(begin)
  }
}

function runBoth(steps: readonly Step[]): void {
  const map = new SegmentMap()
  const plain = new PlainSegments()
  let prefix = 0
  for (const step of steps) {
    act(map, plain, step)
    const followed = follow(map, prefix)
    for (const [size, sum] of followed.pieces) {
      expect(sum).toBe(crcOf(prefix, prefix + size))
      prefix += size
    }
    plain.follow()
    expect(prefix).toBe(plain.prefix)
    expect([...plain.open.keys()].map((off) => map.find(off))).toMatchObject([...plain.open.values()])
  }
}

function act(map: SegmentMap, plain: PlainSegments, { kind, off, size }: Step): void {
  if (kind === 'open') {
    const isAdmitted = plain.admits(off, size)
    expect(refusal(() => map.open(off, size, { prefix: plain.prefix, len: LEN })) === 'taken').toBe(isAdmitted)
    if (isAdmitted && !plain.open.has(off)) plain.open.set(off, { len: size, stored: 0 })
  }
  const [begin, chosen] = [...plain.open][off % Math.max(1, plain.open.size)] ?? []
  if (begin === undefined || chosen === undefined) return
  if (kind === 'write') {
    const from = begin + chosen.stored
    const to = Math.min(from + size, begin + chosen.len)
    map.add(begin, to - from, crcOf(from, to))
    chosen.stored += to - from
  }
  if (kind === 'remove') {
    map.remove(begin)
    plain.open.delete(begin)
  }
  if (kind === 'clear') {
    map.clear()
    plain.open.clear()
  }
}
