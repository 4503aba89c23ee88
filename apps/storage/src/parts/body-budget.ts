const MIB = 1024 * 1024
/** What all requests together may have received and not yet stored; threads that write share it. */
export const BODY_BYTES_MAX = 16 * MIB
const EACH_MAX = 4 * MIB
/** What a socket hands over at once. */
const EACH_MIN = 64 * 1024

/** Shares the memory for received bytes among the requests that bring some: the more there are, the less each may have. */
export class BodyBudget {
  readonly #bytesMax: number
  #requests = 0

  constructor(bytesMax = BODY_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** Bytes that each request may have now. */
  get share(): number {
    return Math.min(EACH_MAX, Math.max(EACH_MIN, Math.floor(this.#bytesMax / Math.max(1, this.#requests))))
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
