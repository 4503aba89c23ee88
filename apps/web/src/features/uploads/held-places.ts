import { LeftStorages } from './left-storages.ts'
import { retryDelay } from './retry-delay.ts'

/**
 * Who does not answer now: the network, the web server, a storage. Nothing is sent there until the pause is over, so
 * that a broken line costs one attempt and not one for each file that waits. Pauses grow until something moves again.
 */
export class HeldPlaces {
  readonly left = new LeftStorages()
  readonly #held = new Map<string, { attempts: number; until: number }>()

  /** It failed again. The moment of the next attempt. */
  fail(place: string, now: number): number {
    const held = this.#held.get(place)
    // Several files that failed in the same round are one failure.
    if (held !== undefined && now < held.until) return held.until
    const attempts = held === undefined ? 0 : held.attempts + 1
    const until = now + retryDelay(attempts, Math.random())
    this.#held.set(place, { attempts, until })
    return until
  }

  isHeld(place: string, now: number): boolean {
    return now < (this.#held.get(place)?.until ?? 0)
  }

  /** It answers again. */
  release(place: string): void {
    this.#held.delete(place)
  }

  /** Everything, or one, may be tried now; what fails again waits no shorter than before. */
  tryNow(place?: string): void {
    for (const [name, held] of this.#held) if (place === undefined || name === place) held.until = 0
  }
}
