import { ContentHasher } from './content-hasher.ts'
import { isOfThisDevice } from './device-id.ts'
import { fileFrom, isReadable } from './file-source.ts'
import { LivingTabs } from './living-tabs.ts'
import { Presence } from './presence.ts'
import { leaveStored, takeStored } from './stored-before.ts'
import { abandonTogether, type Noted, straysOf } from './stray-uploads.ts'
import { refusalOf, unfinishedUploads } from './upload-api.ts'
import { UploadEngine } from './upload-engine.ts'
import { type Job, jobOfRemembered, type UnfinishedUpload } from './upload-job.ts'
import { keptLimits } from './upload-limits.ts'
import { type FileSource, type RememberedUpload, UploadMemory } from './upload-memory.ts'
import type { UploadEvents } from './upload-outcomes.ts'
import { UploadStore } from './upload-store.ts'
import { openCount, ownCount } from './upload-view.ts'

const LOOK_MS = 5_000
/** Timers stand still while a computer sleeps. */
const SLEPT_MS = 30_000

/** The uploads of this page. They live as long as the page does; what an earlier page left is taken up again. */
export class UploadSession {
  readonly store = new UploadStore()
  readonly hasher = new ContentHasher()
  readonly engine: UploadEngine
  readonly #personId: string
  readonly #onReleased: () => void
  /** What pages before had noted when they were left. */
  #left: readonly Noted[] = []
  readonly #tabs = new LivingTabs()
  readonly #memory: UploadMemory
  readonly #presence = new Presence(() => ownCount(this.store.snapshot()) > 0)
  readonly #closed = new AbortController()

  constructor(personId: string, events: UploadEvents) {
    this.#personId = personId
    this.#onReleased = events.onReleased
    this.#memory = new UploadMemory(personId, this.#tabs.id)
    this.engine = new UploadEngine(this.store, this.#memory, events, this.hasher)
    this.engine.limit(keptLimits())
  }

  open(): void {
    const { signal } = this.#closed
    globalThis.addEventListener('online', this.engine.tryNow, { signal })
    globalThis.addEventListener('pagehide', () => leaveStored(this.#personId, this.store.snapshot()), { signal })
    this.#watchSleep(signal)
    this.store.subscribe(() => this.#tidy())
    const look = () => this.#tabs.oneAtATime(() => this.#takeOver(signal))
    const looked = look()
    // After a reload the page before may not be gone yet.
    const again = setTimeout(() => void looked.then(look).finally(() => this.#endLooking()), LOOK_MS)
    signal.addEventListener('abort', () => clearTimeout(again))
  }

  close(): void {
    this.#closed.abort()
    this.#presence.close()
    this.engine.close()
    this.hasher.close()
    this.#tabs.close()
  }

  /** Whether the browser could open some of the missing files itself, if it was allowed to. */
  canReopen(): boolean {
    return this.store.snapshot().counts['needs-file'] > 0 && this.engine.missing.canReopen()
  }

  /**
   * Opens the missing files again that can be read from what was dropped, until everything is paused. `ask` needs a click of the person.
   */
  readonly reopen = async (ask: boolean): Promise<void> => {
    const { pauses } = this.engine
    const isOver = () => this.#closed.signal.aborted || pauses !== this.engine.pauses
    const sources = new Map<number, Promise<FileSource | null>>()
    for (const job of this.engine.missing.all()) {
      if (isOver()) break
      if (job.source === null) continue
      const source = sources.get(job.source) ?? this.#readableSource(job.source, ask)
      sources.set(job.source, source)
      const from = await source
      const file = from === null ? null : await fileFrom(from, job.onDisk ?? job)
      if (file !== null && !isOver()) await this.engine.missing.found(job, file)
    }
    this.store.flush()
  }

  async #readableSource(key: number, ask: boolean): Promise<FileSource | null> {
    const source = await this.#memory.source(key)
    return source !== null && (await isReadable(source, ask)) ? source : null
  }

  async #takeOver(signal: AbortSignal): Promise<void> {
    const left = await this.#memory.left(await this.#tabs.alive())
    // What a page before has announced may be begun after the first look.
    if (left.length > 0) this.#left = left
    if (this.#left.length === 0 || signal.aborted) return
    const known = (await knownUploads()) ?? (left.every(isUnannounced) ? new Map() : null)
    if (signal.aborted || known === null) return
    await this.#giveUpStrays(known)
    if (left.length === 0 || signal.aborted) return
    const isOpen = ({ uploadId }: RememberedUpload) => uploadId === null || known.has(uploadId)
    await this.#memory.forget(left.flatMap((upload) => (isOpen(upload) ? [] : upload.key)))
    const jobs = left.filter(isOpen).map((upload) => jobLeft(upload, known.get(upload.uploadId ?? '')))
    const stored = takeStored(this.#personId)
    if (jobs.length > 0 && stored.files > 0) this.store.dispatch({ type: 'before', stored })
    await this.engine.adopt(jobs)
    await this.#memory.takeOver(left.filter(isOpen))
    await this.reopen(false)
  }

  #endLooking(): void {
    this.#left = []
  }

  async #giveUpStrays(known: ReadonlyMap<string, UnfinishedUpload>): Promise<void> {
    const strays = straysOf(this.#left, known.values())
    if (strays.length === 0) return
    // When nobody answers, they expire by themselves.
    await abandonTogether(strays).then(this.#onReleased, refusalOf)
  }

  #watchSleep(signal: AbortSignal): void {
    let seen = Date.now()
    const timer = setInterval(() => {
      const slept = Date.now() - seen > SLEPT_MS
      seen = Date.now()
      if (slept) this.engine.tryNow()
    }, LOOK_MS)
    signal.addEventListener('abort', () => clearInterval(timer))
  }

  #idle = true
  #tidy(): void {
    const summary = this.store.snapshot()
    const idle = openCount(summary) === 0
    if (idle && !this.#idle) void this.#memory.tidy()
    this.#idle = idle
  }
}

const isUnannounced = ({ uploadId }: Noted) => uploadId === null

function jobLeft(upload: RememberedUpload, known: UnfinishedUpload | undefined): Job {
  // The page that sent it is closed. What another device went on with since then stays there.
  const takeOver = isOfThisDevice(known?.device ?? null) && upload.uploadId !== null
  // Notes are taken now and then: the storage may have more.
  return { ...jobOfRemembered(upload), takeOver, sent: Math.max(upload.sent, known?.sent ?? 0) }
}

/** What the server waits for. Null: it does not answer; what is left stays remembered for the next page. */
async function knownUploads(): Promise<ReadonlyMap<string, UnfinishedUpload> | null> {
  try {
    return new Map((await unfinishedUploads()).map((upload) => [upload.uploadId, upload]))
  } catch (error) {
    refusalOf(error)
    return null
  }
}
