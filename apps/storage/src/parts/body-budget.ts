const MIB = 1024 * 1024
/** What all requests together may have received and not yet stored. */
const BYTES_MAX = 16 * MIB
const EACH_MAX = 4 * MIB
/** What a socket hands over at once. */
const EACH_MIN = 64 * 1024

/** Shares the memory for received bytes among the requests that bring some: the more there are, the less each may have. */
export class BodyBudget {
  #requests = 0

  /** Bytes that each request may have now. */
  get share(): number {
    return Math.min(EACH_MAX, Math.max(EACH_MIN, Math.floor(BYTES_MAX / Math.max(1, this.#requests))))
  }

  /** Counts a request until its work is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#requests += 1
    try {
      return await work()
    } finally {
      this.#requests -= 1
    }
  }
}
