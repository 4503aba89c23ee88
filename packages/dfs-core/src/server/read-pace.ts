/** A read from the page cache takes a few tens of microseconds; what takes longer has waited for the disk (or the CPU). */
const SLOW_MS = 2
/** Quick reads in a row until the disk is taken to be out of the way again. */
const QUICK_READS = 64

/**
 * Decides where files are read: on the event loop, which is cheapest while they are in the page cache, or in the thread
 * pool, while reads have to wait for the disk. Whether one read will wait nobody can tell before; after the last ones it
 * is a good guess.
 */
export class ReadPace {
  #left = 0

  /** The next read had better not hold up the event loop. */
  get isSlow(): boolean {
    return this.#left > 0
  }

  /** A read that began at `startedAt` (of `performance.now()`) is over. */
  readSince(startedAt: number): void {
    this.took(performance.now() - startedAt)
  }

  took(ms: number): void {
    if (ms > SLOW_MS) this.#left = QUICK_READS
    else if (this.#left > 0) this.#left -= 1
  }
}

/** Of this process: its downloads mostly come from the same disks. */
export const readPace = new ReadPace()
