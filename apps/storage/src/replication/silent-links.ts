import type { PeerLink } from './peer-link.ts'

export interface SilentLinksOptions {
  connect(): Promise<PeerLink>
  /** One more is open; it may be used after `rest`. */
  onOpen(link: PeerLink): void
  onFailure(error: unknown): void
}

/** The connections to a peer that tell nothing of how far it has come: opened while there is work for more of them. */
export class SilentLinks {
  readonly #options: SilentLinksOptions
  readonly #links = new Set<PeerLink>()
  readonly #idle: PeerLink[] = []
  #isOpening = false
  #isClosed = false

  constructor(options: SilentLinksOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#links.size
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0
  }

  /** One without work. */
  take(): PeerLink | undefined {
    return this.#idle.pop()
  }

  /** Its work is done. */
  rest(link: PeerLink): void {
    this.#idle.push(link)
  }

  /** Opens one more, one after the other, unless there are `countMax`. */
  openMore(countMax: number): void {
    if (this.#isOpening || this.#links.size >= countMax) return
    this.#isOpening = true
    this.#options.connect().then(
      (link) => {
        this.#isOpening = false
        if (this.#isClosed) {
          link.close()
          return
        }
        this.#links.add(link)
        this.#options.onOpen(link)
      },
      (error: unknown) => {
        this.#isOpening = false
        this.#options.onFailure(error)
      },
    )
  }

  close(): void {
    this.#isClosed = true
    for (const link of this.#links) link.close()
  }
}
