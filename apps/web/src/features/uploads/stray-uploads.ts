import { senderId } from './device-id.ts'
import { abandonUploads, unfinishedUploads } from './upload-api.ts'

const TOGETHER_MAX = 250

/**
 * Uploads that the server began for this page, in an announcement whose answer was lost. No file of the page knows them,
 * and they would keep their space for days.
 */
export class StrayUploads {
  readonly #known: () => ReadonlySet<string | null>
  readonly #onReleased: () => void
  #soon = false
  #inTheEnd = false

  /** `known`: the uploads of this page's files. */
  constructor(known: () => ReadonlySet<string | null>, onReleased: () => void) {
    this.#known = known
    this.#onReleased = onReleased
  }

  /** An announcement had no answer: the server may have heard it, or may hear it yet. */
  suspect(): void {
    this.#soon = true
    this.#inTheEnd = true
  }

  /** Before anything is announced again, and once more when nothing is left to announce. */
  isDue(isEnd: boolean): boolean {
    return this.#soon || (isEnd && this.#inTheEnd)
  }

  /** Gives them up. Never while something is being announced: until its answer is here, nobody knows what is begun. */
  async giveUp(isEnd: boolean): Promise<void> {
    if (!this.isDue(isEnd)) return
    // In the end it is tried once: without an answer they expire by themselves.
    if (isEnd) {
      this.#soon = false
      this.#inTheEnd = false
    }
    const sender = senderId()
    const open = await unfinishedUploads()
    this.#soon = false
    const known = this.#known()
    const strays = open.flatMap(({ uploadId, device }) => (device === sender && !known.has(uploadId) ? uploadId : []))
    for (let first = 0; first < strays.length; first += TOGETHER_MAX) {
      await abandonUploads(strays.slice(first, first + TOGETHER_MAX))
    }
    if (strays.length > 0) this.#onReleased()
  }
}
