import { closeSync, fsyncSync, openSync, readSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { removeIfAny, syncFolder, writeAll } from '../disk/atomic-file.ts'

const BLOCK_BYTES = 1024 * 1024
/** So much of a ledger is rewritten before requests have their turn. */
const TURN_BYTES = 64 * 1024

/** The lines of a ledger with their places. */
export function* readLines(fd: number): Generator<{ offset: number; text: string }> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  let rest = ''
  let restAt = 0
  let position = 0
  for (;;) {
    const read = readSync(fd, block, 0, BLOCK_BYTES, position)
    if (read === 0) return
    position += read
    const lines = (rest + block.toString('latin1', 0, read)).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      yield { offset: restAt, text }
      restAt += text.length + 1
    }
  }
}

/** A file that will take the place of a ledger which goes on being written meanwhile. */
export class LedgerRewrite {
  readonly #path: string
  readonly #fd: number
  #size = 0
  #pending = ''

  constructor(path: string) {
    this.#path = path
    removeIfAny(this.#temporary)
    this.#fd = openSync(this.#temporary, 'a+', 0o644)
  }

  /** Where the next line will be. */
  get position(): number {
    return this.#size + this.#pending.length
  }

  async write(lines: string): Promise<void> {
    this.#pending += lines
    if (this.#pending.length < TURN_BYTES) return
    this.#flush()
    await nextTurn()
  }

  /**
   * Takes over what `old` has from `from` on, and its place: all in one turn, so nothing is written in between. What waits to be synced in
   * the old file is durable in this one. Returns the descriptor.
   */
  replace(old: number, from: number): number {
    this.#flush()
    const block = Buffer.allocUnsafe(BLOCK_BYTES)
    for (let position = from; ; ) {
      const read = readSync(old, block, 0, BLOCK_BYTES, position)
      if (read === 0) break
      writeAll(this.#fd, block.subarray(0, read))
      position += read
    }
    fsyncSync(this.#fd)
    renameSync(this.#temporary, this.#path)
    syncFolder(dirname(this.#path))
    return this.#fd
  }

  giveUp(): void {
    closeSync(this.#fd)
    removeIfAny(this.#temporary)
  }

  get #temporary(): string {
    return `${this.#path}.tmp`
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending, 'latin1')
    writeAll(this.#fd, bytes)
    this.#size += bytes.length
    this.#pending = ''
  }
}
