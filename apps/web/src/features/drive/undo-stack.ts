const KEPT_MS = 600_000
const KEPT = 50

type Undoable = { undo: () => Promise<void>; at: number }

/** What Ctrl-Z takes back, the last first, for ten minutes. */
export class UndoStack {
  #done: Undoable[] = []

  push(undo: () => Promise<void>, now: number): () => Promise<void> {
    const undoable = { undo, at: now }
    this.#done = [...this.#done.slice(1 - KEPT), undoable]
    return () => this.#run(undoable)
  }

  /** False: there is nothing to take back. */
  async undoLast(now: number): Promise<boolean> {
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
