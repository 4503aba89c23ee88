/** Wakes what waits for its next attempt, each at its own time, with one timer for all. */
export class RetryTimer {
  readonly #due = new Map<string, number>()
  readonly #onDue: (ids: string[]) => void
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(onDue: (ids: string[]) => void) {
    this.#onDue = onDue
  }

  set(id: string, at: number): void {
    this.#due.set(id, at)
    this.#plan()
  }

  delete(id: string): void {
    this.#due.delete(id)
  }

  /** Null: it does not wait. */
  at(id: string): number | null {
    return this.#due.get(id) ?? null
  }

  /** The moment of the next attempt; null when nothing waits. */
  next(): number | null {
    return this.#due.size === 0 ? null : Math.min(...this.#due.values())
  }

  /** Everything that waits, now. */
  wakeAll(): void {
    this.#wake([...this.#due.keys()])
  }

  close(): void {
    this.#due.clear()
    this.#plan()
  }

  #plan(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const next = this.next()
    if (next === null) return
    this.#timer = setTimeout(
      () => {
        const now = Date.now()
        this.#wake([...this.#due].filter(([, at]) => at <= now).map(([id]) => id))
      },
      Math.max(0, next - Date.now()),
    )
  }

  #wake(ids: string[]): void {
    for (const id of ids) this.#due.delete(id)
    this.#plan()
    if (ids.length > 0) this.#onDue(ids)
  }
}
