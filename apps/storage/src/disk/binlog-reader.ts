import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { BinlogLineError, type BinlogRecord, LINE_BYTES_MAX, parseLine } from '../engine/binlog.ts'
import { type BinlogPosition, binlogPath } from './binlog-files.ts'
import type { LogWriter } from './log-writer.ts'

/** One line of the log. */
export interface BinlogEntry {
  /** Null: the line names nothing (a defect of FastDFS 6.13 to 6.16), or cannot be read (see `damage`). */
  readonly record: BinlogRecord | null
  /** The start of the next line. */
  readonly end: BinlogPosition
  /** The line is damaged: file, offset and what is wrong. */
  readonly damage?: string
}

const BLOCK_BYTES = 64 * 1024

/** Reads the log from a position, never past what the writer has written. One per peer. */
export class BinlogReader {
  readonly #log: LogWriter
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  #fd = -1
  #fdIndex = -1
  /** Where the next line starts. */
  #position: BinlogPosition
  /** The block holds the bytes from `#position` on: `#filled` of them, `#used` taken. */
  #filled = 0
  #used = 0

  constructor(log: LogWriter, start: BinlogPosition) {
    this.#log = log
    this.#position = start
  }

  get position(): BinlogPosition {
    return this.#position
  }

  /** The next line, or null at the end of the log. Throws when a file of the log is missing. */
  next(): BinlogEntry | null {
    for (;;) {
      const newline = this.#block.subarray(this.#used, this.#filled).indexOf(0x0a)
      if (newline >= 0) return this.#take(newline)
      if (!this.#fill()) return null
    }
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
    this.#fdIndex = -1
  }

  #take(length: number): BinlogEntry {
    const line = this.#block.toString('latin1', this.#used, this.#used + length)
    const at = this.#position
    this.#used += length + 1
    this.#position = { index: at.index, offset: at.offset + length + 1 }
    try {
      return { record: parseLine(line), end: this.#position }
    } catch (error) {
      if (!(error instanceof BinlogLineError)) throw error
      const damage = `${binlogPath(this.#log.folder, at.index)} at offset ${at.offset}: ${error.message}`
      return { record: null, end: this.#position, damage }
    }
  }

  /** Reads on; false at the end of the log. */
  #fill(): boolean {
    const written = this.#log.position()
    const rest = this.#filled - this.#used
    this.#block.copyWithin(0, this.#used, this.#filled)
    this.#used = 0
    this.#filled = rest
    if (rest > LINE_BYTES_MAX) return this.#skipGarbage(rest)
    const from = this.#position.offset + rest
    const isLast = this.#position.index >= written.index
    const limit = isLast ? Math.min(BLOCK_BYTES - rest, written.offset - from) : BLOCK_BYTES - rest
    const n = limit <= 0 ? 0 : readSync(this.#open(), this.#block, rest, limit, from)
    this.#filled += n
    if (n > 0) return true
    if (isLast) return false
    // What stands behind the last newline of a closed file was torn and never acknowledged.
    this.#position = { index: this.#position.index + 1, offset: 0 }
    this.#filled = 0
    return true
  }

  /** A line that is longer than any record: a newline stands for what was there, so that `next` reports it. */
  #skipGarbage(rest: number): true {
    this.#block[rest - 1] = 0x0a
    return true
  }

  #open(): number {
    const { index } = this.#position
    if (this.#fdIndex === index) return this.#fd
    this.close()
    const path = binlogPath(this.#log.folder, index)
    if (!existsSync(path)) throw new Error(`${path} is missing: what it recorded cannot be sent`)
    this.#fd = openSync(path, 'r')
    this.#fdIndex = index
    return this.#fd
  }
}
