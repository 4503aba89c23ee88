import { Readable } from 'node:stream'

/** Content whose size is declared before it is there. */
export interface StreamBody {
  /** Chunks of bytes. Each is written out before the next is asked for, so a source may use its buffer again. */
  readonly stream: Readable | AsyncIterable<Uint8Array>
  /** Bytes; the stream must yield exactly as many. */
  readonly size: number
}

/** What follows the fixed fields of a request. */
export type RequestBody = Buffer | StreamBody

/** Bytes. */
export function bodySize(body: RequestBody | undefined): number {
  if (body === undefined) return 0
  return Buffer.isBuffer(body) ? body.length : body.size
}

/**
 * Checks the length of a stream against what was declared. It looks one chunk ahead at the end: the last declared bytes
 * are handed out only after the stream has ended, so that a stream that is too long never completes a request.
 */
export class MeasuredStream {
  readonly #source: Readable | AsyncIterable<Uint8Array>
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #size: number
  #taken = 0

  constructor(body: StreamBody) {
    this.#source = body.stream
    this.#chunks = body.stream[Symbol.asyncIterator]()
    this.#size = body.size
  }

  /** The last declared byte was handed out. */
  get complete(): boolean {
    return this.#taken === this.#size
  }

  /** The next chunk, null after the last. Rejects with RangeError when the length is wrong, or with the source's error. */
  async next(): Promise<Uint8Array | null> {
    const chunk = await this.#pull()
    const taken = this.#taken + (chunk?.length ?? 0)
    if (chunk === null && taken < this.#size) {
      throw new RangeError(`the stream ended after ${taken} of ${this.#size} bytes`)
    }
    const tooLong = taken > this.#size || (chunk !== null && taken === this.#size && (await this.#pull()) !== null)
    if (tooLong) throw new RangeError(`the stream has more than the declared ${this.#size} bytes`)
    this.#taken = taken
    return chunk
  }

  /** Lets go of the source, ended or not. */
  release(): void {
    if (this.#source instanceof Readable) this.#source.destroy()
    // What failed before is reported already; a source that cannot even be closed has nothing to add.
    else this.#chunks.return?.().catch(() => undefined)
  }

  /** The next chunk that is not empty. */
  async #pull(): Promise<Uint8Array | null> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done === true) return null
      if (!(value instanceof Uint8Array)) throw new TypeError('a body stream must yield bytes, not text or objects')
      if (value.length > 0) return value
    }
  }
}
