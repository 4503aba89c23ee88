import { constants } from 'node:fs'
import { closeByPace, ftruncateByPace, futimesByPace, openPathByPace, thenByPace, writeByPace } from './by-pace.ts'
import { announceChange } from './change-intent.ts'
import type { FileStore, ResolvedName } from './file-store.ts'

export interface InPlaceRange {
  readonly file: ResolvedName
  /** Lower case: the change comes from a peer, with its time. */
  readonly op: 'A' | 'M' | 'a' | 'm'
  readonly offset: number
  readonly size: number
  readonly timestamp?: number
}

interface Opened {
  readonly fd: number
  takeBack(): unknown
}

/**
 * Bytes on their way into an existing file. An append that does not come to its end is cut off again; of a modify that
 * breaks off, what was written is logged, so that the replicas get the same bytes. Call it under the file's lock, and one
 * step after the other.
 */
export class InPlaceWrite {
  readonly #store: FileStore
  readonly #range: InPlaceRange
  readonly #opened: Opened
  #written = 0

  private constructor(store: FileStore, range: InPlaceRange, opened: Opened) {
    this.#store = store
    this.#range = range
    this.#opened = opened
  }

  static async open(store: FileStore, range: InPlaceRange): Promise<InPlaceWrite> {
    const { op, file, offset } = range
    const { lane } = file.storePath
    const fd = await openPathByPace(lane, file.path, constants.O_WRONLY)
    try {
      // A peer sends an unanswered change again; one of ours would be forgotten.
      const isOurs = op === 'A' || op === 'M'
      const takeBack = isOurs ? await announceChange(store, { op, file, size: offset }) : () => undefined
      return new InPlaceWrite(store, range, { fd, takeBack })
    } catch (error) {
      await closeByPace(lane, fd)
      throw error
    }
  }

  /** A promise while the disk is slow. */
  write(chunk: Buffer): void | Promise<void> {
    if (chunk.length === 0) return undefined
    const { file, offset } = this.#range
    const count = writeByPace(file.storePath.lane, this.#opened.fd, chunk, offset + this.#written)
    return thenByPace(count, (written) => {
      this.#written += written
      return this.write(chunk.subarray(written))
    })
  }

  /** All bytes are written: logs the change. */
  async finish(): Promise<void> {
    const { file, size, timestamp } = this.#range
    const { lane } = file.storePath
    const { fd } = this.#opened
    try {
      if (timestamp !== undefined) await futimesByPace(lane, fd, timestamp, timestamp)
    } finally {
      await closeByPace(lane, fd)
    }
    await this.#log(size)
  }

  /** The rest of the bytes will not come. */
  async abort(): Promise<void> {
    const { op, file, offset } = this.#range
    const { lane } = file.storePath
    const { fd } = this.#opened
    const isAppend = op === 'A' || op === 'a'
    try {
      if (isAppend) await ftruncateByPace(lane, fd, offset)
    } finally {
      await closeByPace(lane, fd)
    }
    if (isAppend || this.#written === 0) await this.#opened.takeBack()
    else await this.#log(this.#written)
  }

  async #log(size: number): Promise<void> {
    const { op, file, offset, timestamp } = this.#range
    const record = {
      op,
      name: file.logicName,
      extra: `${offset} ${size}`,
      ...(timestamp !== undefined && { timestamp }),
    }
    try {
      await this.#store.logThen(record, () => undefined)
    } finally {
      await this.#opened.takeBack()
    }
  }
}
