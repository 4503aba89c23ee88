/** Ids that wait for their turn, first come first served. Leaving the line costs the same at any length of it. */
export class WaitingLine {
  #order: string[] = []
  #next = 0
  readonly #waiting = new Set<string>()

  get size(): number {
    return this.#waiting.size
  }

  add(id: string): void {
    if (this.#waiting.has(id)) return
    this.#waiting.add(id)
    this.#order.push(id)
  }

  /** Before all others. */
  addFirst(id: string): void {
    this.#order = [id, ...this.#order.slice(this.#next).filter((other) => other !== id)]
    this.#next = 0
    this.#waiting.add(id)
  }

  delete(id: string): void {
    this.#waiting.delete(id)
  }

  /** Takes the first that may go, and passes over those that may not. */
  takeFirst(mayGo: (id: string) => boolean): string | undefined {
    this.#tidy()
    for (let index = this.#next; index < this.#order.length; index += 1) {
      const id = this.#order[index]
      if (id === undefined || !this.#waiting.has(id) || !mayGo(id)) continue
      this.#waiting.delete(id)
      return id
    }
    return undefined
  }

  /** Takes the first ones, `max` at most. */
  take(max: number): string[] {
    const taken: string[] = []
    while (taken.length < max) {
      const id = this.takeFirst(() => true)
      if (id === undefined) break
      taken.push(id)
    }
    return taken
  }

  #tidy(): void {
    while (this.#next < this.#order.length && !this.#waiting.has(this.#order[this.#next] ?? '')) this.#next += 1
    if (this.#next < this.#order.length / 2) return
    this.#order = this.#order.slice(this.#next)
    this.#next = 0
  }
}
