import { closeSync, constants, ftruncateSync, futimesSync, openSync, writeSync } from 'node:fs'
import { announceChange } from './change-intent.ts'
import type { FileStore, ResolvedName } from './file-store.ts'
import type { LogDone } from './log-done.ts'

export interface InPlaceRange {
  readonly file: ResolvedName
  /** Lower case: the change comes from a peer, with its time. */
  readonly op: 'A' | 'M' | 'a' | 'm'
  readonly offset: number
  readonly size: number
  readonly timestamp?: number
}

/**
 * Bytes on their way into an existing file. An append that does not come to its end is cut off again; of a modify that
 * breaks off, what was written is logged, so that the replicas get the same bytes. Call it under the file's lock.
 */
export class InPlaceWrite {
  readonly #store: FileStore
  readonly #range: InPlaceRange
  readonly #fd: number
  readonly #takeBack: () => void
  #written = 0

  constructor(store: FileStore, range: InPlaceRange) {
    this.#store = store
    this.#range = range
    const { op, file, offset } = range
    this.#fd = openSync(file.path, constants.O_WRONLY)
    try {
      // A peer sends an unanswered change again; one of ours would be forgotten.
      this.#takeBack = op === 'A' || op === 'M' ? announceChange(store, { op, file, size: offset }) : () => undefined
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  write(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      const position = this.#range.offset + this.#written
      const n = writeSync(this.#fd, chunk, at, chunk.length - at, position)
      at += n
      this.#written += n
    }
  }

  /** All bytes are written: logs the change. */
  finish(done: LogDone): void {
    const { timestamp } = this.#range
    try {
      if (timestamp !== undefined) futimesSync(this.#fd, timestamp, timestamp)
    } finally {
      closeSync(this.#fd)
    }
    this.#log(this.#range.size, done)
  }

  /** The rest of the bytes will not come. */
  abort(done: LogDone): void {
    const { op, offset } = this.#range
    const isAppend = op === 'A' || op === 'a'
    try {
      if (isAppend) ftruncateSync(this.#fd, offset)
    } finally {
      closeSync(this.#fd)
    }
    if (isAppend || this.#written === 0) {
      this.#takeBack()
      done()
    } else {
      this.#log(this.#written, done)
    }
  }

  #log(size: number, done: LogDone): void {
    const { op, file, offset, timestamp } = this.#range
    const options = { extra: `${offset} ${size}`, ...(timestamp !== undefined && { timestamp }) }
    this.#store.log.append(
      op,
      file.logicName,
      (error) => {
        this.#takeBack()
        done(error)
      },
      options,
    )
  }
}
