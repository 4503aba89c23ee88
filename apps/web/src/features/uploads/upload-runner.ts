import { Batcher } from '../../lib/batcher.ts'
import { afterRenewal } from './after-renewal.ts'
import { BreakCauses } from './break-causes.ts'
import { BulkSender } from './bulk-sender.ts'
import type { ContentHasher } from './content-hasher.ts'
import type { LeftStorages } from './left-storages.ts'
import type { RenewedTicket } from './schema.ts'
import { SendPace } from './send-pace.ts'
import { type RenewalReason, renewal, silentOf } from './ticket-renewal.ts'
import { completeUploads } from './upload-api.ts'
import { type Job, slotsOf } from './upload-job.ts'
import type { UploadLimits } from './upload-limits.ts'
import type { UploadMemory } from './upload-memory.ts'
import type { UploadOutcomes } from './upload-outcomes.ts'
import { type RunResult, runJob } from './upload-run.ts'
import type { UploadStore } from './upload-store.ts'
import { lanesFor } from './upload-way.ts'
import { PLAIN_BYTES } from './upload-whole.ts'

const BATCH_MAX = 250
const COMPLETE_WAIT_MS = 60
/** While many more wait to be sent, what is stored waits for others: the server works on them together. */
const MANY_WAITING = 100
const COMPLETE_WAIT_MANY_MS = 400
const TICK_MS = 500
const REMEMBER_EVERY_TICKS = 4
const TICKETS_REFUSED_MAX = 3
/** Three large files or six small ones fill a line; more at once only make each slower. */
const SLOTS = 6

type Parts = {
  store: UploadStore
  memory: UploadMemory
  hasher: ContentHasher
  outcomes: UploadOutcomes
  left: LeftStorages
  /** Files that are not running yet. */
  waiting: () => number
  /** A slot is free, or a job should run again. */
  onFree: () => void
  onAgain: (job: Job) => void
  /** Nothing of it is at a storage any more: it has to be announced again. */
  onAnew: (job: Job) => void
  onIdle: () => void
}

