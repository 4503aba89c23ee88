import { readFileSync } from 'node:fs'
import type { TrunkSlot } from '@cairn/dfs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FreeBlocks } from './free-blocks.ts'
import { parseTrunkLine } from './trunk-line.ts'

const FILE_SIZE = 4096
const SLOT_MIN = 64

const slot = (trunkFileId: number, offset: number, size: number): TrunkSlot => ({
  storePathIndex: 0,
  high: 0,
  low: 0,
  trunkFileId,
  offset,
  size,
})

type Step = { do: 'allocate'; size: number } | { do: 'confirm' | 'refuse' | 'delete'; nth: number } | { do: 'merge' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('allocate' as const), size: fc.integer({ min: 1, max: 700 }) }),
    fc.record({ do: fc.constantFrom('confirm' as const, 'refuse' as const, 'delete' as const), nth: fc.nat(50) }),
    fc.record({ do: fc.constant('merge' as const) }),
  ),
  { maxLength: 120 },
)

/** A trunk server in small: every byte of every trunk file belongs to exactly one block or file at any time. */
class Model {
  readonly blocks = new FreeBlocks()
  readonly held: TrunkSlot[] = []
  readonly live: TrunkSlot[] = []
  files = 0

  run(step: Step): void {
    if (step.do === 'allocate') this.#allocate(step.size)
    else if (step.do === 'merge') this.blocks.merge()
    else if (step.do === 'delete') this.#delete(step.nth)
    else this.#settle(step.nth, step.do === 'confirm')
  }

  #allocate(size: number): void {
    let whole = this.blocks.smallest(0, size)
    if (whole === null) {
      this.files += 1
      whole = slot(this.files, 0, FILE_SIZE)
      expect(this.blocks.add(whole)).toBe(true)
    }
    expect(whole.size).toBeGreaterThanOrEqual(size)
    const { part, rest } = this.blocks.divide(whole, size, SLOT_MIN)
    expect(part.size + (rest?.size ?? 0)).toBe(whole.size)
    this.held.push(part)
  }

  #settle(nth: number, isWritten: boolean): void {
    const [taken] = this.held.splice(nth % Math.max(1, this.held.length), 1)
    if (taken === undefined) return
    expect(this.blocks.stateOf(taken)).toBe('held')
    if (!isWritten) this.blocks.set(taken, 'free')
    else {
      this.blocks.remove(taken)
      this.live.push(taken)
    }
  }

  #delete(nth: number): void {
    const [gone] = this.live.splice(nth % Math.max(1, this.live.length), 1)
    if (gone === undefined) return
    expect(this.blocks.add(gone)).toBe(true)
    expect(this.blocks.add(gone)).toBe(false)
  }

  /** Free, held and used space lies side by side without a gap and without an overlap. */
  check(): void {
    const known = [...this.blocks.slots()].map((block) => block.slot)
    for (let file = 1; file <= this.files; file += 1) {
      const all = [...known, ...this.live].filter(({ trunkFileId }) => trunkFileId === file)
      let end = 0
      for (const { offset, size } of all.sort((a, b) => a.offset - b.offset)) {
        expect(offset).toBe(end)
        end = offset + size
      }
      expect(end).toBe(FILE_SIZE)
    }
    expect(this.blocks.bytes).toBe(known.reduce((sum, { size }) => sum + size, 0))
  }
}

describe('free blocks', () => {
  it('never overlap a file, and with the files fill every trunk file, whatever is done', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const model = new Model()
        for (const step of all) model.run(step)
        model.check()
      }),
      { numRuns: 300 },
    )
  })

  it('give the smallest block that fits', () => {
    const blocks = new FreeBlocks()
    for (const [offset, size] of [
      [0, 900],
      [1000, 300],
      [2000, 500],
    ] as const)
      blocks.add(slot(1, offset, size))
    expect(blocks.smallest(0, 301)).toEqual(slot(1, 2000, 500))
    expect(blocks.smallest(0, 901)).toBeNull()
    expect(blocks.smallest(1, 1)).toBeNull()
  })

  it('are handed out whole when no slot would fit into the rest', () => {
    const blocks = new FreeBlocks()
    const whole = slot(1, 0, 300)
    blocks.add(whole)
    expect(blocks.divide(whole, 250, SLOT_MIN)).toEqual({ whole, part: whole, rest: null })
    expect([...blocks.slots()]).toEqual([{ slot: whole, state: 'held' }])
  })

  it.each([
    ['before and into', 90, 20],
    ['inside', 110, 10],
    ['around', 50, 500],
    ['the end of', 190, 50],
  ])('refuse a block %s another one', (_, offset, size) => {
    const blocks = new FreeBlocks()
    blocks.add(slot(1, 100, 100))
    expect(blocks.add(slot(1, offset, size))).toBe(false)
    expect(blocks.add(slot(2, offset, size))).toBe(true)
  })

  it('are joined with their neighbours, but not over what is held', () => {
    const blocks = new FreeBlocks()
    for (const offset of [0, 100, 200, 300]) blocks.add(slot(1, offset, 100), offset === 200 ? 'held' : 'free')
    blocks.merge()
    expect([...blocks.slots()]).toEqual([
      { slot: slot(1, 0, 200), state: 'free' },
      { slot: slot(1, 200, 100), state: 'held' },
      { slot: slot(1, 300, 100), state: 'free' },
    ])
  })
})

describe('the allocations that FastDFS logged', () => {
  const records = readFileSync(new URL('../../testdata/trunk/binlog', import.meta.url), 'latin1')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseTrunkLine)

  /**
   * D of the whole block, A of the rest if there is one, A of the part that was handed out. Of blocks of one size FastDFS
   * takes the one that became free last; which one does not matter. Returns how many lines that were.
   */
  const allocate = (blocks: FreeBlocks, whole: TrunkSlot, after: readonly TrunkSlot[]): number => {
    const part = after.find(({ offset }) => offset === whole.offset) as TrunkSlot
    expect(blocks.smallest(0, part.size)?.size).toBe(whole.size)
    const divided = blocks.divide(whole, part.size, 256)
    expect(divided.part).toEqual(part)
    if (divided.rest === null) return 2
    expect(divided.rest).toEqual(after[0])
    return 3
  }

  it('are those that the free blocks give for the same sizes, one after the other', () => {
    const blocks = new FreeBlocks()
    let allocations = 0
    for (let i = 0; i < records.length; ) {
      const [first, ...after] = records.slice(i, i + 3)
      if (first === undefined) break
      if (first.op === 'D' && blocks.stateOf(first.slot) === 'free') {
        i += allocate(
          blocks,
          first.slot,
          after.map(({ slot: next }) => next),
        )
        allocations += 1
        continue
      }
      expect(first.op === 'A' ? blocks.add(first.slot) : blocks.remove(first.slot)).toBe(true)
      i += 1
    }
    expect(allocations).toBeGreaterThan(100)
  })
})
