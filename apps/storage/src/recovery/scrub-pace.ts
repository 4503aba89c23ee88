/** Keeps reading to so many bytes a second on the whole. */
export class ScrubPace {
  readonly #bytesPerSecond: number
  readonly #sleep: (ms: number) => Promise<void>
  /** Bytes that may be read now; below 0 the reading waits. */
  #budget = 0
  #at = performance.now()

  constructor(bytesPerSecond: number, sleep: (ms: number) => Promise<void>) {
    this.#bytesPerSecond = bytesPerSecond
    this.#sleep = sleep
  }

  /** What was not read until now is not made up for. */
  restart(): void {
    this.#at = performance.now()
  }

  async spend(bytes: number): Promise<void> {
    const now = performance.now()
    const earned = ((now - this.#at) / 1000) * this.#bytesPerSecond
    this.#at = now
    this.#budget = Math.min(this.#bytesPerSecond, this.#budget + earned) - bytes
    if (this.#budget < 0) await this.#sleep((-this.#budget / this.#bytesPerSecond) * 1000)
  }
}
