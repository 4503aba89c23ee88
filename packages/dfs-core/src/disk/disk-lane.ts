import { ReadPace } from './read-pace.ts'

/** Another thread has all turns: nobody tells when one is over. */
const RETRY_MS = 2

/** What the threads of a process know together of one disk: quick calls until it counts as quick, and turns that are taken. */
const LANE_NUMBERS = 2
export const LANE_BYTES = LANE_NUMBERS * Int32Array.BYTES_PER_ELEMENT

export interface DiskLaneOptions {
  /** So many calls of all threads may be in the thread pool at once. */
  readonly turnsMax?: number
  /** `LANE_BYTES` that the threads share. */
  readonly memory?: Int32Array<ArrayBufferLike>
}

/**
 * The way of one thread to one disk: on the event loop while the disk is quick, through the thread pool while it is slow,
 * and never so many at once that other disks find no thread there.
 */
export class DiskLane {
  readonly #pace: ReadPace
  readonly #turnsMax: number
  /** Turns that all threads have taken. */
  readonly #taken: Int32Array<ArrayBufferLike>
  readonly #waiting: Array<() => void> = []
  #running = 0
  #retry: NodeJS.Timeout | null = null

  constructor({ turnsMax = Number.POSITIVE_INFINITY, memory = new Int32Array(LANE_NUMBERS) }: DiskLaneOptions = {}) {
    this.#pace = new ReadPace(undefined, memory.subarray(0, 1))
    this.#taken = memory.subarray(1, 2)
    this.#turnsMax = turnsMax
  }

  /** The next call had better not hold up the event loop. */
  get isSlow(): boolean {
    return this.#pace.isSlow
  }

  /** A call that began at `startedAt` (of `performance.now()`) is over. */
  tookSince(startedAt: number): void {
    this.#pace.readSince(startedAt)
  }

  /** `now` on the event loop while the disk is quick, `later` in the thread pool while it is slow. */
  call<T>(now: () => T, later: () => Promise<T>): T | Promise<T> {
    if (this.isSlow) return this.#timed(later)
    const startedAt = performance.now()
    try {
      return now()
    } finally {
      this.tookSince(startedAt)
    }
  }

  /** What always goes through the thread pool. It must not wait for another turn of the same disk. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#turnsMax === Number.POSITIVE_INFINITY) return work()
    return new Promise((resolve, reject) => {
      this.enter((leave) => {
        work().finally(leave).then(resolve, reject)
      })
    })
  }

  /** As `run`, for callbacks: `start` is called when it may begin, and calls `leave` when it is over. */
  enter(start: (leave: () => void) => void): void {
    if (this.#turnsMax === Number.POSITIVE_INFINITY) start(() => undefined)
    else if (this.#waiting.length === 0 && this.#take()) start(this.#leave)
    else {
      this.#waiting.push(() => start(this.#leave))
      this.#retryIfAlone()
    }
  }

  #timed<T>(work: () => Promise<T>): Promise<T> {
    return this.run(async () => {
      const startedAt = performance.now()
      try {
        return await work()
      } finally {
        this.tookSince(startedAt)
      }
    })
  }

  #take(): boolean {
    if (Atomics.add(this.#taken, 0, 1) < this.#turnsMax) {
      this.#running += 1
      return true
    }
    Atomics.sub(this.#taken, 0, 1)
    return false
  }

  readonly #leave = () => {
    this.#running -= 1
    Atomics.sub(this.#taken, 0, 1)
    this.#startWaiting()
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && this.#take()) this.#waiting.shift()?.()
    this.#retryIfAlone()
  }

  /** Whoever has a turn goes on when it is over. */
  #retryIfAlone(): void {
    if (this.#waiting.length === 0 || this.#running > 0 || this.#retry !== null) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.#startWaiting()
    }, RETRY_MS)
  }
}

/** For files that are on no particular disk. */
export const commonLane = new DiskLane()
