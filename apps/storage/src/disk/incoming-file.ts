import { closeSync, openSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { removeIfAny, writeAll } from './atomic-file.ts'

/** Pieces that begin and end with pages of the file cost ext4 two thirds of what chunks cost as they come. */
const PIECE_BYTES = 128 * 1024
/** So many files of this thread gather pieces at once; with more, what slow clients hold would add up. */
const GATHERING_MAX = 32
const KEPT_MAX = 8

const kept: Buffer[] = []
let gathering = 0

/** A body on its way to disk under a temporary name; its CRC-32 and size are whole when it is finished. */
export class IncomingFile {
  readonly path: string
  crc32 = 0
  size = 0
  #fd: number
  /** What is not written yet; null where chunks are written as they come. */
  #piece: Buffer | null = null
  #filled = 0

  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'wx', 0o644)
    if (gathering === GATHERING_MAX) return
    gathering += 1
    this.#piece = kept.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES)
  }

  write(chunk: Buffer): void {
    this.size += chunk.length
    if (this.#piece === null) {
      this.#store(chunk)
      return
    }
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(this.#piece, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled === PIECE_BYTES) this.#storePiece()
    }
  }

  /** The bytes are all there. The file stays under its temporary name. */
  finish(): void {
    try {
      this.#storePiece()
    } finally {
      this.#close()
    }
  }

  /** Leaves nothing behind; harmless after the file got its final name. */
  discard(): void {
    this.#close()
    removeIfAny(this.path)
  }

  #storePiece(): void {
    if (this.#piece === null || this.#filled === 0) return
    const piece = this.#piece.subarray(0, this.#filled)
    this.#filled = 0
    this.#store(piece)
  }

  #store(bytes: Buffer): void {
    writeAll(this.#fd, bytes)
    this.crc32 = crc32(bytes, this.crc32)
  }

  #close(): void {
    if (this.#piece !== null) {
      if (kept.length < KEPT_MAX) kept.push(this.#piece)
      this.#piece = null
      gathering -= 1
    }
    const fd = this.#fd
    this.#fd = -1
    if (fd >= 0) closeSync(fd)
  }
}
