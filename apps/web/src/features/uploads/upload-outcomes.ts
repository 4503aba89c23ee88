import type { InstantClaims } from './instant-claims.ts'
import { retryDelay } from './retry-delay.ts'
import type { RetryTimer } from './retry-timer.ts'
import type { CompletedItem } from './schema.ts'
import { abandonUpload, isPassing, refusalOf } from './upload-api.ts'
import type { CopiesWatch } from './upload-copies.ts'
import { type Job, startAnew } from './upload-job.ts'
import type { UploadMemory } from './upload-memory.ts'
import type { UploadError, UploadItem } from './upload-queue.ts'
import type { UploadStore } from './upload-store.ts'

type StoredEntry = Extract<CompletedItem, { ok: true }>['entry']
type StoredItem = Pick<Extract<CompletedItem, { ok: true }>, 'entry' | 'notice'>

export type UploadEvents = {
  /** A file became an entry of the drive; null when it was skipped. */
  onStored: (entry: StoredEntry, place: Pick<Job, 'folderId' | 'path'>) => void
  /** Folders of a folder drop may exist now, and space is reserved. */
  onPrepared: (folderIds: ReadonlySet<string>) => void
}

type Parts = {
  store: UploadStore
  jobs: Map<string, Job>
  memory: UploadMemory
  copies: CopiesWatch
  claims: Pick<InstantClaims, 'drop'>
  retries: RetryTimer
  events: UploadEvents
}

/** What became of an upload: tells the store, the device's memory and the page. */
export class UploadOutcomes {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** `instant`: the content was there already, and the sending was ended. */
  stored(job: Job, { entry, notice }: StoredItem, instant = false): void {
    const { store, jobs, copies, events } = this.#parts
    store.dispatch({
      type: 'stored',
      id: job.id,
      entryId: entry?.id ?? null,
      name: entry?.name ?? null,
      notice: notice ?? null,
      instant,
    })
    jobs.delete(job.id)
    this.#parts.claims.drop(job)
    this.#forget(job)
    if (entry !== null) copies.watch(job.id, entry.id)
    events.onStored(entry, job)
  }

  /** Tries again by itself, later and later. */
  waits(job: Job, by: UploadItem['waitsFor']): void {
    if (job.paused) return
    const retryAt = Date.now() + retryDelay(job.attempts, Math.random())
    job.attempts += 1
    this.#parts.retries.set(job.id, retryAt)
    this.#parts.store.dispatch({ type: 'interrupted', id: job.id, retryAt, waitsFor: by })
  }

  /** The browser cannot read the file any more: the person has to choose it again. */
  fileLost(job: Job): void {
    job.file = null
    this.#parts.store.dispatch({ type: 'file-lost', id: job.id })
  }

  refused(job: Job, code: string, error: UploadError): void {
    if (isPassing(code)) this.waits(job, 'storage')
    else this.failed(job, error)
  }

  /** Ends it. Starting again begins from nothing, so the storage and the quota need not keep anything. */
  failed(job: Job, { code, detail }: UploadError): void {
    this.#parts.store.dispatch({ type: 'failed', id: job.id, error: { code, detail } })
    this.giveUp(job)
    startAnew(job)
  }

  giveUp(job: Job): void {
    this.#parts.claims.drop(job)
    if (job.uploadId === null) return
    this.#forget(job)
    // When nobody answers, the upload expires by itself.
    abandonUpload(job.uploadId).catch(refusalOf)
  }

  #forget({ uploadId }: Job): void {
    if (uploadId !== null) void this.#parts.memory.forget([uploadId])
  }
}
