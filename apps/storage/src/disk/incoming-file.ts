import { closeSync, openSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { removeIfAny, writeAll } from './atomic-file.ts'

/** A body on its way to disk under a temporary name; its CRC-32 and size grow with it. */
export class IncomingFile {
  readonly path: string
  crc32 = 0
  size = 0
  #fd: number

  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'wx', 0o644)
  }

  write(chunk: Buffer): void {
    writeAll(this.#fd, chunk)
    this.crc32 = crc32(chunk, this.crc32)
    this.size += chunk.length
  }

  /** The bytes are all there. The file stays under its temporary name. */
  finish(): void {
    const fd = this.#fd
    this.#fd = -1
    if (fd >= 0) closeSync(fd)
  }

  /** Leaves nothing behind; harmless after the file got its final name. */
  discard(): void {
    this.finish()
    removeIfAny(this.path)
  }
}
