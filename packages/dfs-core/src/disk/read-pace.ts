/** A read from the page cache takes a few tens of microseconds; what takes longer has waited for the disk, or for a processor. */
const SLOW_MS = 2
/** Nobody waits for a processor so long. Not every file system counts what it fetches, and none what waits to be written. */
const SURELY_SLOW_MS = 100
/** Nor so long so many times in a row. */
const STEADILY_SLOW_MS = 40
const STEADILY = 3
/** Quick reads in a row until the disk is taken to be out of the way again. */
const QUICK_READS = 64

/**
 * Decides where files are read: on the event loop, which is cheapest while they are in the page cache, or in the thread
 * pool, while reads have to wait for the disk. Whether one read will wait nobody can tell before; after the last ones it
 * is a good guess. A read that was slow while nothing was fetched from a disk has waited for a processor: a trip to the
 * thread pool would make that worse. What goes for reads goes for opening, naming and writing files.
 */
export class ReadPace {
  readonly #fetched: () => number
  /** Quick reads that are still to come. One number: threads that read from one disk may share it. */
  readonly #left: Int32Array<ArrayBufferLike>
  #fetchedBefore: number
  #longInARow = 0

  /** `fetched` counts what this process has had its file systems fetch. */
  constructor(
    fetched: () => number = () => process.resourceUsage().fsRead,
    left: Int32Array<ArrayBufferLike> = new Int32Array(1),
  ) {
    this.#fetched = fetched
    this.#left = left
    this.#fetchedBefore = fetched()
  }

  /** The next read had better not hold up the event loop. */
  get isSlow(): boolean {
    return (this.#left[0] ?? 0) > 0
  }

  /** A read that began at `startedAt` (of `performance.now()`) is over. */
  readSince(startedAt: number): void {
    this.took(performance.now() - startedAt)
  }

  took(ms: number): void {
    this.#longInARow = ms > STEADILY_SLOW_MS ? this.#longInARow + 1 : 0
    if (ms > SLOW_MS && (this.#hasFetched() || ms > SURELY_SLOW_MS || this.#longInARow >= STEADILY)) {
      this.#left[0] = QUICK_READS
    } else if (this.isSlow) this.#left[0] = (this.#left[0] ?? 0) - 1
  }

  /** Since the last time. */
  #hasFetched(): boolean {
    const fetched = this.#fetched()
    const isMore = fetched > this.#fetchedBefore
    this.#fetchedBefore = fetched
    return isMore
  }
}
