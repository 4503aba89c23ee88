import { unlink, unlinkSync } from 'node:fs'
import { DiskLane } from '@cairn/dfs-core/disk'
import type { LogDone } from './log-done.ts'

/** What the kernel has to do grows with the size: some tens of microseconds up to here, many milliseconds for 100 MB. */
const AT_ONCE_BYTES_MAX = 256 * 1024
/** A file that leaves a disk which waits for nothing takes a tenth of it; one whose disk is told of freed blocks ten times it. */
const SLOW_MS = 0.25
/** One alone may have waited for a processor. */
const SLOW_IN_A_ROW = 3
/** So many go through the thread pool until one is tried at once again. */
const POOLED = 256

/**
 * Takes files off the disk: at once, which is cheapest, or in the thread pool, where large ones and those on a slow disk
 * hold nobody up. Where the disk is told of freed blocks at once (mount option `discard`), unlink(2) waits a millisecond
 * or two for it.
 */
export class Removal {
  readonly #lane: DiskLane
  readonly #now: () => number
  #slowInARow = 0
  #pooled = 0

  constructor({ lane = new DiskLane(), now = () => performance.now() }: { lane?: DiskLane; now?(): number } = {}) {
    this.#lane = lane
    this.#now = now
  }

  /** `done` may be called before this returns. */
  remove(path: string, size: number, done: LogDone): void {
    if (size > AT_ONCE_BYTES_MAX || this.#lane.isSlow) this.#inThreadPool(path, done)
    else if (this.#pooled > 0) {
      this.#pooled -= 1
      this.#inThreadPool(path, done)
    } else done(this.#atOnce(path))
  }

  #inThreadPool(path: string, done: LogDone): void {
    this.#lane.enter((leave) => {
      unlink(path, (error) => {
        leave()
        done(error ?? undefined)
      })
    })
  }

  #atOnce(path: string): Error | undefined {
    const startedAt = this.#now()
    try {
      unlinkSync(path)
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#took(this.#now() - startedAt)
    }
  }

  #took(ms: number): void {
    this.#slowInARow = ms > SLOW_MS ? this.#slowInARow + 1 : 0
    if (this.#slowInARow < SLOW_IN_A_ROW) return
    this.#pooled = POOLED
    // The next one that is tried tells alone.
    this.#slowInARow = SLOW_IN_A_ROW - 1
  }
}
