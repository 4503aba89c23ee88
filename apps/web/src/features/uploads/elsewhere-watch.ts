import { refusalOf, unfinishedUploads } from './upload-api.ts'
import type { Job } from './upload-job.ts'
import type { UploadStore } from './upload-store.ts'

const WAITS_MS = [2_000, 4_000, 8_000, 15_000, 30_000] as const

type Parts = {
  /** The uploads that other pages send, by their ids here. */
  waiting: () => ReadonlyMap<string, string>
  /** Those that lack their files here: another page may have them. */
  lost: () => ReadonlyMap<string, string>
  /** These are not on their way any more: stored, or given up. */
  onOver: (ids: string[]) => void
  /** The page that sent these is closed. */
  onLeft: (ids: string[]) => void
  onLostOver: (ids: string[]) => void
  ask?: () => Promise<readonly { uploadId: string; isSent: boolean }[]>
}

/** Looks now and then what has become of files that another page sends or may send, and whether that page is still there. */
export class ElsewhereWatch {
  readonly #parts: Parts
  #timer: ReturnType<typeof setTimeout> | null = null
  #round = 0
  #closed = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** There is one more. */
  begin(): void {
    this.#round = 0
    this.#plan()
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #plan(): void {
    if (this.#timer !== null || this.#closed) return
    const wait = WAITS_MS[Math.min(this.#round, WAITS_MS.length - 1)]
    this.#round += 1
    this.#timer = setTimeout(() => void this.#look(), wait)
  }

  async #look(): Promise<void> {
    const { waiting, lost, onOver, onLeft, onLostOver, ask = unfinishedUploads } = this.#parts
    if (this.#isAnyAway()) {
      try {
        const open = new Map((await ask()).map(({ uploadId, isSent }) => [uploadId, isSent]))
        const idsOf = (uploads: ReadonlyMap<string, string>, isSent: boolean | undefined) =>
          [...uploads].flatMap(([id, uploadId]) => (open.get(uploadId) === isSent ? id : []))
        const [over, left, lostOver] = [idsOf(waiting(), undefined), idsOf(waiting(), false), idsOf(lost(), undefined)]
        if (over.length > 0 && !this.#closed) onOver(over)
        if (left.length > 0 && !this.#closed) onLeft(left)
        if (lostOver.length > 0 && !this.#closed) onLostOver(lostOver)
      } catch (error) {
        refusalOf(error)
      }
    }
    this.#timer = null
    if (this.#isAnyAway()) this.#plan()
  }

  #isAnyAway(): boolean {
    return this.#parts.waiting().size > 0 || this.#parts.lost().size > 0
  }
}

/** The uploads that another page or device sends, by the ids that they have here. */
export function sentElsewhere(store: UploadStore, jobs: ReadonlyMap<string, Job>): Map<string, string> {
  return new Map(store.idsIn('elsewhere').map((id) => [id, jobs.get(id)?.uploadId ?? '']))
}
