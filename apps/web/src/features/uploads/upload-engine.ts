import { inOrder } from './chosen-order.ts'
import type { ContentHasher } from './content-hasher.ts'
import { ElsewhereWatch, sentElsewhere } from './elsewhere-watch.ts'
import { HeldPlaces } from './held-places.ts'
import { InstantClaims, type Proven } from './instant-claims.ts'
import { LostFiles } from './lost-files.ts'
import { MissingFiles } from './missing-files.ts'
import { renameUploads } from './refused-name.ts'
import { RetryTimer } from './retry-timer.ts'
import { SourceNumbers } from './source-numbers.ts'
import { CopiesWatch } from './upload-copies.ts'
import { type ChosenFile, type Job, jobOf, newUploadOf, startAnew, type UploadTarget } from './upload-job.ts'
import type { UploadLimits } from './upload-limits.ts'
import type { UploadMemory } from './upload-memory.ts'
import { placeOf, type UploadEvents, UploadOutcomes } from './upload-outcomes.ts'
import { UploadRunner } from './upload-runner.ts'
import { UploadStarter } from './upload-starter.ts'
import type { UploadStore } from './upload-store.ts'
import { cancellable } from './upload-view.ts'
import { WaitingLine } from './waiting-line.ts'

// So many that the next ones are prepared before the line runs dry.
const READY_AHEAD = 60
/** Of a drop of many, so many are taken in before the page may do something else. */
const INTAKE = 2_000

/** Decides what is sent when. Everything a person does to an upload goes through here, then to the store. */
export class UploadEngine {
  /** The uploads that wait for their files. */
  readonly missing: MissingFiles
  readonly #store: UploadStore
  readonly #memory: UploadMemory
  readonly #jobs = new Map<string, Job>()
  readonly #retries = new RetryTimer((ids) => this.#requeue(ids))
  readonly #held = new HeldPlaces()
  readonly #copies: CopiesWatch
  readonly #claims: InstantClaims
  readonly #elsewhere: ElsewhereWatch
  readonly #outcomes: UploadOutcomes
  readonly #starter: UploadStarter
  readonly #runner: UploadRunner
  readonly #ready = new WaitingLine()
  #pumps = false
  /** How often everything was cancelled: what was not taken in then stays out. */
  #cancelled = 0
  /** How often everything was paused: what was not taken in then is paused, too. */
  pauses = 0

