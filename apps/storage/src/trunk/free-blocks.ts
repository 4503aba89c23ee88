import type { TrunkSlot } from '@cairn/dfs-core'

/**
 * Free: may be handed out. Held: handed out, not yet written. Resting: given back a moment ago, or found occupied on
 * this disk; not handed out yet.
 */
export type BlockState = 'free' | 'held' | 'resting'

interface Block {
  readonly slot: TrunkSlot
  state: BlockState
}

/** How a free block was divided: `rest` is what stays free of `whole` behind `part`. */
export interface Allocation {
  readonly whole: TrunkSlot
  readonly part: TrunkSlot
  readonly rest: TrunkSlot | null
}

/**
 * The blocks of the group's trunk files that hold no file, in memory. Two blocks never overlap: a block that would is
 * refused. Per store path the smallest block that fits is found by size.
 */
export class FreeBlocks {
  /** By store path and trunk file, in order of offset. */
  readonly #files = new Map<string, Block[]>()
  readonly #bySize = new Map<number, SizeIndex>()
  #bytes = 0

  /** Bytes of all blocks, in whatever state. */
  get bytes(): number {
    return this.#bytes
  }

  /** False when it overlaps a block that is known. */
  add(slot: TrunkSlot, state: BlockState = 'free'): boolean {
    const blocks = this.#blocksOf(slot)
    const at = placeOf(blocks, slot.offset)
    const before = blocks[at - 1]?.slot
    const after = blocks[at]?.slot
    if (before !== undefined && before.offset + before.size > slot.offset) return false
    if (after !== undefined && slot.offset + slot.size > after.offset) return false
    const block: Block = { slot, state }
    blocks.splice(at, 0, block)
    this.#bytes += slot.size
    if (state === 'free') this.#sizes(slot).add(block)
    return true
  }

  /** The block that starts here with this size; undefined when there is none. */
  stateOf(slot: TrunkSlot): BlockState | undefined {
    return this.#find(slot)?.state
  }

  /** Changes the state of a known block. False when there is none that starts here with this size. */
  set(slot: TrunkSlot, state: BlockState): boolean {
    const block = this.#find(slot)
    if (block === undefined) return false
    if (block.state === 'free') this.#sizes(slot).delete(block)
    block.state = state
    if (state === 'free') this.#sizes(slot).add(block)
    return true
  }

  /** Takes a block out, whatever its state. */
  remove(slot: TrunkSlot): boolean {
    const block = this.#find(slot)
    if (block === undefined) return false
    if (block.state === 'free') this.#sizes(slot).delete(block)
    const blocks = this.#blocksOf(slot)
    blocks.splice(placeOf(blocks, slot.offset), 1)
    this.#bytes -= slot.size
    return true
  }

  /** The smallest free block of a store path with at least so many bytes. */
  smallest(storePathIndex: number, size: number): TrunkSlot | null {
    return this.#bySize.get(storePathIndex)?.smallest(size)?.slot ?? null
  }

  /** Holds the first `size` bytes of a free block. What is left is free, unless no slot would fit into it. */
  divide(whole: TrunkSlot, size: number, slotMinSize: number): Allocation {
    this.remove(whole)
    const left = whole.size - size
    if (left < slotMinSize) {
      this.add(whole, 'held')
      return { whole, part: whole, rest: null }
    }
    const part = { ...whole, size }
    const rest = { ...whole, offset: whole.offset + size, size: left }
    this.add(part, 'held')
    this.add(rest)
    return { whole, part, rest }
  }

  /** Joins free neighbours. Returns what was joined to what. */
  merge(): Array<{ readonly parts: readonly TrunkSlot[]; readonly whole: TrunkSlot }> {
    const joined: Array<{ parts: TrunkSlot[]; whole: TrunkSlot }> = []
    for (const blocks of this.#files.values()) {
      for (const run of runsOfFree(blocks)) {
        const first = run[0]
        if (first === undefined || run.length < 2) continue
        const whole = { ...first, size: run.reduce((sum, { size }) => sum + size, 0) }
        joined.push({ parts: run, whole })
      }
    }
    for (const { parts, whole } of joined) {
      for (const part of parts) this.remove(part)
      this.add(whole)
    }
    return joined
  }

  /** All blocks: by store path and trunk file as they came, inside a trunk file by offset. */
  *slots(): Generator<{ readonly slot: TrunkSlot; readonly state: BlockState }> {
    for (const blocks of this.#files.values()) yield* blocks
  }

  #find(slot: TrunkSlot): Block | undefined {
    const blocks = this.#blocksOf(slot)
    const block = blocks[placeOf(blocks, slot.offset)]
    return block?.slot.offset === slot.offset && block.slot.size === slot.size ? block : undefined
  }

  #blocksOf({ storePathIndex, trunkFileId }: TrunkSlot): Block[] {
    const key = `${storePathIndex}/${trunkFileId}`
    const blocks = this.#files.get(key) ?? []
    this.#files.set(key, blocks)
    return blocks
  }

  #sizes({ storePathIndex }: TrunkSlot): SizeIndex {
    const index = this.#bySize.get(storePathIndex) ?? new SizeIndex()
    this.#bySize.set(storePathIndex, index)
    return index
  }
}

/** Free blocks of one store path by size; those of one size in the order in which they became free. */
class SizeIndex {
  readonly #sizes: number[] = []
  readonly #blocks = new Map<number, Set<Block>>()

  add(block: Block): void {
    const { size } = block.slot
    const same = this.#blocks.get(size)
    if (same !== undefined) {
      same.add(block)
      return
    }
    this.#blocks.set(size, new Set([block]))
    this.#sizes.splice(firstAtLeast(this.#sizes, size), 0, size)
  }

  delete(block: Block): void {
    const { size } = block.slot
    const same = this.#blocks.get(size)
    if (same === undefined || !same.delete(block) || same.size > 0) return
    this.#blocks.delete(size)
    this.#sizes.splice(firstAtLeast(this.#sizes, size), 1)
  }

  smallest(size: number): Block | undefined {
    const fitting = this.#sizes[firstAtLeast(this.#sizes, size)]
    return fitting === undefined ? undefined : this.#blocks.get(fitting)?.values().next().value
  }
}

function placeOf(blocks: readonly Block[], offset: number): number {
  return firstWhere(blocks.length, (i) => (blocks[i]?.slot.offset ?? 0) >= offset)
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  return firstWhere(sorted.length, (i) => (sorted[i] ?? 0) >= value)
}

/** The first index for which `isReached` holds, if it holds for all behind it; else `length`. */
function firstWhere(length: number, isReached: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isReached(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Free blocks that touch each other. */
function runsOfFree(blocks: readonly Block[]): TrunkSlot[][] {
  const runs: TrunkSlot[][] = []
  let end = -1
  for (const { slot, state } of blocks) {
    if (state !== 'free') continue
    if (slot.offset === end) runs.at(-1)?.push(slot)
    else runs.push([slot])
    end = slot.offset + slot.size
  }
  return runs
}
