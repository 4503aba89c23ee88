import type { LogEnd } from '../disk/log-end.ts'
import { HOLD_SECONDS_MAX, type RecordClock } from '../disk/record-clock.ts'

// Memory of all threads: 32-bit words, then the bytes of names.
//
// | words                 | meaning                                                                |
// |-----------------------|------------------------------------------------------------------------|
// | 0                     | lock: 0 free, 1 taken                                                  |
// | 1                     | unix seconds: the newest record                                        |
// | 2                     | unix seconds: the oldest name that waits in the main thread; 0: none   |
// | 3, 4                  | the log: which file is written, and its bytes so far                   |
// | 5                     | 1: threads may write to the log                                        |
// | 6                     | most connections at once, of all threads                               |
// | per thread: 1         | slots from the first one on that were ever used                        |
// | per thread: 1         | connections                                                            |
// | per thread: slotCount | unix seconds of the name in the slot; 0: free                          |
// | bytes                 | per slot: length, characters                                           |
const LOCK = 0
const NEWEST = 1
const KEPT = 2
const LOG_INDEX = 3
const LOG_SIZE = 4
const LOG_OPEN = 5
const CONNECTIONS_MAX = 6
const HEAD_WORDS = 7
const THREAD_HEAD_WORDS = 2
const NAME_BYTES = 64
const WORD_BYTES = 4
/**
 * Nobody holds the lock for longer than a small write(2) takes; a thread that ended in between would hold it for ever.
 * Should a disk make a write wait for longer, two write at once: each line stays whole, no name is let go too early, and
 * the main thread soon looks for itself where the log ends.
 */
const LOCK_WAIT_MS = 2000

/** So many connections more, and this share of the other's, are no reason to let another thread accept. */
const AHEAD_MIN = 2
const AHEAD_SHARE = 1.25

export interface SharedNamesSize {
  /** Threads, the main one (0) among them. */
  readonly threads: number
  /** Names that a thread can hold at once. */
  readonly slots: number
}

export function allocateSharedNames({ threads, slots }: SharedNamesSize): SharedArrayBuffer {
  const words = HEAD_WORDS + threads * (THREAD_HEAD_WORDS + slots)
  return new SharedArrayBuffer(words * WORD_BYTES + threads * slots * NAME_BYTES)
}

/**
 * The names that threads have drawn and whose records are not yet written or in the hands of the main thread, where all
 * threads see them: a thread takes a slot when it draws. And the end of the log, which they write in turn.
 */
export class SharedNames {
  readonly #size: SharedNamesSize
  readonly #words: Int32Array
  readonly #bytes: Buffer
  #hasLock = false

  constructor(memory: SharedArrayBuffer, size: SharedNamesSize) {
    const words = HEAD_WORDS + size.threads * (THREAD_HEAD_WORDS + size.slots)
    this.#size = size
    this.#words = new Int32Array(memory, 0, words)
    this.#bytes = Buffer.from(memory, words * WORD_BYTES)
  }

