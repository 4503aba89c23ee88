import { close, closeSync, open, openSync, write } from 'node:fs'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { commonLane, type DiskLane } from '@cairn/dfs-core/disk'
import { removeIfAny, removeIfAnyLater, writeAll } from './atomic-file.ts'

/** Pieces that begin and end with pages of the file cost ext4 two thirds of what chunks cost as they come. */
const PIECE_BYTES = 128 * 1024
/** So many files of this thread gather pieces at once; with more, what slow clients hold would add up. */
const GATHERING_MAX = 32
const KEPT_MAX = 8

const EMPTY = Buffer.alloc(0)
const kept: Buffer[] = []
let gathering = 0

const closeAt = promisify(close)
const openAt = promisify(open)
const writeAt = promisify(write)

/** A body on its way to disk under a temporary name; its CRC-32 and size are whole when it is finished. */
export class IncomingFile {
  readonly path: string
  crc32 = 0
  size = 0
  readonly #lane: DiskLane
  /** −1 before the first bytes of a file on a slow disk, and when it is closed. */
  #fd = -1
  /** What the thread pool writes. */
  #writing: Promise<void> | null = null
  #isGivenUp = false
  #isHandedOver = false
  /** What is not written yet; null where chunks are written as they come. */
  #piece: Buffer | null = null
  #filled = 0

  /** `lane`: of the disk that the file will be on. */
  constructor(path: string, lane: DiskLane = commonLane) {
    this.path = path
    this.#lane = lane
    if (!lane.isSlow) this.#fd = openSync(path, 'wx', 0o644)
    if (gathering === GATHERING_MAX) return
    gathering += 1
    this.#piece = kept.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES)
  }

  /** While the disk is slow a promise: nothing else may be done with the file before it is settled, but to discard it. */
  write(chunk: Buffer): Promise<void> | undefined {
    this.size += chunk.length
    if (this.#lane.isSlow) return this.#writeLater(chunk)
    if (this.#fd < 0) this.#fd = openSync(this.path, 'wx', 0o644)
    if (this.#piece === null) {
      this.#store(chunk)
      return undefined
    }
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(this.#piece, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled === PIECE_BYTES) this.#storePiece()
    }
    return undefined
  }

  /**
   * The bytes are all there. The file stays under its temporary name. A promise as for `write`: some file systems write
   * only when a file is closed.
   */
  finish(): Promise<void> | undefined {
    if (this.#lane.isSlow) return this.#finishLater()
    try {
      this.#storePiece()
    } finally {
      this.#close()
    }
    return undefined
  }

  /** Leaves nothing behind; harmless after the file got its final name. */
  discard(): void {
    // Its descriptor and its bytes are in use; what follows then does this.
    this.#isGivenUp = this.#writing !== null
    if (this.#isGivenUp) return
    this.#close()
    if (this.#isHandedOver) return
    if (this.#lane.isSlow) void this.#lane.run(() => removeIfAnyLater(this.path)).catch(() => undefined)
    else removeIfAny(this.path)
  }

  /** Somebody else removes the temporary file. */
  handOver(): void {
    this.#isHandedOver = true
  }

  #writeLater(chunk: Buffer): Promise<void> {
    const before = this.#piece?.subarray(0, this.#filled) ?? EMPTY
    const bytes = Buffer.concat([before, chunk])
    this.#filled = 0
    const written = this.#lane.run(async () => {
      const startedAt = performance.now()
      if (this.#fd < 0) this.#fd = await openAt(this.path, 'wx', 0o644)
      for (let at = 0; at < bytes.length; ) at += (await writeAt(this.#fd, bytes, at)).bytesWritten
      this.#lane.tookSince(startedAt)
      this.crc32 = crc32(bytes, this.crc32)
    })
    this.#writing = written.finally(() => {
      this.#writing = null
      if (this.#isGivenUp) this.discard()
    })
    return this.#writing
  }

  async #finishLater(): Promise<void> {
    try {
      if (this.#filled > 0) await this.#writeLater(EMPTY)
    } finally {
      const fd = this.#fd
      this.#fd = -1
      if (fd >= 0) await this.#lane.run(() => closeAt(fd))
      this.#close()
    }
  }

  #storePiece(): void {
    if (this.#piece === null || this.#filled === 0) return
    const piece = this.#piece.subarray(0, this.#filled)
    this.#filled = 0
    this.#store(piece)
  }

  #store(bytes: Buffer): void {
    const startedAt = performance.now()
    writeAll(this.#fd, bytes)
    this.#lane.tookSince(startedAt)
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
