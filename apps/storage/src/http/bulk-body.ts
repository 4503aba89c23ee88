import { UploadError } from '@cairn/dfs-tus'

const NOTHING: Buffer = Buffer.alloc(0)

/** Takes a body apart by lengths while it comes. More than `sizeMax` bytes of it are not taken. */
export class BodyBytes {
  readonly #chunks: AsyncIterator<Buffer>
  readonly #sizeMax: number
  #rest = NOTHING
  #size = 0

  constructor(body: AsyncIterable<Buffer>, sizeMax: number) {
    this.#chunks = body[Symbol.asyncIterator]()
    this.#sizeMax = sizeMax
  }

  /** So many bytes; null when the body ended before them. Throws when it ends among them. */
  async read(size: number): Promise<Buffer | null> {
    if (size > this.#rest.length && !(await this.#gather(size))) return null
    const bytes = this.#rest.subarray(0, size)
    this.#rest = this.#rest.subarray(size)
    return bytes
  }

  /** Passes over so many bytes without keeping them. */
  async skip(size: number): Promise<void> {
    let left = size
    while (left > this.#rest.length) {
      left -= this.#rest.length
      this.#rest = NOTHING
      const chunk = await this.#next()
      if (chunk === null) throw torn()
      this.#rest = chunk
    }
    this.#rest = this.#rest.subarray(left)
  }

  /** Reads the rest, so that the client comes to read its answer, and keeps nothing; of one that is far too long only so much again. */
  async drop(): Promise<void> {
    this.#rest = NOTHING
    while (this.#size <= 2 * this.#sizeMax) {
      const { done, value } = await this.#chunks.next()
      if (done === true) return
      this.#size += value.length
    }
  }

  async #gather(size: number): Promise<boolean> {
    const pieces = [this.#rest]
    let have = this.#rest.length
    while (have < size) {
      const chunk = await this.#next()
      if (chunk === null && have === 0) return false
      if (chunk === null) throw torn()
      pieces.push(chunk)
      have += chunk.length
    }
    this.#rest = Buffer.concat(pieces, have)
    return true
  }

  async #next(): Promise<Buffer | null> {
    const { done, value } = await this.#chunks.next()
    if (done === true) return null
    this.#size += value.length
    if (this.#size > this.#sizeMax) throw new UploadError('too_large', `the body may have ${this.#sizeMax} bytes`)
    return value
  }
}

function torn(): UploadError {
  return new UploadError('bad_request', 'the body ends within a file')
}
