type SettlingOptions = {
  /** It runs when nothing was noted for so long… */
  quietMs: number
  /** …and when something keeps being noted, so long after the first of it. */
  latestMs: number
  /** Not sooner again than so long after the last time; 0 when it is left out. */
  restMs?: number
  run: () => void
}

/** Runs once for many things that happen after each other. */
export class Settling {
  readonly #options: SettlingOptions
  #since: number | null = null
  #restsUntil = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: SettlingOptions) {
    this.#options = options
  }

  note(): void {
    const { quietMs, latestMs, restMs = 0, run } = this.#options
    const now = Date.now()
    this.#since ??= now
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => {
        this.#since = null
        this.#restsUntil = Date.now() + restMs
        run()
      },
      Math.max(0, this.#restsUntil - now, Math.min(quietMs, this.#since + latestMs - now)),
    )
  }
}
