const KEPT_MS = 600_000
const KEPT = 50

type Undoable = { undo: () => Promise<void>; at: number }

/** What Ctrl-Z takes back, the last first, for ten minutes. */
export class UndoStack {
  #done: Undoable[] = []
  #running = 0
  #waiting: (() => void)[] = []

  /** A change is on its way to the server; `end` follows when it is there or was refused. */
  begin(): void {
    this.#running += 1
  }

  end(): void {
    this.#running -= 1
    if (this.#running > 0) return
    for (const go of this.#waiting.splice(0)) go()
  }

  push(undo: () => Promise<void>, now: number): () => Promise<void> {
    const undoable = { undo, at: now }
    this.#done = [...this.#done.slice(1 - KEPT), undoable]
    return () => this.#run(undoable)
  }

  /** Takes back the last change, once it is made. False: there is nothing to take back. */
  async undoLast(now: number): Promise<boolean> {
    if (this.#running > 0) {
      const before = this.#done.at(-1)
      await new Promise<void>((go) => this.#waiting.push(go))
      // What was meant has been refused; an older change must not go in its place.
      if (this.#done.at(-1) === before) return false
    }
    const last = this.#done.at(-1)
    if (last === undefined || now - last.at > KEPT_MS) return false
    await this.#run(last)
    return true
  }

  /** Whatever way it is asked for, a change is taken back once. */
  async #run(undoable: Undoable): Promise<void> {
    if (!this.#done.includes(undoable)) return
    this.#done = this.#done.filter((other) => other !== undoable)
    await undoable.undo()
  }
}
