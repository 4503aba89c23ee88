/** A read from the page cache takes a few tens of microseconds; what takes longer has waited for the disk, or for a processor. */
const SLOW_MS = 2
/** Nobody waits for a processor so long. Not every file system counts what it fetches. */
const SURELY_SLOW_MS = 100
/** Quick reads in a row until the disk is taken to be out of the way again. */
const QUICK_READS = 64

/**
 * Decides where files are read: on the event loop, which is cheapest while they are in the page cache, or in the thread
 * pool, while reads have to wait for the disk. Whether one read will wait nobody can tell before; after the last ones it
 * is a good guess. A read that was slow while nothing was fetched from a disk has waited for a processor: a trip to the
 * thread pool would make that worse.
 */
export class ReadPace {
  readonly #fetched: () => number
  #fetchedBefore: number
  #left = 0

  /** `fetched` counts what this process has had its file systems fetch. */
  constructor(fetched: () => number = () => process.resourceUsage().fsRead) {
    this.#fetched = fetched
    this.#fetchedBefore = fetched()
  }

  /** The next read had better not hold up the event loop. */
  get isSlow(): boolean {
    return this.#left > 0
  }

  /** A read that began at `startedAt` (of `performance.now()`) is over. */
  readSince(startedAt: number): void {
    this.took(performance.now() - startedAt)
  }

  took(ms: number): void {
    if (ms > SLOW_MS && (this.#hasFetched() || ms > SURELY_SLOW_MS)) this.#left = QUICK_READS
    else if (this.#left > 0) this.#left -= 1
  }

  /** Since the last time. */
  #hasFetched(): boolean {
    const fetched = this.#fetched()
    const isMore = fetched > this.#fetchedBefore
    this.#fetchedBefore = fetched
    return isMore
  }
}

/** Of this thread: its downloads mostly come from the same disks. */
export const readPace = new ReadPace()
