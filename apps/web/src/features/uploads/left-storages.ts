import type { Job } from './upload-job.ts'

/** So long a storage stays left: a full disk is not empty a moment later, and the others take what comes. */
const LEFT_MS = 300_000

/**
 * Storages that uploads had to leave, since they cannot write or do not answer. Nothing new is begun there for a while, so that such a
 * storage costs a few files their first attempt, and not each of a drop.
 */
export class LeftStorages {
  readonly #until = new Map<string, number>()

  /** An upload has left it for another one. What is left already does not become so for longer. */
  leave(storage: string, now: number): void {
    if (!this.isLeft(storage, now)) this.#until.set(storage, now + LEFT_MS)
  }

  isLeft(storage: string, now: number): boolean {
    return now < (this.#until.get(storage) ?? 0)
  }

  /** Whether a file is to go elsewhere, too: nothing of it is there yet. */
  leadsAway({ place, begun, allSent }: Pick<Job, 'place' | 'begun' | 'allSent'>, now: number): boolean {
    return place !== null && !begun && !allSent && this.isLeft(place.storageName, now)
  }

  all(now: number): string[] {
    return [...this.#until.keys()].filter((storage) => this.isLeft(storage, now))
  }

  /** There is no other one: it may be tried. */
  comeBack(storage: string): void {
    this.#until.delete(storage)
  }
}
