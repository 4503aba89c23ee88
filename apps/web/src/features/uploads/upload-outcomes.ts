import { GivenUp } from './given-up.ts'
import type { HeldPlaces } from './held-places.ts'
import type { InstantClaims } from './instant-claims.ts'
import { retryDelay } from './retry-delay.ts'
import type { RetryTimer } from './retry-timer.ts'
import type { CompletedItem, StartedItem } from './schema.ts'
import { SoonerRetries } from './sooner-retries.ts'
import { isPassing } from './upload-api.ts'
import type { CopiesWatch } from './upload-copies.ts'
import type { UploadError, UploadNotice } from './upload-item.ts'
import { type Job, newUploadOf, startAnew } from './upload-job.ts'
import type { UploadMemory } from './upload-memory.ts'
import type { UploadStore } from './upload-store.ts'

type StoredEntry = Extract<CompletedItem, { ok: true }>['entry']
type FoundItem = Extract<StartedItem, { found: unknown }>
type StoredItem = { entry: StoredEntry; notice?: UploadNotice }

export type UploadEvents = {
  /** A file became an entry of the drive; null when it was skipped. */
  onStored: (entry: StoredEntry, place: Pick<Job, 'folderId' | 'path'>) => void
  /** Space is reserved for files of these folders; `withFolders`: folders were made in them for a folder drop. */
  onPrepared: (folderIds: ReadonlySet<string>, withFolders: boolean) => void
  /** Space that was reserved is free again. */
  onReleased: () => void
  /** Nothing is being sent any more: what waits for more of its kind waits in vain. */
  onIdle: () => void
}

/** Who did not answer, or could not do it: `disk` is that of the storage. */
export type Silent = 'network' | 'server' | 'storage' | 'disk'

type Parts = {
  store: UploadStore
  jobs: Map<string, Job>
  memory: UploadMemory
  copies: CopiesWatch
  claims: Pick<InstantClaims, 'drop'>
  retries: RetryTimer
  held: HeldPlaces
  events: UploadEvents
  /** Another page sends one, or may send it one day. */
  onElsewhere: () => void
  /** Another page has begun these, and is closed by now. */
  onLeft: (ids: readonly string[]) => void
}

/** What became of an upload: tells the store, the device's memory and the page. */
export class UploadOutcomes {
  readonly #parts: Parts
  readonly #givenUp: GivenUp
  readonly #sooner: SoonerRetries

  constructor(parts: Parts) {
    this.#parts = parts
    this.#givenUp = new GivenUp(parts.events.onReleased)
    this.#sooner = new SoonerRetries(parts.retries, parts.held)
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
    if (job.allSent) this.#sooner.served(placeOf(job, 'storage'), job.size)
    if (entry !== null) copies.watch(job.id, entry.id)
    events.onStored(entry, job)
  }

  /** Tries again by itself, later and later. `lacksRoom`: whoever is asked answers, and has no room. */
  waits(job: Job, by: Silent, lacksRoom = by === 'disk'): void {
    if (job.paused) return
    if (by === 'storage' || by === 'disk') job.silentSince ??= Date.now()
    const now = Date.now()
    const { held, retries } = this.#parts
    const place = placeOf(job, by)
    const heldUntil = held.fail(place, now)
    const retryAt = Math.max(heldUntil, now + retryDelay(job.attempts, Math.random()))
    job.attempts += 1
    retries.set(job.id, retryAt)
    // The others wait for the place, also when this one is taken away.
    retries.set(place, heldUntil)
    this.#sooner.add(job.id, { place, lacksRoom, size: job.size, since: now })
    const server = lacksRoom ? 'disk' : 'storage'
    const waitsFor = by === 'network' ? 'network' : server
    this.#parts.store.dispatch({ type: 'interrupted', id: job.id, retryAt, waitsFor })
  }

  /** Bytes arrived: whoever was silent before is not now. */
  moved(job: Job): void {
    Object.assign(job, { attempts: 0, refusals: 0, moves: 0, silentSince: null })
    this.#parts.held.release('network')
    this.#parts.held.release(placeOf(job, 'storage'))
  }

  /** Another device goes on with it; `agent` is what its browser calls itself. */
  elsewhere(job: Job, agent: string): void {
    this.#parts.store.dispatch({ type: 'elsewhere', id: job.id, device: agent })
    this.#parts.onElsewhere()
  }

  /** The server has not begun it, since the same file is there, or on its way from another page. */
  found(job: Job, item: FoundItem): void {
    if (item.found === 'elsewhere') {
      Object.assign(job, { uploadId: item.uploadId, ofOther: true })
      this.elsewhere(job, item.deviceAgent ?? '')
      if (item.isLeft) this.#parts.onLeft([job.id])
    } else {
      this.#parts.store.dispatch({ type: 'identical', id: job.id })
      this.#parts.jobs.delete(job.id)
      this.#forget(job)
    }
  }

  /** The browser cannot read the file any more: the person has to choose it again. */
  fileLost(job: Job): void {
    job.file = null
    this.#parts.store.dispatch({ type: 'file-lost', id: job.id })
    this.#parts.onElsewhere()
  }

  refused(job: Job, code: string, error: UploadError, by: Silent): void {
    if (isPassing(code)) this.waits(job, by, code === 'no_room')
    else this.failed(job, error)
  }

  /** Ends it. Starting again begins from nothing, so the storage and the quota need not keep anything. */
  failed(job: Job, { code, detail }: UploadError): void {
    this.#parts.store.dispatch({ type: 'failed', id: job.id, error: { code, detail } })
    this.giveUp(job)
    startAnew(job)
  }

  /** What is at the storage is not of this file: nothing of it is used. */
  beginsAnew(job: Job): void {
    this.giveUp(job)
    startAnew(job)
    this.#parts.store.dispatch({ type: 'restarted', id: job.id, file: newUploadOf(job) })
  }

  giveUp(job: Job): void {
    this.#parts.claims.drop(job)
    this.#forget(job)
    if (job.uploadId !== null && !job.ofOther) this.#givenUp.add(job.uploadId)
  }

  #forget({ id }: Job): void {
    void this.#parts.memory.forget([id])
  }
}

export function placeOf(job: Job, by: Silent): string {
  return by === 'storage' || by === 'disk' ? `storage ${job.place?.storageName ?? ''}` : by
}