  constructor(store: UploadStore, memory: UploadMemory, events: UploadEvents, hasher: ContentHasher) {
    this.#store = store
    this.#memory = memory
    this.#copies = new CopiesWatch({
      onCopies: (id, copies) => store.dispatch({ type: 'copies', id, copies }),
      isBusy: () => this.#runner.isRunning || this.#waiting() > 0,
    })
    this.#claims = new InstantClaims({
      hasher,
      onChecked: ({ id }, bytes) => store.dispatch({ type: 'checked', id, bytes }),
      onProven: (job, answer) => this.#isThere(job, answer),
    })
    const shared = { store, memory, events, jobs: this.#jobs, claims: this.#claims, held: this.#held }
    this.#elsewhere = new ElsewhereWatch({
      waiting: () => sentElsewhere(store, this.#jobs),
      lost: () => this.missing.uploads(),
      onOver: (ids) => this.#requeue(ids),
      onLeft: this.takeOver,
      onLostOver: (ids) => this.missing.over(ids),
    })
    const told = { onElsewhere: () => this.#elsewhere.begin(), onLeft: this.takeOver }
    this.#outcomes = new UploadOutcomes({ ...shared, ...told, copies: this.#copies, retries: this.#retries })
    this.#starter = new UploadStarter({
      ...shared,
      hasher,
      outcomes: this.#outcomes,
      onReady: ({ id }) => this.#ready.add(id),
      onDone: () => this.#pump(),
    })
    this.#runner = new UploadRunner({
      store,
      memory,
      hasher,
      outcomes: this.#outcomes,
      left: this.#held.left,
      waiting: () => this.#waiting(),
      onFree: () => this.#pumpSoon(),
      onAgain: (job) => this.#ready.addFirst(job.id),
      onAnew: ({ id }) => this.#starter.add(id),
      onIdle: () => {
        store.flush()
        events.onIdle()
      },
    })
    this.missing = new MissingFiles({
      store,
      hasher,
      jobs: this.#jobs,
      outcomes: this.#outcomes,
      onFound: ({ id }) => this.#requeue([id]),
      onAdopted: (job) => {
        void this.adopt([job])
        void memory.remember([job])
      },
    })
  }

  /** Files to upload, in the order of their names. Many are taken in bit by bit; the first ones are sent meanwhile. */
  async add(files: readonly ChosenFile[], target: UploadTarget): Promise<void> {
    const [chosen, round, pauses] = [inOrder(files), this.#cancelled, this.pauses]
    const [sources, lost] = [new SourceNumbers(this.#memory), new LostFiles(this.#jobs.values())]
    for (let first = 0; first < chosen.length; first += INTAKE) {
      // The page may answer to people in between.
      if (first > 0) await new Promise((resolve) => setTimeout(resolve))
      if (round !== this.#cancelled) return
      const part = chosen.slice(first, first + INTAKE)
      const added = part.filter((each) => !this.missing.give(lost.find(each, target), each.file))
      const jobs = added.map((each) => jobOf(each, target))
      for (const job of jobs) this.#jobs.set(job.id, job)
      this.#store.dispatch({ type: 'added', uploads: jobs.map(newUploadOf) })
      for (const { id } of jobs) this.#starter.add(id)
      this.#store.flush()
      if (pauses !== this.pauses) this.pause(jobs.map(({ id }) => id))
      this.#pump()
      void sources.remember(jobs, added, (id) => this.#jobs.has(id))
    }
  }

  /** Files that need no upload, because the same lie there: shown, and nothing else. */
  skip(chosen: readonly ChosenFile[], target: UploadTarget): void {
    const uploads = chosen.map((each) => newUploadOf(jobOf(each, target)))
    this.#store.dispatch({ type: 'added', uploads })
    for (const { id } of uploads) this.#store.dispatch({ type: 'identical', id })
    this.#store.flush()
  }

  /** Uploads of an earlier page that wait for their files. Many are taken in bit by bit, as new ones are. */
  async adopt(jobs: readonly Job[]): Promise<void> {
    for (let first = 0; first < jobs.length; first += INTAKE) {
      if (first > 0) await new Promise((resolve) => setTimeout(resolve))
      const part = jobs.slice(first, first + INTAKE)
      for (const job of part) this.#jobs.set(job.id, job)
      const uploads = part.map((job) => ({ ...newUploadOf(job), sent: job.sent }))
      this.#store.dispatch({ type: 'remembered', uploads })
      this.#store.flush()
    }
    if (this.missing.uploads().size > 0) this.#elsewhere.begin()
  }

  readonly takeOver = (ids: readonly string[]): void => {
    const takenOver = { takeOver: true, ofOther: false, place: null, begun: true, continued: true }
    for (const job of this.#jobsOf(ids)) Object.assign(job, takenOver)
    this.#requeue(ids)
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

  readonly pauseAll = (): void => {
    this.pauses += 1
    this.#store.flush()
    this.pause(this.#store.idsIn('queued', 'uploading', 'waiting'))
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

  /** Everything of this page that is not stored yet, and what is still being taken in. */
  readonly cancelAll = (): void => {
    this.#cancelled += 1
    this.cancel(this.#store.idsIn(...cancellable))
  }

  readonly retry = (ids: readonly string[]): void => {
    for (const job of this.#jobsOf(ids)) {
      startAnew(job)
      this.#store.dispatch({ type: 'restarted', id: job.id, file: newUploadOf(job) })
      if (job.file === null) this.#store.dispatch({ type: 'file-lost', id: job.id })
      else this.#starter.add(job.id)
    }
    this.#store.flush()
    this.#pump()
  }

  /** What was refused for its name goes on under another one; with that of a folder, all that came in it. */
  readonly rename = (id: string, name: string): void => this.retry(renameUploads(this.#jobs, id, name))

  /** What is being sent goes on at the new speed. */
  limit(limits: UploadLimits): void {
    this.#runner.limit(limits)
    const running = this.#store.idsIn('uploading')
    this.pause(running)
    this.resume(running)
  }

  readonly tryNow = (): void => {
    this.#held.tryNow()
    this.#retries.wakeAll()
    this.#pump()
  }

  nextRetryAt(): number | null {
    return this.#retries.next()
  }

  close(): void {
    this.#runner.close()
    this.#retries.close()
    this.#copies.close()
    this.#claims.close()
    this.#elsewhere.close()
  }

  #jobsOf(ids: readonly string[]): Job[] {
    return ids.flatMap((id) => this.#jobs.get(id) ?? [])
  }

  #requeue(ids: readonly string[]): void {
    for (const id of ids) {
      const job = this.#jobs.get(id)
      if (job?.uploadId === null) this.#starter.add(id)
      else if (job !== undefined) this.#ready.add(id)
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
    for (const job of this.#jobsOf(ids)) job.paused = paused
  }

  #stop(ids: readonly string[]): void {
    for (const id of ids) {
      this.#starter.delete(id)
      this.#ready.delete(id)
      this.#retries.delete(id)
      this.#jobs.get(id)?.stop?.abort()
    }
  }

  /** Many files may be sent at the same moment: the next ones are looked for once. */
  #pumpSoon(): void {
    if (this.#pumps) return
    this.#pumps = true
    queueMicrotask(() => {
      this.#pumps = false
      this.#pump()
    })
  }

  #pump(): void {
    const now = Date.now()
    if (!this.#held.isHeld('network', now)) {
      for (let job = this.#nextReady(now); job !== undefined; job = this.#nextReady(now)) this.#runner.start(job)
    }
    if (this.#ready.size < READY_AHEAD) this.#starter.pump()
  }

  /** Files that wait for their place or for room to be sent. */
  #waiting(): number {
    return this.#starter.size + this.#ready.size
  }

  #nextReady(now: number): Job | undefined {
    const id = this.#ready.takeFirst((ready) => {
      const job = this.#jobs.get(ready)
      return job === undefined || (this.#runner.hasRoomFor(job) && !this.#held.isHeld(placeOf(job, 'storage'), now))
    })
    return id === undefined ? undefined : (this.#jobs.get(id) ?? this.#nextReady(now))
  }
}
