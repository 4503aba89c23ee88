import type { HashFrontier, HashJob } from './hash-frontier.ts'

/** The writer is held when the hash is further behind. */
export const HASH_LAG_MAX = 64 * 1024 * 1024

/** How far a part is written, and from where on the writer knows its CRC-32: the hashing thread takes the part before. */
export interface WrittenBytes {
  offset: number
  crcStart: number
}

/** Where a request began; see `Part.rollback`. */
export interface PartMark extends WrittenBytes {
  crc: number
}

/** The hash of one part, which follows its bytes; it is begun when it is first needed and can be given up at any time. */
export class PartHash {
  readonly #frontier: Pick<HashFrontier, 'open'>
  readonly #path: string
  #job: HashJob | null = null
  /** Says how far the finishing is. */
  #lastJob: HashJob | null = null
  /** How far the hash may be behind: more than usual while it catches up after a restart. */
  #lagMax = HASH_LAG_MAX

  constructor(frontier: Pick<HashFrontier, 'open'>, path: string) {
    this.#frontier = frontier
    this.#path = path
  }

  /** Bytes that are hashed. */
  get hashed(): number {
    return (this.#job ?? this.#lastJob)?.hashed ?? 0
  }

  get isRunning(): boolean {
    return this.#job !== null
  }

  advance(written: WrittenBytes): void {
    this.#running(written).advance(written.offset)
  }

  /** Waits until the hash is not too far behind. */
  async keepUp(written: WrittenBytes): Promise<void> {
    try {
      await this.#running(written).below(this.#lagMax)
    } catch (error) {
      this.close()
      throw error
    }
    if (this.#lagMax > HASH_LAG_MAX) this.#lagMax = Math.max(HASH_LAG_MAX, written.offset - this.hashed)
  }

  /** Waits until everything is hashed. */
  finish(written: WrittenBytes): ReturnType<HashJob['finish']> {
    const job = this.#running(written)
    this.#job = null
    this.#lastJob = job
    return job.finish(written.offset)
  }

  close(): void {
    this.#job?.close()
    this.#job = null
  }

  #running({ offset, crcStart }: WrittenBytes): HashJob {
    if (this.#job === null) {
      this.#job = this.#frontier.open(this.#path, crcStart)
      this.#job.advance(offset)
      this.#lagMax = Math.max(HASH_LAG_MAX, offset)
    }
    return this.#job
  }
}
