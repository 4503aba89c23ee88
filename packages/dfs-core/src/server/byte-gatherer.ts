const EMPTY = Buffer.alloc(0)

/** Puts a fixed number of bytes together that arrive in several chunks. Only what was cut is copied. */
export class ByteGatherer {
  #bytes: Buffer = EMPTY
  #filled = 0

  /** True between the first byte and `finish`. */
  get active(): boolean {
    return this.#bytes.length > 0
  }

  get full(): boolean {
    return this.#filled === this.#bytes.length
  }

  /** Begins to collect `size` bytes, at least 1. The memory is touched only as far as bytes arrive. */
  start(size: number): void {
    this.#bytes = Buffer.allocUnsafe(size)
    this.#filled = 0
  }

  /** Copies from `chunk` at `at`; returns the position behind what it took. */
  take(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#bytes, this.#filled, at)
    this.#filled += copied
    return at + copied
  }

  /** The bytes, now the caller's. */
  finish(): Buffer {
    const bytes = this.#bytes
    this.#bytes = EMPTY
    this.#filled = 0
    return bytes
  }
}
