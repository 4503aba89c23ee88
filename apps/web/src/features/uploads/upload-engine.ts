import type { ContentHasher } from './content-hasher.ts'
import { InstantClaims, type Proven } from './instant-claims.ts'
import { RetryTimer } from './retry-timer.ts'
import type { StartedItem } from './schema.ts'
import { refusalOf, startUploads } from './upload-api.ts'
import { CopiesWatch } from './upload-copies.ts'
import {
  type ChosenFile,
  isFileOf,
  type Job,
  jobOf,
  newUploadOf,
  rememberedOf,
  startAnew,
  type UploadTarget,
} from './upload-job.ts'
import type { UploadMemory } from './upload-memory.ts'
import { type UploadEvents, UploadOutcomes } from './upload-outcomes.ts'
import { UploadRunner } from './upload-runner.ts'
import type { UploadStore } from './upload-store.ts'

const BATCH_MAX = 100
// So many that the next hundred are prepared before the line runs dry.
const READY_AHEAD = 60

/** Decides what is sent when. Everything a person does to an upload goes through here, then to the store. */
export class UploadEngine {
  readonly #store: UploadStore
  readonly #memory: UploadMemory
  readonly #events: UploadEvents
  readonly #jobs = new Map<string, Job>()
  readonly #retries = new RetryTimer((ids) => this.#requeue(ids))
  readonly #copies: CopiesWatch
  readonly #claims: InstantClaims
  readonly #outcomes: UploadOutcomes
  readonly #runner: UploadRunner
  #toPrepare: string[] = []
  #ready: string[] = []
  #preparing = false

