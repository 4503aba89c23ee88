import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A name of a file in a slot has 60 characters; the rest is zero. */
const ENTRY_BYTES = 64
const NOTHING = Buffer.alloc(ENTRY_BYTES)

/**
 * `data/trunk/.cairn-unlogged`: names of files that are being written into slots and have no C record yet. What a crash
 * leaves here may lie in a slot without anybody knowing of it, and would keep out the next file of that slot.
 */
export class UnloggedSlots {
  /** What the last process left. */
  readonly leftOver: readonly string[]
  readonly #fd: number
  readonly #free: number[] = []
  readonly #entries = new Map<string, number>()
  #count = 0

  constructor(folder: string) {
    const path = join(folder, '.cairn-unlogged')
    this.#fd = openSync(path, 'a', 0o644)
    closeSync(this.#fd)
    this.leftOver = readFileSync(path, 'latin1')
      .split('\0')
      .filter((name) => name !== '')
    this.#fd = openSync(path, 'r+')
  }

  /** The names left over are dealt with. */
  forgetLeftOver(): void {
    ftruncateSync(this.#fd, 0)
  }

  add(logicName: string): void {
    const entry = this.#free.pop() ?? this.#count++
    this.#entries.set(logicName, entry)
    const bytes = Buffer.alloc(ENTRY_BYTES)
    bytes.write(logicName, 0, 'latin1')
    writeSync(this.#fd, bytes, 0, ENTRY_BYTES, entry * ENTRY_BYTES)
  }

  /** The file is logged, or taken back. */
  remove(logicName: string): void {
    const entry = this.#entries.get(logicName)
    if (entry === undefined) return
    this.#entries.delete(logicName)
    this.#free.push(entry)
    writeSync(this.#fd, NOTHING, 0, ENTRY_BYTES, entry * ENTRY_BYTES)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
