import { abandonUploads, refusalOf } from './upload-api.ts'

const TOGETHER_MAX = 250

/** Gives uploads up at the server, those of one moment together: of a large drop hundreds are cancelled with a click. */
export class GivenUp {
  readonly #onReleased: () => void
  #waiting: string[] = []

  /** `onReleased`: the space that they reserved is free again. */
  constructor(onReleased: () => void) {
    this.#onReleased = onReleased
  }

  add(uploadId: string): void {
    if (this.#waiting.push(uploadId) === 1) queueMicrotask(() => this.#send())
  }

  #send(): void {
    const all = this.#waiting
    this.#waiting = []
    for (let first = 0; first < all.length; first += TOGETHER_MAX) {
      // When nobody answers, the uploads expire by themselves.
      abandonUploads(all.slice(first, first + TOGETHER_MAX))
        .then(this.#onReleased)
        .catch(refusalOf)
    }
  }
}
