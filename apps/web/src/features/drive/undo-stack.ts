const KEPT_MS = 600_000
const KEPT = 50

/** Takes a change back; what comes out of it makes the change again. */
export type Step = () => Promise<Step>

type Undoable = { step: Step; at: number }

/** What Ctrl-Z takes back and Ctrl-Shift-Z makes again, the last first, for ten minutes. */
export class UndoStack {
  #done: Undoable[] = []
  #undone: Undoable[] = []
  #running = 0
  #waiting: (() => void)[] = []
  /** Settles when nothing is being taken back. */
  #takingBack: Promise<unknown> = Promise.resolve()

  /** A change is on its way to the server; `end` follows when it is there or was refused. */
  begin(): void {
    this.#running += 1
  }

  end(): void {
    this.#running -= 1
    if (this.#running > 0) return
    for (const go of this.#waiting.splice(0)) go()
  }

  /** A new change: what was taken back before cannot be made again. Returns what takes this one back, once. */
  push(step: Step, now: number): () => Promise<boolean> {
    this.#undone = []
    const undoable = { step, at: now }
    this.#done = kept([...this.#done, undoable])
    return () => this.#undo(undoable, now)
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
    return await this.#undo(last, now)
  }

  /** Makes again what was taken back last, once it is back. False: there is nothing. */
  async redoLast(now: number): Promise<boolean> {
    await this.#takingBack
    const last = this.#undone.at(-1)
    if (last === undefined || now - last.at > KEPT_MS) return false
    this.#undone = this.#undone.slice(0, -1)
    const step = await last.step()
    this.#done = kept([...this.#done, { step, at: now }])
    return true
  }

  /** Whatever way it is asked for, a change is taken back once. */
  async #undo(undoable: Undoable, now: number): Promise<boolean> {
    if (!this.#done.includes(undoable)) return false
    this.#done = this.#done.filter((other) => other !== undoable)
    const takenBack = undoable.step()
    this.#takingBack = Promise.allSettled([this.#takingBack, takenBack])
    const step = await takenBack
    this.#undone = kept([...this.#undone, { step, at: now }])
    return true
  }
}

const kept = (undoables: Undoable[]) => undoables.slice(-KEPT)
