import type { HeldPlaces } from './held-places.ts'
import { retryDelay } from './retry-delay.ts'
import type { RetryTimer } from './retry-timer.ts'

/** What waits longer than this many failures would have made it. */
const SOON_ATTEMPTS = 3

type Wait = { place: string; lacksRoom: boolean; size: number; since: number }

/**
 * Whom files wait for. When that one serves another file, they are tried some seconds after their last attempt, and not when a pause is
 * over that grew to minutes. Each is tried no oftener than that, so that many who wait are no crowd.
 */
export class SoonerRetries {
  readonly #retries: RetryTimer
  readonly #held: HeldPlaces
  readonly #waits = new Map<string, Wait>()

  constructor(retries: RetryTimer, held: HeldPlaces) {
    this.#retries = retries
    this.#held = held
  }

  add(id: string, wait: Wait): void {
    this.#waits.set(id, wait)
  }

  /** A file was stored there. One as large says to who lacks room that there is some, here or elsewhere. */
  served(storage: string, size: number): void {
    for (const [id, wait] of this.#waits) {
      const { place, lacksRoom, since } = wait
      const retryAt = this.#retries.at(id)
      const isServed = lacksRoom ? wait.size <= size : !place.startsWith('storage ') || place === storage
      if (retryAt !== null && !isServed) continue
      this.#waits.delete(id)
      const soon = since + retryDelay(SOON_ATTEMPTS, Math.random())
      if (retryAt === null || retryAt <= soon) continue
      this.#held.tryNow(place)
      this.#retries.set(id, soon)
    }
  }
}
