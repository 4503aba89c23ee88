import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { SNIFF_BYTES, sniffContentType } from '@cairn/dfs-http'

const HEAD_BYTES = 64 * 1024

/** What is known of content whose bytes have passed. */
export interface ContentFacts {
  size: number
  crc32: number
  /** Hexadecimal; `head` is of the first 64 KiB. */
  sha256: string
  head: string
  contentType: string
}

/** Watches content go by, from its first byte to its last. */
export class ContentReader {
  readonly #sha256 = createHash('sha256')
  readonly #head = createHash('sha256')
  readonly #beginning: Buffer[] = []
  #size = 0
  #crc32 = 0

  get size(): number {
    return this.#size
  }

  add(chunk: Uint8Array): void {
    this.#sha256.update(chunk)
    this.#crc32 = crc32(chunk, this.#crc32)
    if (this.#size < HEAD_BYTES) this.#head.update(chunk.subarray(0, HEAD_BYTES - this.#size))
    // A copy: the source may use its buffer again.
    if (this.#size < SNIFF_BYTES) this.#beginning.push(Buffer.from(chunk.subarray(0, SNIFF_BYTES - this.#size)))
    this.#size += chunk.length
  }

  async end(): Promise<ContentFacts> {
    return {
      size: this.#size,
      crc32: this.#crc32,
      sha256: this.#sha256.digest('hex'),
      head: this.#head.digest('hex'),
      contentType: await sniffContentType(Buffer.concat(this.#beginning)),
    }
  }
}
