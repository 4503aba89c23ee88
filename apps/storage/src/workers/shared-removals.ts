import type { LocksElsewhere } from '../disk/file-locks.ts'
import type { BuriedElsewhere } from '../disk/tombstones.ts'

// | words                 |                                                                          |
// |-----------------------|--------------------------------------------------------------------------|
// | generation            | goes up when the file of the deleted names is replaced                   |
// | per stripe            | how many files the main thread has locked; −n: thread n has locked one   |
// | per thread: put       | names that the thread has put into its ring                              |
// | per thread: taken     | of these, how many the main thread has taken over                        |
// | bytes per ring place  | 1: its removal is under way; length of the name; –; unix seconds (4); name |
const GENERATION = 0
const FIRST_STRIPE = 1
const STRIPES = 1024
const THREAD_WORDS = 2
const WORD_BYTES = 4
/** Far more than are deleted until the main thread looks. */
const PLACES = 512
const PLACE_BYTES = 64
const NAME_AT = 8
/** Bytes. */
export const REMOVED_NAME_SIZE_MAX = PLACE_BYTES - NAME_AT

export function allocateSharedRemovals(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(wordCount(threads) * WORD_BYTES + threads * PLACES * PLACE_BYTES)
}

function wordCount(threads: number): number {
  return FIRST_STRIPE + STRIPES + threads * THREAD_WORDS
}

/**
 * What threads that remove files have in common with the main one: locks of files, each for all names of its stripe, and
 * the names that they have removed, in a ring of each thread, until the main thread has put them into its list.
 */
export class SharedRemovals implements LocksElsewhere, BuriedElsewhere {
  readonly #threads: number
  readonly #words: Int32Array
  readonly #places: Buffer
  readonly #exclusively: (work: () => void) => void

  /** `exclusively`: nobody else who writes records is at work meanwhile. */
  constructor(memory: SharedArrayBuffer, threads: number, exclusively: (work: () => void) => void) {
    this.#threads = threads
    this.#words = new Int32Array(memory, 0, wordCount(threads))
    this.#places = Buffer.from(memory, wordCount(threads) * WORD_BYTES)
    this.#exclusively = exclusively
  }

  enter(logicName: string): boolean {
    const at = stripeOf(logicName)
    for (let count = this.#at(at); count >= 0; count = this.#at(at)) {
      if (Atomics.compareExchange(this.#words, at, count, count + 1) === count) return true
    }
    return false
  }

  leave(logicName: string): void {
    Atomics.sub(this.#words, stripeOf(logicName), 1)
  }

  untilFree(logicName: string): Promise<void> | null {
    const at = stripeOf(logicName)
    return this.#at(at) < 0 ? this.#untilFree(at) : null
  }

  take(add: (logicName: string, removedAt: number) => void): void {
    for (let thread = 1; thread < this.#threads; thread += 1) {
      const put = this.#at(putWord(thread))
      let taken = this.#at(putWord(thread) + 1)
      for (; taken !== put; taken = (taken + 1) | 0) {
        const place = this.#placeOf(thread, taken)
        add(this.#nameAt(place), this.#places.readUInt32LE(place + 4))
      }
      Atomics.store(this.#words, putWord(thread) + 1, taken)
    }
  }

  alone(work: () => void): void {
    this.#exclusively(work)
  }

  replacing(work: () => void): void {
    this.#exclusively(() => {
      work()
      Atomics.add(this.#words, GENERATION, 1)
    })
  }

  /** Another one: the file of the deleted names was replaced. */
  get generation(): number {
    return this.#at(GENERATION)
  }

  /** In a thread: locks a file. False when its stripe is locked already. */
  lock(thread: number, logicName: string): boolean {
    return Atomics.compareExchange(this.#words, stripeOf(logicName), 0, -thread) === 0
  }

  unlock(logicName: string): void {
    this.#unlock(stripeOf(logicName))
  }

  /** In a thread: tells the main one that a file is being removed. Returns its place for `finish`; −1: all are taken. */
  put(thread: number, logicName: string, removedAt: number): number {
    const put = this.#at(putWord(thread))
    const place = this.#placeOf(thread, put)
    const waiting = (put - this.#at(putWord(thread) + 1)) | 0
    if (waiting >= PLACES || this.#places[place] === 1) return -1
    this.#places[place + 1] = this.#places.write(logicName, place + NAME_AT, REMOVED_NAME_SIZE_MAX, 'latin1')
    this.#places.writeUInt32LE(removedAt, place + 4)
    // Last, so that whoever finds this thread ended finds a whole name.
    this.#places[place] = 1
    Atomics.store(this.#words, putWord(thread), (put + 1) | 0)
    return place
  }

  /** The file is gone, or stays. */
  finish(place: number): void {
    this.#places[place] = 0
  }

  /** Of a thread that ended: unlocks what it had locked. Returns the files that it was removing. */
  giveUp(thread: number): string[] {
    for (let at = FIRST_STRIPE; at < FIRST_STRIPE + STRIPES; at += 1) if (this.#at(at) === -thread) this.#unlock(at)
    const names: string[] = []
    for (let n = 0; n < PLACES; n += 1) {
      const place = this.#placeOf(thread, n)
      if (this.#places[place] === 1) names.push(this.#nameAt(place))
      this.finish(place)
    }
    return names
  }

  #unlock(at: number): void {
    Atomics.store(this.#words, at, 0)
    Atomics.notify(this.#words, at)
  }

  async #untilFree(at: number): Promise<void> {
    for (let holder = this.#at(at); holder < 0; holder = this.#at(at)) {
      await Atomics.waitAsync(this.#words, at, holder).value
    }
  }

  #at(word: number): number {
    return Atomics.load(this.#words, word)
  }

  #placeOf(thread: number, n: number): number {
    return (thread * PLACES + (n & (PLACES - 1))) * PLACE_BYTES
  }

  #nameAt(place: number): string {
    const length = this.#places[place + 1] ?? 0
    return this.#places.toString('latin1', place + NAME_AT, place + NAME_AT + length)
  }
}

function putWord(thread: number): number {
  return FIRST_STRIPE + STRIPES + thread * THREAD_WORDS
}

/** Names differ most in their last characters. */
function stripeOf(logicName: string): number {
  let hash = 0
  for (let i = Math.max(0, logicName.length - 24); i < logicName.length; i += 1) {
    hash = (Math.imul(hash, 31) + logicName.charCodeAt(i)) | 0
  }
  return FIRST_STRIPE + ((hash ^ (hash >>> 10) ^ (hash >>> 20)) & (STRIPES - 1))
}
