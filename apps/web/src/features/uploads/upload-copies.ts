import { copiesOf, refusalOf } from './upload-api.ts'
import type { UploadCopies } from './upload-item.ts'
import { WatchedCopies } from './watched-copies.ts'

type Parts = {
  onCopies: (id: string, copies: UploadCopies) => void
  /** Whether files are being sent. */
  isBusy: () => boolean
}

/** Asks how many copies of freshly stored files exist until all are there. */
export class CopiesWatch {
  readonly #watched = new WatchedCopies()
  readonly #parts: Parts
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  watch(id: string, entryId: string): void {
    this.#watched.add({ entryId, id }, Date.now())
    this.#plan()
  }

  close(): void {
    this.#watched.clear()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #plan(): void {
    if (this.#timer !== null) return
    const next = this.#watched.nextAt()
    if (next !== null) this.#timer = setTimeout(() => void this.#ask(), Math.max(0, next - Date.now()))
  }

  async #ask(): Promise<void> {
    const asked = this.#watched.take(Date.now(), this.#parts.isBusy())
    try {
      const answer = await copiesOf(asked.map(({ entryId }) => entryId))
      for (const { entryId, id } of asked) {
        const { have = null, want = 0 } = answer[entryId] ?? {}
        if (have === null) continue
        this.#parts.onCopies(id, { have, want })
        if (have >= want) this.#watched.delete(entryId)
      }
    } catch (error) {
      refusalOf(error)
    }
    this.#timer = null
    this.#plan()
  }
}
