import { storableTime } from '../../lib/storable-time.ts'
import type { ContentHasher } from './content-hasher.ts'
import type { HeldPlaces } from './held-places.ts'
import type { InstantClaims } from './instant-claims.ts'
import { AVOIDED_MAX } from './rules.ts'
import type { StartedItem } from './schema.ts'
import { StrayUploads } from './stray-uploads.ts'
import { isPassing, refusalOf, startUploads } from './upload-api.ts'
import type { Job } from './upload-job.ts'
import type { UploadMemory } from './upload-memory.ts'
import type { UploadEvents, UploadOutcomes } from './upload-outcomes.ts'
import { SMALL_FILE_BYTES } from './upload-transfer.ts'
import { WaitingLine } from './waiting-line.ts'

/** The first ones of a drop are soon on their way; then the server is asked about ever more of them at once. */
const FIRST_BATCH = 50
const BATCH_MAX = 250

type Parts = {
  hasher: ContentHasher
  jobs: Map<string, Job>
  memory: UploadMemory
  events: UploadEvents
  outcomes: UploadOutcomes
  claims: Pick<InstantClaims, 'add'>
  held: HeldPlaces
  /** It has its place and may be sent. */
  onReady: (job: Job) => void
  onDone: () => void
}

/** Announces files to the server, many at a time: it reserves the space and says where each one goes. */
export class UploadStarter {
  readonly #parts: Parts
  readonly #line = new WaitingLine()
  readonly #strays: StrayUploads
  #busy = false
  #batch = FIRST_BATCH

  constructor(parts: Parts) {
    this.#parts = parts
    const known = () => new Set([...parts.jobs.values()].map(({ uploadId }) => uploadId))
    this.#strays = new StrayUploads(known, parts.events.onReleased)
  }

  get size(): number {
    return this.#line.size
  }

  add(id: string): void {
    this.#line.add(id)
  }

  delete(id: string): void {
    this.#line.delete(id)
  }

  /** The next batch, if nothing is in its way. */
  pump(): void {
    const { held } = this.#parts
    const now = Date.now()
    const isWanted = this.#line.size > 0 || this.#strays.isDue(true)
    if (this.#busy || !isWanted || held.isHeld('network', now) || held.isHeld('server', now)) return
    void this.#start()
  }

  async #start(): Promise<void> {
    const { jobs: known, outcomes } = this.#parts
    this.#busy = true
    const jobs = this.#line.take(this.#batch).flatMap((id) => known.get(id) ?? [])
    this.#batch = this.#line.size === 0 ? FIRST_BATCH : Math.min(BATCH_MAX, 2 * this.#batch)
    try {
      await this.#strays.giveUp(jobs.length === 0)
      if (jobs.length > 0) await this.#announce(jobs)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.kind !== 'final' && jobs.length > 0) this.#strays.suspect()
      for (const job of jobs) {
        if (refusal.kind === 'final') outcomes.failed(job, refusal.error)
        else outcomes.waits(job, refusal.kind === 'network' ? 'network' : 'server')
      }
    }
    this.#busy = false
    this.#parts.onDone()
  }

  async #announce(jobs: readonly Job[]): Promise<void> {
    const { jobs: known, memory, events, held } = this.#parts
    await this.#probe(jobs)
    const avoid = held.left.all(Date.now()).slice(0, AVOIDED_MAX)
    const answers = await startUploads(jobs.map(startBodyOf), avoid)
    held.release('network')
    if (answers.some(({ ok }) => ok)) held.release('server')
    const answerOf = new Map(answers.map((answer) => [answer.clientId, answer]))
    for (const storage of avoid) {
      if (answers.some((answer) => 'ticket' in answer && answer.storageName === storage)) held.left.comeBack(storage)
    }
    for (const job of jobs) this.#place(job, answerOf.get(job.id))
    void memory.remember(jobs.filter(({ id }) => known.has(id) && !isRefusedForGood(answerOf.get(id))))
    const withFolders = jobs.some(({ path }) => path !== '')
    events.onPrepared(new Set(jobs.map(({ folderId }) => folderId)), withFolders)
  }

  /** What takes long is recognized when it goes on later, or on another device. */
  async #probe(jobs: readonly Job[]): Promise<void> {
    const long = jobs.filter(({ size, probe }) => size > SMALL_FILE_BYTES && probe === null)
    await Promise.all(
      long.map(async (job) => {
        if (job.file !== null) job.probe = await this.#parts.hasher.probe(job.file)
      }),
    )
  }

  #place(job: Job, answer: StartedItem | undefined): void {
    const { jobs, outcomes, claims } = this.#parts
    if (answer === undefined) throw new Error(`The server did not answer for ${job.name}`)
    if (!answer.ok) {
      outcomes.refused(job, answer.error.code, answer.error, 'server')
      return
    }
    if ('found' in answer) {
      if (jobs.has(job.id)) outcomes.found(job, answer)
      return
    }
    job.uploadId = answer.uploadId
    // Cancelled while the server was asked.
    if (!jobs.has(job.id)) outcomes.giveUp(job)
    else if ('entry' in answer) outcomes.stored(job, answer)
    else {
      job.place = { ...answer, receivedAt: Date.now() }
      if (answer.hash) claims.add(job)
      if (!job.paused) this.#parts.onReady(job)
    }
  }
}

/** A later page would ask again in vain. Who lacks space may have some by then. */
function isRefusedForGood(answer: StartedItem | undefined): boolean {
  return answer?.ok === false && !isPassing(answer.error.code) && answer.error.code !== 'quota_exceeded'
}

function startBodyOf({ id, name, size, folderId, path, lastModified, conflict, once, probe }: Job) {
  const modifiedAt = storableTime(lastModified)
  const optional = { ...(path === '' ? {} : { path }), ...(probe === null ? {} : { probe }), ...(once ? { once } : {}) }
  return { clientId: id, name, size, folderId, modifiedAt, conflict, ...optional }
}