  /** Draws a time and takes a slot with it. −1 when all slots are taken. */
  draw(thread: number, now: () => number): { slot: number; timestamp: number } {
    return this.#locked(() => {
      const slot = this.#freeSlot(thread)
      const timestamp = Math.max(this.#at(NEWEST), now())
      if (slot >= 0) {
        // No name yet, and not the last one's.
        this.#bytes[this.#nameStart(thread, slot)] = 0
        this.#put(this.#slotWord(thread, slot), timestamp)
      }
      return { slot, timestamp }
    })
  }

  name(thread: number, slot: number, name: string): void {
    const at = this.#nameStart(thread, slot)
    this.#bytes[at] = this.#bytes.write(name, at + 1, NAME_BYTES - 1, 'latin1')
  }

  free(thread: number, slot: number): void {
    this.#put(this.#slotWord(thread, slot), 0)
  }

  /** The names that a thread holds. */
  *heldBy(thread: number): Generator<{ slot: number; name: string }> {
    for (let slot = 0; slot < this.#usedSlots(thread); slot += 1) {
      if (this.#at(this.#slotWord(thread, slot)) === 0) continue
      const at = this.#nameStart(thread, slot)
      const length = this.#bytes[at] ?? 0
      yield { slot, name: this.#bytes.toString('latin1', at + 1, at + 1 + length) }
    }
  }

  setConnections(thread: number, count: number): void {
    this.#put(this.#threadWord(thread) + 1, count)
    const all = count + this.connectionsExcept(thread)
    for (let most = this.connectionsMax; all > most; most = this.connectionsMax) {
      Atomics.compareExchange(this.#words, CONNECTIONS_MAX, most, all)
    }
  }

  /** The most connections of all threads at once. */
  get connectionsMax(): number {
    return this.#at(CONNECTIONS_MAX)
  }

  /** Another thread has clearly fewer connections than this one. */
  isAhead(thread: number): boolean {
    let least = Number.POSITIVE_INFINITY
    for (let other = 0; other < this.#size.threads; other += 1) {
      if (other !== thread) least = Math.min(least, this.#at(this.#threadWord(other) + 1))
    }
    return this.#at(this.#threadWord(thread) + 1) > least * AHEAD_SHARE + AHEAD_MIN
  }

  /** Connections of all threads but this one. */
  connectionsExcept(thread: number): number {
    let sum = 0
    for (let other = 0; other < this.#size.threads; other += 1) {
      if (other !== thread) sum += this.#at(this.#threadWord(other) + 1)
    }
    return sum
  }

  /** The clock of the main thread, whose newest record has the time `last`. */
  readonly clock = (last: number, now: () => number): RecordClock => {
    this.#put(NEWEST, last)
    return {
      now: () => Math.max(this.#at(NEWEST), now()),
      draw: () =>
        this.#locked(() => {
          const timestamp = Math.max(this.#at(NEWEST), now())
          if (this.#at(KEPT) === 0) this.#put(KEPT, timestamp)
          return timestamp
        }),
      keep: (oldest) => this.#put(KEPT, oldest === Number.POSITIVE_INFINITY ? 0 : oldest),
      next: (heldHere) => this.#locked(() => this.#next(now(), heldHere)),
      raise: (timestamp) => this.#locked(() => this.#put(NEWEST, Math.max(this.#at(NEWEST), timestamp))),
      heldElsewhere: () => this.#locked(() => this.#oldest(now())),
      isHeldElsewhere: (name) => this.#isHeld(name),
    }
  }

  /** The time of the next record of a thread. Call it in `logEnd.locked`. */
  nextTime(now: number): number {
    const kept = this.#at(KEPT)
    return this.#next(now, kept < now - HOLD_SECONDS_MAX ? Number.POSITIVE_INFINITY : kept)
  }

  readonly logEnd: LogEnd = this.#logEnd()

  #logEnd(): LogEnd {
    const at = (word: number) => this.#at(word)
    const put = (word: number, value: number) => this.#put(word, value)
    return {
      get index() {
        return at(LOG_INDEX)
      },
      set index(value) {
        put(LOG_INDEX, value)
      },
      get size() {
        return at(LOG_SIZE)
      },
      set size(value) {
        put(LOG_SIZE, value)
      },
      get isOpen() {
        return at(LOG_OPEN) !== 0
      },
      set isOpen(value) {
        put(LOG_OPEN, value ? 1 : 0)
      },
      locked: (work) => this.#locked(work),
    }
  }

  #next(now: number, heldHere: number): number {
    const timestamp = Math.max(this.#at(NEWEST), Math.min(now, heldHere, this.#oldest(now)))
    this.#put(NEWEST, timestamp)
    return timestamp
  }

  #oldest(now: number): number {
    const notBefore = now - HOLD_SECONDS_MAX
    let oldest = Number.POSITIVE_INFINITY
    for (let thread = 0; thread < this.#size.threads; thread += 1) {
      const first = this.#slotWord(thread, 0)
      for (let word = first; word < first + this.#usedSlots(thread); word += 1) {
        const timestamp = this.#at(word)
        if (timestamp >= notBefore && timestamp < oldest) oldest = timestamp
      }
    }
    return oldest
  }

  #isHeld(name: string): boolean {
    for (let thread = 0; thread < this.#size.threads; thread += 1) {
      for (const held of this.heldBy(thread)) if (held.name === name) return true
    }
    return false
  }

  #freeSlot(thread: number): number {
    const used = this.#usedSlots(thread)
    for (let slot = 0; slot < used; slot += 1) if (this.#at(this.#slotWord(thread, slot)) === 0) return slot
    if (used === this.#size.slots) return -1
    this.#put(this.#threadWord(thread), used + 1)
    return used
  }

  #usedSlots(thread: number): number {
    return this.#at(this.#threadWord(thread))
  }

  #threadWord(thread: number): number {
    return HEAD_WORDS + thread * (THREAD_HEAD_WORDS + this.#size.slots)
  }

  #slotWord(thread: number, slot: number): number {
    return this.#threadWord(thread) + THREAD_HEAD_WORDS + slot
  }

  #nameStart(thread: number, slot: number): number {
    return (thread * this.#size.slots + slot) * NAME_BYTES
  }

  /** Times are unsigned: they go on after 2038. */
  #at(word: number): number {
    return Atomics.load(this.#words, word) >>> 0
  }

  #put(word: number, value: number): void {
    Atomics.store(this.#words, word, value | 0)
  }

  /** The main thread may wait here too: while another one writes some lines to the log. */
  #locked<T>(work: () => T): T {
    if (this.#hasLock) return work()
    while (Atomics.compareExchange(this.#words, LOCK, 0, 1) !== 0) {
      if (Atomics.wait(this.#words, LOCK, 1, LOCK_WAIT_MS) === 'timed-out') break
    }
    this.#hasLock = true
    try {
      return work()
    } finally {
      this.#hasLock = false
      Atomics.store(this.#words, LOCK, 0)
      Atomics.notify(this.#words, LOCK, 1)
    }
  }
}
