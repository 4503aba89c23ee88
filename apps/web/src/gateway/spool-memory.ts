const KIB = 1024
const MIB = 1024 * KIB

/** Requests that may bring bytes at the same time; more of them wait. */
export const REQUESTS_MAX = 256
/** Every one may have so much, whatever the others have: twice what a socket hands over at once. */
const LEAST_BYTES = 128 * KIB
/** What those have beyond that which bring pieces of an upload. */
const PIECES_BYTES = 32 * MIB
/** More makes none of them faster: one piece on its way and one that is gathered. */
const EACH_BYTES_MAX = 8 * MIB
/** What those have beyond that which bring content that is kept until it is whole, however slowly it comes. */
const WHOLES_BYTES = 32 * MIB

/** Bytes that may be taken, and are given back. */
class Pool {
  #free: number

  constructor(bytes: number) {
    this.#free = bytes
  }

  /** False, and nothing is taken: there is not so much. */
  take(bytes: number): boolean {
    if (bytes > Math.max(0, this.#free)) return false
    this.#free -= bytes
    return true
  }

  give(bytes: number): void {
    this.#free += bytes
  }
}

/** The memory for bytes that requests have received and that no storage has yet: 96 MiB for all of them. */
export class SpoolMemory {
  readonly #pieces = new Pool(PIECES_BYTES)
  readonly #wholes = new Pool(WHOLES_BYTES)
  readonly #waiting: Array<() => void> = []
  #requests = 0

  /** What a request that brings pieces may have now: the more there are, the less. */
  get share(): number {
    return Math.min(EACH_BYTES_MAX, LEAST_BYTES + Math.floor(PIECES_BYTES / Math.max(1, this.#requests)))
  }

  /** Runs the work of a request, which has given everything back when it is settled. */
  async during<T>(work: (memory: RequestMemory) => Promise<T>): Promise<T> {
    if (this.#requests < REQUESTS_MAX) this.#requests += 1
    // Whoever ends hands its place over.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const memory = new RequestMemory(this, this.#pieces, this.#wholes)
    try {
      return await work(memory)
    } finally {
      memory.releaseAll()
      const next = this.#waiting.shift()
      if (next === undefined) this.#requests -= 1
      else next()
    }
  }
}

/** What one request has of it. */
export class RequestMemory {
  readonly #all: SpoolMemory
  readonly #pieces: Pool
  readonly #wholes: Pool
  #pool: Pool
  #held = 0

  constructor(all: SpoolMemory, pieces: Pool, wholes: Pool) {
    this.#all = all
    this.#pieces = pieces
    this.#wholes = wholes
    this.#pool = pieces
  }

  /** Bytes that are worth sending: as much again is gathered while they are on their way. */
  get piece(): number {
    return this.#all.share / 2
  }

  /** Room for a chunk that is here; false: what is held must be stored first. */
  hold(bytes: number): boolean {
    const held = this.#held + bytes
    return held <= this.#all.share && this.#take(held)
  }

  /** Room for content as a whole, of a request that holds nothing yet. */
  reserve(bytes: number): boolean {
    this.#pool = this.#wholes
    if (this.#take(bytes)) return true
    this.#pool = this.#pieces
    return false
  }

  release(bytes: number): void {
    const held = Math.max(0, this.#held - bytes)
    this.#pool.give(beyondLeast(this.#held) - beyondLeast(held))
    this.#held = held
  }

  releaseAll(): void {
    this.release(this.#held)
  }

  #take(held: number): boolean {
    if (!this.#pool.take(beyondLeast(held) - beyondLeast(this.#held))) return false
    this.#held = held
    return true
  }
}

function beyondLeast(bytes: number): number {
  return Math.max(0, bytes - LEAST_BYTES)
}
