import { copiesOf, refusalOf } from './upload-api.ts'
import type { UploadCopies } from './upload-item.ts'

const BATCH_MAX = 100
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000] as const

type Watched = { id: string; round: number; at: number }

/** Asks how many copies of freshly stored files exist until all are there, ever more rarely, for about two minutes. */
export class CopiesWatch {
  readonly #watched = new Map<string, Watched>()
  readonly #onCopies: (id: string, copies: UploadCopies) => void
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(onCopies: (id: string, copies: UploadCopies) => void) {
    this.#onCopies = onCopies
  }

  watch(id: string, entryId: string): void {
    this.#watched.set(entryId, { id, round: 0, at: Date.now() + WAITS_MS[0] })
    this.#plan()
  }

  close(): void {
    this.#watched.clear()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #plan(): void {
    if (this.#timer !== null || this.#watched.size === 0) return
    const next = Math.min(...[...this.#watched.values()].map(({ at }) => at))
    this.#timer = setTimeout(() => void this.#ask(), Math.max(0, next - Date.now()))
  }

  async #ask(): Promise<void> {
    const now = Date.now()
    const due = [...this.#watched].filter(([, { at }]) => at <= now).slice(0, BATCH_MAX)
    try {
      const answer = await copiesOf(due.map(([entryId]) => entryId))
      for (const [entryId, watched] of due) this.#tell(entryId, watched, answer[entryId])
    } catch (error) {
      refusalOf(error)
    }
    for (const [entryId, watched] of due) this.#later(entryId, watched)
    this.#timer = null
    this.#plan()
  }

  #tell(entryId: string, { id }: Watched, copies: { have: number | null; want: number } | undefined): void {
    if (copies === undefined || copies.have === null) return
    this.#onCopies(id, { have: copies.have, want: copies.want })
    if (copies.have >= copies.want) this.#watched.delete(entryId)
  }

  #later(entryId: string, watched: Watched): void {
    const wait = WAITS_MS[watched.round + 1]
    if (wait === undefined) this.#watched.delete(entryId)
    else if (this.#watched.has(entryId)) {
      this.#watched.set(entryId, { ...watched, round: watched.round + 1, at: Date.now() + wait })
    }
  }
}