  constructor(store: UploadStore, memory: UploadMemory, events: UploadEvents, hasher: ContentHasher) {
    this.#store = store
    this.#memory = memory
    this.#events = events
    this.#copies = new CopiesWatch((id, copies) => store.dispatch({ type: 'copies', id, copies }))
    this.#claims = new InstantClaims({
      hasher,
      onChecked: ({ id }, bytes) => store.dispatch({ type: 'checked', id, bytes }),
      onProven: (job, answer) => this.#isThere(job, answer),
    })
    const { jobs, retries, copies, claims } = {
      jobs: this.#jobs,
      retries: this.#retries,
      copies: this.#copies,
      claims: this.#claims,
    }
    this.#outcomes = new UploadOutcomes({ store, jobs, memory, copies, claims, retries, events })
    this.#runner = new UploadRunner({
      store,
      memory,
      outcomes: this.#outcomes,
      onFree: () => this.#pump(),
      onAgain: (job) => this.#ready.unshift(job.id),
    })
  }

  open(): void {
    globalThis.addEventListener('online', this.tryNow)
  }

  activeUploadIds(): string[] {
    return [...this.#jobs.values()].flatMap(({ uploadId, file }) =>
      uploadId === null || file === null ? [] : uploadId,
    )
  }

  add(chosen: readonly ChosenFile[], target: UploadTarget): void {
    const jobs = chosen.map((each) => jobOf(each, target)).filter((job) => !this.#goesOn(job))
    for (const job of jobs) this.#jobs.set(job.id, job)
    this.#store.dispatch({ type: 'added', uploads: jobs.map(newUploadOf) })
    this.#toPrepare.push(...jobs.map(({ id }) => id))
    this.#store.flush()
    this.#pump()
  }

  /** Files that need no upload, because the same lie there: shown, and nothing else. */
  skip(chosen: readonly ChosenFile[], target: UploadTarget): void {
    const uploads = chosen.map((each) => newUploadOf(jobOf(each, target)))
    this.#store.dispatch({ type: 'added', uploads })
    for (const { id } of uploads) this.#store.dispatch({ type: 'identical', id })
    this.#store.flush()
  }

  /** Uploads of an earlier page that wait for their files. */
  adopt(jobs: readonly Job[]): void {
    for (const job of jobs) this.#jobs.set(job.id, job)
    this.#store.dispatch({ type: 'remembered', uploads: jobs.map((job) => ({ ...newUploadOf(job), sent: job.sent })) })
    this.#store.flush()
  }

  readonly pause = (ids: readonly string[]): void => {
    const stopped = ids.filter((id) => this.#jobs.get(id)?.allSent !== true)
    this.#stop(stopped)
    this.#mark(stopped, true)
    this.#store.dispatch({ type: 'paused', ids: stopped })
    this.#store.flush()
    this.#pump()
  }

  readonly resume = (ids: readonly string[]): void => {
    this.#mark(ids, false)
    this.#requeue(ids)
    this.#store.flush()
  }

  readonly cancel = (ids: readonly string[]): void => {
    this.#stop(ids)
    for (const id of ids) {
      const job = this.#jobs.get(id)
      this.#jobs.delete(id)
      if (job !== undefined) this.#outcomes.giveUp(job)
    }
    this.#store.dispatch({ type: 'removed', ids })
    this.#store.flush()
    this.#pump()
  }

  readonly retry = (ids: readonly string[]): void => {
    for (const id of ids) {
      const job = this.#jobs.get(id)
      if (job === undefined) continue
      startAnew(job)
      this.#store.dispatch({ type: 'restarted', id, file: newUploadOf(job) })
      if (job.file === null) this.#store.dispatch({ type: 'file-lost', id })
      else this.#toPrepare.push(id)
    }
    this.#store.flush()
    this.#pump()
  }

  readonly tryNow = (): void => this.#retries.wakeAll()

  /** Takes rows off the list that need nothing any more. */
  readonly clear = (ids: readonly string[]): void => {
    this.#store.dispatch({ type: 'removed', ids })
    this.#store.flush()
  }

  /** Gives files to the uploads that wait for them. Of `wanted` it is said when no file fits. */
  chooseFiles(files: readonly File[], wanted: string | null): void {
    for (const job of [...this.#jobs.values()].filter(({ file }) => file === null)) {
      const file = files.find((candidate) => isFileOf(job, candidate))
      if (file !== undefined) this.#goOnWith(job, file)
      else if (job.id === wanted) this.#refuseFile(job, files)
    }
    this.#store.flush()
  }

  close(): void {
    globalThis.removeEventListener('online', this.tryNow)
    this.#runner.close()
    this.#retries.close()
    this.#copies.close()
    this.#claims.close()
  }

  #goesOn(job: Job): boolean {
    const { file, folderId, path } = job
    if (file === null) return false
    for (const known of this.#jobs.values()) {
      const waits = known.file === null && known.folderId === folderId && known.path === path
      if (waits && isFileOf(known, file)) {
        this.#goOnWith(known, file)
        return true
      }
    }
    return false
  }

  #goOnWith(job: Job, file: File): void {
    job.file = file
    this.#requeue([job.id])
  }

  #refuseFile(job: Job, files: readonly File[]): void {
    const changed = files.find(({ name }) => name === job.name)
    if (changed === undefined) {
      this.#store.dispatch({ type: 'other-file', id: job.id })
      return
    }
    this.#outcomes.failed(job, { code: 'changed' })
    Object.assign(job, { file: changed, size: changed.size, lastModified: changed.lastModified })
  }

  #requeue(ids: readonly string[]): void {
    for (const id of ids) {
      const uploadId = this.#jobs.get(id)?.uploadId
      if (uploadId === undefined) continue
      if (uploadId === null) this.#toPrepare.push(id)
      else this.#ready.push(id)
    }
    this.#store.dispatch({ type: 'queued', ids })
    this.#pump()
  }

  /** Possession of its content is proven: the file is an entry, and what is still being sent is not needed. */
  #isThere(job: Job, answer: Proven): void {
    if (!this.#jobs.has(job.id)) return
    this.#stop([job.id])
    this.#outcomes.stored(job, answer, true)
    this.#store.flush()
    this.#pump()
  }

  #mark(ids: readonly string[], paused: boolean): void {
    for (const id of ids) {
      const job = this.#jobs.get(id)
      if (job !== undefined) job.paused = paused
    }
  }

  #stop(ids: readonly string[]): void {
    const stopped = new Set(ids)
    this.#toPrepare = this.#toPrepare.filter((id) => !stopped.has(id))
    this.#ready = this.#ready.filter((id) => !stopped.has(id))
    for (const id of ids) {
      this.#retries.delete(id)
      this.#jobs.get(id)?.stop?.abort()
    }
  }

  #pump(): void {
    for (let id = this.#ready[0]; id !== undefined; id = this.#ready[0]) {
      const job = this.#jobs.get(id)
      if (job !== undefined && !this.#runner.hasRoomFor(job)) break
      this.#ready.shift()
      if (job !== undefined) this.#runner.start(job)
    }
    if (!this.#preparing && this.#toPrepare.length > 0 && this.#ready.length < READY_AHEAD) void this.#prepare()
  }

  async #prepare(): Promise<void> {
    this.#preparing = true
    const jobs = this.#toPrepare.splice(0, BATCH_MAX).flatMap((id) => this.#jobs.get(id) ?? [])
    try {
      const answers = await startUploads(jobs.map(startBodyOf))
      const answerOf = new Map(answers.map((answer) => [answer.clientId, answer]))
      for (const job of jobs) this.#place(job, answerOf.get(job.id))
      const alive = jobs.filter(({ id }) => this.#jobs.has(id))
      void this.#memory.remember(alive.flatMap((job) => rememberedOf(job) ?? []))
      this.#events.onPrepared(new Set(jobs.map(({ folderId }) => folderId)))
    } catch (error) {
      const refusal = refusalOf(error)
      for (const job of jobs) {
        if (refusal.kind === 'final') this.#outcomes.failed(job, refusal.error)
        else this.#outcomes.waits(job, refusal.kind)
      }
    }
    this.#preparing = false
    this.#pump()
  }

  #place(job: Job, answer: StartedItem | undefined): void {
    if (answer === undefined) throw new Error(`The server did not answer for ${job.name}`)
    if (!answer.ok) {
      this.#outcomes.refused(job, answer.error.code, answer.error)
      return
    }
    job.uploadId = answer.uploadId
    // Cancelled while the server was asked.
    if (!this.#jobs.has(job.id)) this.#outcomes.giveUp(job)
    else if ('entry' in answer) this.#outcomes.stored(job, answer)
    else {
      job.place = { ...answer, receivedAt: Date.now() }
      if (answer.hash) this.#claims.add(job)
      if (!job.paused) this.#ready.push(job.id)
    }
  }
}

function startBodyOf({ id, name, size, folderId, path, lastModified, conflict, probe }: Job) {
  const modifiedAt = new Date(lastModified).toISOString()
  const optional = { ...(path === '' ? {} : { path }), ...(probe === null ? {} : { probe }) }
  return { clientId: id, name, size, folderId, modifiedAt, conflict, ...optional }
}
