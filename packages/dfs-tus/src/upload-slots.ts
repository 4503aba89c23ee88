import { UploadError } from './upload-error.ts'

export type ReleaseSlot = () => void

interface Waiter {
  grant(): void
}

interface Slot {
  onTakeover: () => void
  waiters: Waiter[]
}

/**
 * One slot per upload: whoever holds it may touch the part. A newer request asks the holder to yield (`onTakeover`) and waits for the
 * slot, at most `waitMs`; so a request that hangs on a dead connection never locks its own successor out.
 */
export class UploadSlots {
  readonly #slots = new Map<string, Slot>()
  readonly #waitMs: number

  constructor(waitMs = 5000) {
    this.#waitMs = waitMs
  }

  /** Uploads that someone holds now. */
  get size(): number {
    return this.#slots.size
  }

  has(upl: string): boolean {
    return this.#slots.has(upl)
  }

  /**
   * Resolves with the function that gives the slot back. `onTakeover` is called at most once, when another request wants the slot;
   * the holder should then end soon. Throws `locked` when the holder does not yield in time.
   */
  acquire(upl: string, onTakeover: () => void): Promise<ReleaseSlot> {
    const slot = this.#slots.get(upl)
    if (slot === undefined) {
      const taken: Slot = { onTakeover, waiters: [] }
      this.#slots.set(upl, taken)
      return Promise.resolve(this.#releaseOnce(upl, taken))
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        grant: () => {
          clearTimeout(timer)
          slot.onTakeover = onTakeover
          resolve(this.#releaseOnce(upl, slot))
          if (slot.waiters.length > 0) onTakeover()
        },
      }
      const timer = setTimeout(() => {
        slot.waiters.splice(slot.waiters.indexOf(waiter), 1)
        reject(new UploadError('locked', `another request still holds upload ${upl} after ${this.#waitMs} ms`))
      }, this.#waitMs)
      slot.waiters.push(waiter)
      if (slot.waiters.length === 1) slot.onTakeover()
    })
  }

  #releaseOnce(upl: string, slot: Slot): ReleaseSlot {
    let released = false
    return () => {
      if (released) return
      released = true
      const next = slot.waiters.shift()
      if (next === undefined) this.#slots.delete(upl)
      else next.grant()
    }
  }
}
