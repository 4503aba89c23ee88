const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000] as const
/** Of more files nobody looks at each: those that came first are let go. */
const WATCHED_MAX = 1_000
const ASKED_MAX = 100
/** While files are sent, so many at a time: the storages have better to do than to answer. */
const ASKED_MAX_BUSY = 20
const PAUSE_BUSY_MS = 2_000

type Watched = { id: string; round: number; at: number }
type Asked = { entryId: string; id: string }

/** Which freshly stored files to ask about, and when: each ever more rarely, for about two minutes. */
export class WatchedCopies {
  readonly #watched = new Map<string, Watched>()
  #pausedUntil = 0

  add({ entryId, id }: Asked, now: number): void {
    const [first] = this.#watched.keys()
    if (first !== undefined && this.#watched.size >= WATCHED_MAX) this.#watched.delete(first)
    this.#watched.set(entryId, { id, round: 0, at: now + WAITS_MS[0] })
  }

  /** All its copies are there. */
  delete(entryId: string): void {
    this.#watched.delete(entryId)
  }

  clear(): void {
    this.#watched.clear()
  }

  /** When the next question is due; null: never. */
  nextAt(): number | null {
    let next: number | null = null
    for (const { at } of this.#watched.values()) next = next === null ? at : Math.min(next, at)
    return next === null ? null : Math.max(next, this.#pausedUntil)
  }

  /** Takes what to ask about now. It is due again later, until it is deleted or was asked for often enough. */
  take(now: number, busy: boolean): Asked[] {
    const due = [...this.#watched].filter(([, { at }]) => at <= now).slice(0, busy ? ASKED_MAX_BUSY : ASKED_MAX)
    for (const [entryId, watched] of due) {
      const wait = WAITS_MS[watched.round + 1]
      if (wait === undefined) this.#watched.delete(entryId)
      else Object.assign(watched, { round: watched.round + 1, at: now + wait })
    }
    if (busy) this.#pausedUntil = now + PAUSE_BUSY_MS
    return due.map(([entryId, { id }]) => ({ entryId, id }))
  }
}
