import { ReadPace } from './read-pace.ts'

const RETRY_MS = 2
/** While a call has been in the thread pool for so long, the disk is slow for everybody. */
const OVERDUE_MS = 100

export interface DiskLaneOptions {
  /** So many calls of all threads may be in the thread pool at once. */
  readonly turnsMax: number
  /** So many if one of them is the only one of its thread: no thread waits for others alone. */
  readonly turnsInNeedMax: number
  /** Nothing is done on the event loop, however quick the disk is. */
  readonly isPooled?: boolean
  readonly shared: SharedLane
  /** 0 … : whose turns these are. */
  readonly thread: number
}

/** What the threads of a process know together of one disk. */
export interface SharedLane {
  /** Quick reads, and quick calls of any kind, until it counts as quick: two numbers. */
  readonly quickLeft: Int32Array<ArrayBufferLike>
  /** Turns that each thread has taken. */
  readonly taken: Int32Array<ArrayBufferLike>
  /** Calls of each thread that should have been over long ago. */
  readonly overdue: Int32Array<ArrayBufferLike>
}

/**
 * The way of one thread to one disk: on the event loop while the disk is quick, through the thread pool while it is slow,
 * and never so many at once that other disks find no thread there. Without options there is no limit.
 */
export class DiskLane {
  readonly #reads: ReadPace
  readonly #calls: ReadPace
  readonly #limits: DiskLaneOptions | null
  readonly #waiting: Array<() => void> = []
  #running = 0
  #retry: NodeJS.Timeout | null = null

  constructor(options: DiskLaneOptions | null = null) {
    this.#limits = options
    this.#reads = new ReadPace(undefined, options?.shared.quickLeft.subarray(0, 1))
    // What is written is fetched from nowhere: only waits that no processor explains count.
    this.#calls = new ReadPace(() => 0, options?.shared.quickLeft.subarray(1, 2))
  }

  /** There are other disks, whose clients do not wait for this one. */
  get hasNeighbours(): boolean {
    return this.#limits !== null
  }

  /** The next call had better not hold up the event loop. Where there is no other disk, nobody would gain. */
  get isSlow(): boolean {
    if (this.#limits === null) return false
    return this.#limits.isPooled === true || this.#calls.isSlow || sum(this.#limits.shared.overdue) > 0
  }

  /** The next read had better not hold up the event loop, be there other disks or not. */
  get isSlowToRead(): boolean {
    return this.#reads.isSlow || this.isSlow
  }

  /** A call that began at `startedAt` (of `performance.now()`) is over. */
  tookSince(startedAt: number): void {
    if (this.#limits !== null) this.#calls.readSince(startedAt)
  }

  /** The same of a read. */
  readSince(startedAt: number): void {
    const ms = performance.now() - startedAt
    this.#reads.took(ms)
    if (this.#limits !== null) this.#calls.took(ms)
  }

  /** `now` on the event loop while the disk is quick, `later` in the thread pool while it is slow. */
  call<T>(now: () => T, later: () => Promise<T>): T | Promise<T> {
    if (this.isSlow) return this.runTimed(later)
    const startedAt = performance.now()
    try {
      return now()
    } finally {
      this.tookSince(startedAt)
    }
  }

  /** As `call` for what is rare: `later` wherever there is another disk, be this one quick or not. */
  callRarely<T>(now: () => T, later: () => Promise<T>): T | Promise<T> {
    return this.#limits === null ? now() : this.runTimed(later)
  }

  /** What always goes through the thread pool. It must not wait for another turn of the same disk. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#limits === null) return work()
    return new Promise((resolve, reject) => {
      this.enter((leave) => {
        work().finally(leave).then(resolve, reject)
      })
    })
  }

  /** As `run` for what tells how quick the disk is: it should not take long. */
  runTimed<T>(work: () => Promise<T>): Promise<T> {
    return this.run(async () => {
      const startedAt = performance.now()
      const notOverdue = this.#watch()
      try {
        return await work()
      } finally {
        notOverdue()
        this.tookSince(startedAt)
      }
    })
  }

  /** As `run`, for callbacks: `start` is called when it may begin, and calls `leave` when it is over. */
  enter(start: (leave: () => void) => void): void {
    if (this.#limits === null) start(() => undefined)
    else if (this.#waiting.length === 0 && this.#take()) start(this.#leave)
    else {
      this.#waiting.push(() => start(this.#leave))
      this.#retryIfInNeed()
    }
  }

  /** Of a call that begins: who only waits for its end hears nothing of a disk that hangs. Returns what to do at its end. */
  #watch(): () => void {
    const limits = this.#limits
    if (limits === null) return () => undefined
    const { shared, thread } = limits
    let isOverdue = false
    const timer = setTimeout(() => {
      isOverdue = true
      Atomics.add(shared.overdue, thread, 1)
    }, OVERDUE_MS)
    return () => {
      clearTimeout(timer)
      if (isOverdue) Atomics.sub(shared.overdue, thread, 1)
    }
  }

  /** `isInNeed`: nothing of this thread is under way. */
  #take(isInNeed = false): boolean {
    if (this.#limits === null) return true
    const { turnsMax, turnsInNeedMax, shared, thread } = this.#limits
    const max = isInNeed ? turnsInNeedMax : turnsMax
    // Its own turn is among them, so that of two that take the last one together none is over the limit.
    Atomics.add(shared.taken, thread, 1)
    if (sum(shared.taken) <= max) {
      this.#running += 1
      return true
    }
    Atomics.sub(shared.taken, thread, 1)
    return false
  }

  readonly #leave = () => {
    this.#running -= 1
    if (this.#limits !== null) Atomics.sub(this.#limits.shared.taken, this.#limits.thread, 1)
    this.#startWaiting()
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && this.#take()) this.#waiting.shift()?.()
    this.#retryIfInNeed()
  }

  /** Nobody tells when a turn of another thread is over; whoever has one himself goes on when that is. */
  #retryIfInNeed(): void {
    if (this.#waiting.length === 0 || this.#running > 0 || this.#retry !== null) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      if (this.#running === 0 && this.#waiting.length > 0 && this.#take(true)) this.#waiting.shift()?.()
      this.#startWaiting()
    }, RETRY_MS)
  }
}

function sum(numbers: Int32Array<ArrayBufferLike>): number {
  let total = 0
  for (let i = 0; i < numbers.length; i += 1) total += Atomics.load(numbers, i)
  return total
}

/** For files that are on no particular disk. */
export const commonLane = new DiskLane()