/** Runs jobs in a few slots and reports how far they are twice a second. */
export class UploadRunner {
  readonly #parts: Parts
  readonly #completions = new Batcher({
    max: BATCH_MAX,
    waitMs: () => (this.#parts.waiting() > MANY_WAITING ? COMPLETE_WAIT_MANY_MS : COMPLETE_WAIT_MS),
    send: completeUploads,
  })
  readonly #running = new Set<Job>()
  readonly #samples = new Map<string, number>()
  readonly #hashes = new WeakMap<File, Promise<string | null>>()
  readonly #closed = new AbortController()
  readonly #pace = new SendPace()
  readonly #bulk = new BulkSender(this.#pace)
  readonly #causes = new BreakCauses()
  #slots = SLOTS
  #busySlots = 0
  #ticker: ReturnType<typeof setInterval> | null = null
  #ticks = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#running.size > 0
  }

  hasRoomFor(job: Job): boolean {
    if (job.place !== null && this.#goesWithOthers(job)) return this.#bulk.hasRoomAt(job.place)
    return this.#busySlots === 0 || this.#busySlots + slotsOf(job) <= this.#slots
  }

  /** For what is sent from now on. */
  limit({ bytesPerSecond, atOnce }: UploadLimits): void {
    this.#pace.set(bytesPerSecond)
    this.#slots = atOnce === 'one' ? 1 : SLOTS
  }

  start(job: Job): void {
    const stop = new AbortController()
    job.stop = stop
    this.#running.add(job)
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS)
    if (!job.allSent) this.#parts.store.dispatch({ type: 'started', id: job.id })
    void this.#run(job, stop)
  }

  close(): void {
    this.#closed.abort()
    for (const job of this.#running) job.stop?.abort()
    if (this.#ticker !== null) clearInterval(this.#ticker)
  }

  /** Who wants one file at a time gets one at a time. */
  #goesWithOthers({ size, place, begun, allSent }: Job): boolean {
    if (this.#slots === 1 || size > PLAIN_BYTES || begun || allSent) return false
    return place !== null && this.#bulk.takes(place)
  }

  async #run(job: Job, stop: AbortController): Promise<void> {
    const isLeft = this.#parts.left.leadsAway(job, Date.now())
    const bulk = this.#goesWithOthers(job) ? this.#bulk : null
    let slots = isLeft || job.allSent || bulk !== null ? 0 : slotsOf(job)
    this.#busySlots += slots
    const release = () => {
      this.#busySlots -= slots
      slots = 0
    }
    const result: RunResult = isLeft
      ? { kind: 'unable' }
      : await runJob(job, {
          signal: stop.signal,
          completions: this.#completions,
          contentHash: this.#contentHash(job),
          pace: this.#pace,
          bulk,
          lanes: () => this.#lanes(job),
          onSent: (bytes, ahead) => this.#sample(job, stop, { bytes, ahead }),
          onAllSent: () => {
            release()
            this.#parts.store.dispatch({ type: 'sent', id: job.id })
            this.#parts.onFree()
          },
        })
    release()
    // A person may have stopped and started it again meanwhile: then this run is not the job's any more.
    if (job.stop === stop) {
      job.stop = null
      this.#running.delete(job)
      await this.#settle(job, stop.signal.aborted ? { kind: 'stopped' } : result)
      if (!this.isRunning) this.#parts.onIdle()
    }
    this.#parts.onFree()
  }

  async #settle(job: Job, result: RunResult): Promise<void> {
    const { outcomes } = this.#parts
    switch (result.kind) {
      case 'stopped':
        return
      case 'completed':
        if (result.item.ok) outcomes.stored(job, result.item)
        else if (result.item.error.code === 'upload_superseded') await this.#goneOnElsewhere(job)
        else outcomes.refused(job, result.item.error.code, result.item.error, 'server')
        return
      case 'other-content':
        outcomes.beginsAnew(job)
        this.#parts.onAnew(job)
        return
      case 'again':
        this.#parts.onAgain(job)
        return
      case 'interrupted':
        if (result.by === 'network') await this.#renew(job, 'broken')
        else outcomes.waits(job, result.by)
        return
      case 'unable':
        await this.#renew(job, 'unable')
        return
      case 'unreadable':
        outcomes.fileLost(job)
        return
      case 'refused':
        outcomes.refused(job, result.code, { code: 'refused', detail: { code: result.code } }, 'storage')
        return
      case 'gone':
        if (job.sent > 0) await this.#renew(job, 'lost')
        else this.#createAgain(job)
        return
      case 'ticket':
        await this.#renew(job, 'refused')
    }
  }

  /** Only what an earlier page or another device began can have been changed unseen: browsers watch open files. */
  #contentHash({ file, continued }: Job): Promise<string | null> | null {
    if (!continued || file === null) return null
    const known = this.#hashes.get(file)
    const hash = known ?? this.#parts.hasher.hash(file, { onProgress: () => undefined, signal: this.#closed.signal })
    this.#hashes.set(file, hash)
    return hash
  }

  /** Its receipt came too late: another device, or another storage, has it by now. */
  async #goneOnElsewhere(job: Job): Promise<void> {
    Object.assign(job, { allSent: false, receipt: null, place: null })
    await this.#renew(job, 'refused')
  }

  #createAgain(job: Job): void {
    Object.assign(job, { begun: false, allSent: false, receipt: null, sent: 0, ahead: 0 })
    this.#again(job)
  }

  #again(job: Job): void {
    job.refusals += 1
    if (job.refusals > TICKETS_REFUSED_MAX) {
      this.#parts.outcomes.failed(job, { code: 'refused', detail: { code: 'ticket' } })
    } else {
      this.#parts.onAgain(job)
    }
  }

  async #renew(job: Job, reason: RenewalReason): Promise<void> {
    const { outcomes } = this.#parts
    if (job.uploadId === null) return
    const stop = new AbortController()
    job.stop = stop
    const renewed = await (reason === 'refused' || reason === 'lost'
      ? renewal(job, job.uploadId, reason)
      : this.#causes.find(job, job.uploadId, reason))
    if (job.stop !== stop || stop.signal.aborted) return
    job.stop = null
    if (renewed.kind === 'renewed') this.#goOn(job, renewed.ticket, reason)
    else if (renewed.kind === 'finished') outcomes.stored(job, { entry: null, notice: 'finished_elsewhere' })
    else if (renewed.kind === 'final' && job.ofOther) {
      // The other page has given it up, so it is begun here.
      outcomes.beginsAnew(job)
      this.#parts.onAnew(job)
      this.#parts.onFree()
    } else if (renewed.kind === 'final') outcomes.failed(job, renewed.error)
    else if (renewed.kind === 'elsewhere') outcomes.elsewhere(job, renewed.agent)
    else this.#waits(job, reason, renewed.kind)
  }

  #waits(job: Job, reason: RenewalReason, by: 'network' | 'storage'): void {
    // No other one takes it, so its own is tried again.
    if (by === 'storage' && job.place !== null) this.#parts.left.comeBack(job.place.storageName)
    this.#parts.outcomes.waits(job, by === 'storage' ? silentOf(reason) : by)
  }

  #goOn(job: Job, ticket: RenewedTicket, reason: RenewalReason): void {
    job.takeOver = false
    const from = job.place?.storageName
    const moved = this.#placeAt(job, ticket)
    if (moved && from !== undefined && (reason === 'unable' || reason === 'broken')) {
      this.#parts.left.leave(from, Date.now())
    }
    if (moved && ticket.startsOver === true) Object.assign(job, { begun: false, sent: 0, ahead: 0 })
    const step = afterRenewal({ reason, moved, moves: job.moves })
    if (step === 'again') this.#again(job)
    else if (step === 'create') this.#createAgain(job)
    else if (step === 'wait') this.#waits(job, reason, 'storage')
    else {
      job.moves += 1
      this.#parts.onAgain(job)
    }
  }

  /** Whether that is another storage than before. */
  #placeAt(job: Job, ticket: RenewedTicket): boolean {
    const moved = job.place !== null && job.place.storageName !== ticket.storageName
    if (moved) {
      const { storageName: storage, startsOver = false } = ticket
      this.#parts.store.dispatch({ type: 'moved-on', id: job.id, storage, startsOver })
      // The other storage may lack some of it: it is asked.
      Object.assign(job, { allSent: false, receipt: null })
    }
    job.place = { ...ticket, receivedAt: Date.now() }
    return moved
  }

  /** Where a speed is set, one connection is enough to reach it. */
  #lanes(job: Job): number {
    if (this.#pace.isLimited) return 1
    const there = [...this.#running].filter(({ allSent, place }) => !allSent && place?.endpoint === job.place?.endpoint)
    const large = there.filter((other) => slotsOf(other) > 1).length
    return lanesFor({ large, small: there.length - large })
  }

  #sample(job: Job, stop: AbortController, { bytes, ahead }: { bytes: number; ahead: number }): void {
    if (job.stop !== stop) return
    if (bytes > job.sent) this.#parts.outcomes.moved(job)
    Object.assign(job, { sent: bytes, ahead })
    this.#samples.set(job.id, bytes)
  }

  #tick(): void {
    const { store, memory } = this.#parts
    const samples = [...this.#samples].map(([id, sent]) => ({ id, sent }))
    this.#samples.clear()
    store.dispatch({ type: 'progressed', samples, now: Date.now() })
    store.flush()
    this.#ticks += 1
    if (this.#ticks % REMEMBER_EVERY_TICKS === 0) {
      // What goes with others goes as a whole: of how far it is there is nothing to remember.
      void memory.remember([...this.#running].filter(({ begun }) => begun))
    }
    if (this.#running.size > 0 || this.#ticker === null) return
    clearInterval(this.#ticker)
    this.#ticker = null
  }
}
