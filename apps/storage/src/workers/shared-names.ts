import { HOLD_SECONDS_MAX, type RecordClock } from '../disk/record-clock.ts'

// Memory of all threads: 32-bit words, then the bytes of names.
//
// | words                 | meaning                                                                |
// |-----------------------|------------------------------------------------------------------------|
// | 0                     | lock: 0 free, 1 taken                                                  |
// | 1                     | unix seconds: the newest record                                        |
// | per thread: 1         | slots from the first one on that were ever used                        |
// | per thread: 1         | connections                                                            |
// | per thread: slotCount | unix seconds of the name in the slot; 0: free                          |
// | bytes                 | per slot: length, characters                                           |
const LOCK = 0
const NEWEST = 1
const HEAD_WORDS = 2
const THREAD_HEAD_WORDS = 2
const NAME_BYTES = 64
const WORD_BYTES = 4
/** Nobody holds the lock for longer than some microseconds; a thread that ended in between would hold it for ever. */
const LOCK_WAIT_MS = 2000

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
 * The names that threads have drawn and whose records are not yet in the hands of the main thread, where all threads
 * see them. A thread takes a slot when it draws; the main thread frees it when it has the record.
 */
export class SharedNames {
  readonly #size: SharedNamesSize
  readonly #words: Int32Array
  readonly #bytes: Buffer

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
      draw: () => Math.max(this.#at(NEWEST), now()),
      next: (heldHere) =>
        this.#locked(() => {
          const timestamp = Math.max(this.#at(NEWEST), Math.min(now(), heldHere, this.#oldest(now())))
          this.#put(NEWEST, timestamp)
          return timestamp
        }),
      raise: (timestamp) => this.#locked(() => this.#put(NEWEST, Math.max(this.#at(NEWEST), timestamp))),
      heldElsewhere: () => this.#locked(() => this.#oldest(now())),
      isHeldElsewhere: (name) => this.#isHeld(name),
    }
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

  /** The main thread may wait here too: for some instructions of another thread. */
  #locked<T>(work: () => T): T {
    while (Atomics.compareExchange(this.#words, LOCK, 0, 1) !== 0) {
      if (Atomics.wait(this.#words, LOCK, 1, LOCK_WAIT_MS) === 'timed-out') break
    }
    try {
      return work()
    } finally {
      Atomics.store(this.#words, LOCK, 0)
      Atomics.notify(this.#words, LOCK, 1)
    }
  }
}
