import { closeSync, ftruncate, openSync, readSync, write } from 'node:fs'
import { promisify } from 'node:util'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { appendWhole } from '../disk/atomic-file.ts'
import { LEDGER_LINE_BYTES_MAX } from './ledger-line.ts'

/** What was written last is mostly asked for next: it is not read for that. */
const RECENT_MAX = 64

const writeAt = promisify(write)
const truncateTo = promisify(ftruncate)

/** The file of a ledger, which grows line by line. Lines follow each other, also where the thread pool writes them. */
export class LedgerLog {
  readonly path: string
  /** Of the disk that it is on. */
  readonly lane: DiskLane
  fd: number
  /** Bytes of whole lines. */
  size = 0
  readonly #lineBuffer = Buffer.alloc(LEDGER_LINE_BYTES_MAX)
  /** Lines by their offset. */
  readonly #recent = new Map<number, string>()
  /** While the thread pool writes. */
  #writing: Promise<void> | null = null

  constructor(path: string, lane: DiskLane) {
    this.path = path
    this.lane = lane
    this.fd = openSync(path, 'a+', 0o644)
  }

  /** When nothing is being written any more. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  /** Appends at once (undefined), or in the thread pool while the disk is slow. `written` is told where the text begins. */
  append(text: string, written: (offset: number) => void): Promise<void> | undefined {
    if (this.#writing === null && !this.lane.isSlow) {
      this.appendNow(text, written)
      return undefined
    }
    const before = this.#writing ?? Promise.resolve()
    const writing = before
      .then(() => this.lane.run(() => this.#appendLater(Buffer.from(text, 'latin1'))))
      .then(() => this.#appended(text, written))
    const over = writing
      .catch(() => undefined)
      .then(() => {
        if (this.#writing === over) this.#writing = null
      })
    this.#writing = over
    return writing
  }

  /** All of it or nothing. The thread pool must not be writing. */
  appendNow(text: string, written: (offset: number) => void): void {
    if (this.#writing !== null) throw new Error(`${this.path} is being written`)
    const startedAt = performance.now()
    appendWhole(this.fd, this.size, Buffer.from(text, 'latin1'))
    this.lane.tookSince(startedAt)
    this.#appended(text, written)
  }

  /** The line at an offset; null when there is no whole one. */
  lineAt(offset: number): string | null {
    const recent = this.#recent.get(offset)
    if (recent !== undefined) return recent.slice(0, recent.indexOf('\n'))
    const length = readSync(this.fd, this.#lineBuffer, 0, LEDGER_LINE_BYTES_MAX, offset)
    const end = this.#lineBuffer.subarray(0, length).indexOf(0x0a)
    return end < 0 ? null : this.#lineBuffer.toString('latin1', 0, end)
  }

  /** Goes on in another file, where all that is not yet used lies `shift` bytes further on. */
  moveTo(fd: number, shift: number): void {
    this.fd = fd
    this.size += shift
    this.#recent.clear()
  }

  close(): void {
    closeSync(this.fd)
    // Whoever is late must not write to what gets this number next.
    this.fd = -1
  }

  async #appendLater(bytes: Buffer): Promise<void> {
    const startedAt = performance.now()
    try {
      for (let at = 0; at < bytes.length; ) at += (await writeAt(this.fd, bytes, at)).bytesWritten
    } catch (error) {
      await truncateTo(this.fd, this.size)
      throw error
    } finally {
      this.lane.tookSince(startedAt)
    }
  }

  /** Of a line every character is a byte. */
  #appended(text: string, written: (offset: number) => void): void {
    const offset = this.size
    this.size += text.length
    this.#recent.set(offset, text)
    const [oldest] = this.#recent.keys()
    if (this.#recent.size > RECENT_MAX && oldest !== undefined) this.#recent.delete(oldest)
    written(offset)
  }
}
