import { expect, test } from 'vitest'
import { SEGMENT_BYTES, type Segment, SegmentPlan } from './segment-plan.ts'

const AHEAD = 4 * SEGMENT_BYTES

/** As many as there may be with so many lanes. */
function taken(plan: SegmentPlan, lanes: number): Segment[] {
  const segments: Segment[] = []
  for (let next = plan.next(lanes); next !== null; next = plan.next(lanes)) segments.push(next)
  return segments
}

test('lanes take what lies side by side, no more than the storage takes ahead', () => {
  const plan = new SegmentPlan({ length: 100 * SEGMENT_BYTES, prefix: 7, ahead: AHEAD })
  const [first, second, third] = taken(plan, 3)
  expect([first?.off, second?.off, third?.off]).toEqual([7, 7 + SEGMENT_BYTES, 7 + 2 * SEGMENT_BYTES])
  if (second === undefined || third === undefined) throw new Error('unreachable')
  plan.stored(second)
  plan.stored(third)
  expect(taken(plan, 3).map(({ off }) => off)).toEqual([7 + 3 * SEGMENT_BYTES])
})

test('what broke goes first again, and knows that something of it may be there', () => {
  const plan = new SegmentPlan({ length: 100 * SEGMENT_BYTES, prefix: 0, ahead: AHEAD })
  const [first, second] = taken(plan, 2)
  if (first === undefined || second === undefined) throw new Error('unreachable')
  second.begun = true
  plan.progressed(second, 1000)
  plan.broke(second)
  expect(plan.next(2)).toBe(second)
  expect([second.sent, plan.sent]).toEqual([1000, 1000])
  plan.lost(second)
  expect([second.begun, plan.sent]).toEqual([false, 0])
})

test('with one lane what was begun comes to its end, and nothing is begun', () => {
  const plan = new SegmentPlan({ length: 100 * SEGMENT_BYTES, prefix: 0, ahead: AHEAD })
  const [first, second, third] = taken(plan, 3)
  if (first === undefined || second === undefined || third === undefined) throw new Error('unreachable')
  plan.stored(third)
  plan.broke(first)
  expect(plan.next(1)).toBe(null)
  plan.stored(second)
  expect(plan.next(1)).toBe(first)
  plan.stored(first)
  plan.prefixIs(3 * SEGMENT_BYTES)
  expect([plan.next(1), plan.isIdle]).toEqual([null, true])
})

test('an answer that comes late does not take the prefix back', () => {
  const plan = new SegmentPlan({ length: 10, prefix: 0, ahead: AHEAD })
  plan.prefixIs(8)
  plan.prefixIs(4)
  expect(plan.prefix).toBe(8)
})

/** A storage as the contract has it: bytes it got of each segment, and what lies without a gap. */
class Storage {
  readonly #got = new Map<number, number>()
  prefix: number

  constructor(prefix: number) {
    this.prefix = prefix
  }

  take(off: number, bytes: number): void {
    this.#got.set(off, Math.max(bytes, this.#got.get(off) ?? 0))
    for (let moved = true; moved; ) {
      moved = false
      for (const [from, got] of this.#got) {
        if (from > this.prefix || from + got <= this.prefix) continue
        this.prefix = from + got
        moved = true
      }
    }
  }

  of(off: number): number {
    return this.#got.get(off) ?? 0
  }
}

type Step = { pick: number; share: number; ends: 'stored' | 'broke' | 'unheard'; lanes: number }

/** One upload over a line and a storage that do as they like, held against what must be true at each step. */
class Story {
  readonly #length: number
  readonly #storage: Storage
  readonly #plan: SegmentPlan
  #busy: Segment[] = []

  constructor(length: number, prefix: number) {
    this.#length = length
    this.#storage = new Storage(prefix)
    this.#plan = new SegmentPlan({ length, prefix, ahead: AHEAD })
  }

  play({ pick, share, ends, lanes }: Step): void {
    this.#begin(lanes)
    const segment = this.#busy[pick % Math.max(1, this.#busy.length)]
    if (segment === undefined) return
    this.#busy = this.#busy.filter((other) => other !== segment)
    this.#storage.take(segment.off, ends === 'broke' ? Math.floor(segment.bytes * share) : segment.bytes)
    segment.begun = true
    this.#plan.progressed(segment, this.#storage.of(segment.off))
    if (ends === 'stored') {
      this.#plan.prefixIs(this.#storage.prefix)
      this.#plan.stored(segment)
    } else this.#plan.broke(segment)
    expect(this.#plan.sent).toBeLessThanOrEqual(this.#length)
    expect(this.#plan.sent).toBeGreaterThanOrEqual(this.#plan.prefix)
  }

  /** With a line that holds it comes to its end. */
  finish(): void {
    for (let n = 0; n < 40; n += 1) this.play({ pick: 0, share: 1, ends: 'stored', lanes: 3 })
    expect([this.#storage.prefix, this.#plan.sent, this.#plan.isIdle]).toEqual([this.#length, this.#length, true])
  }

  #begin(lanes: number): void {
    for (const segment of taken(this.#plan, lanes)) {
      const { off, bytes } = segment
      // One that broke may begin before the prefix, which follows it.
      expect(off + bytes).toBeGreaterThan(this.#plan.prefix)
      expect(off + bytes).toBeLessThanOrEqual(Math.min(this.#length, this.#storage.prefix + AHEAD))
      expect(this.#busy.every((other) => off + bytes <= other.off || other.off + other.bytes <= off)).toBe(true)
      this.#busy.push(segment)
    }
    expect(this.#busy.length).toBeLessThanOrEqual(3)
  }
}

/** Numbers from 0 to 1 that look random and are the same with the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const seeds = Array.from({ length: 300 }, (_, index) => index + 1)

test.each(seeds)('whatever breaks and whenever, all bytes arrive and none beside its place: seed %d', (seed) => {
  const random = seeded(seed)
  const upTo = (max: number) => Math.floor(random() * max)
  const length = 1 + upTo(12 * SEGMENT_BYTES)
  const story = new Story(length, upTo(length))
  for (let steps = upTo(60); steps > 0; steps -= 1) {
    const ends = (['stored', 'stored', 'broke', 'unheard'] as const)[upTo(4)] ?? 'stored'
    story.play({ pick: upTo(3), share: random(), ends, lanes: 1 + upTo(3) })
  }
  story.finish()
})
