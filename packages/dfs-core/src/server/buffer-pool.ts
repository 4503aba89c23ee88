/**
 * Reusable buffers of one size. Fresh large buffers cost page faults: reading 1 MB into a fresh one takes four times as
 * long as into one that was used before.
 */
export class BufferPool {
  readonly #free: Buffer[] = []
  readonly #bufferSize: number
  readonly #keptMax: number

  /** Keeps at most `keptMax` unused buffers of `bufferSize` bytes; more are given to the garbage collector. */
  constructor(bufferSize: number, keptMax: number) {
    this.#bufferSize = bufferSize
    this.#keptMax = keptMax
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bufferSize)
  }

  /** Returns a buffer that nobody writes to or reads from any more, the kernel included. */
  give(buffer: Buffer): void {
    if (this.#free.length < this.#keptMax) this.#free.push(buffer)
  }
}
