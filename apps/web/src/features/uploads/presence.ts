import { refusalOf, tellPresence } from './upload-api.ts'

/** Several of these fit into the time after which a page is taken for closed; one that is hidden may be woken once a minute. */
const EVERY_MS = 45_000

/** Tells the server that this page runs, as long as it has something to send, and says goodbye when it is closed. */
export class Presence {
  readonly #isSending: () => boolean
  readonly #timer: ReturnType<typeof setInterval>
  readonly #closed = new AbortController()

  constructor(isSending: () => boolean) {
    this.#isSending = isSending
    this.#timer = setInterval(() => this.#tell(true), EVERY_MS)
    const { signal } = this.#closed
    // A page that is only put aside may come back, and its lease ends by itself.
    const leave = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) this.#tell(false)
    }
    globalThis.addEventListener('pagehide', leave, { signal })
  }

  close(): void {
    clearInterval(this.#timer)
    this.#closed.abort()
    this.#tell(false)
  }

  #tell(here: boolean): void {
    if (this.#isSending()) tellPresence(here).catch(refusalOf)
  }
}
