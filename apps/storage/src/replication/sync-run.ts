import type { ClusterState } from '../cluster/cluster-state.ts'
import type { StorageConfig } from '../config.ts'
import type { BinlogPosition } from '../disk/binlog-files.ts'
import { BinlogReader } from '../disk/binlog-reader.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Mark } from '../disk/mark-file.ts'
import { DAMAGED_HERE, type Quarantine } from '../disk/quarantine.ts'
import { formatRecord } from '../engine/binlog.ts'
import { type Counters, countBytes } from '../engine/counters.ts'
import { createSyncWindow, isBeforeOwnPart, isWanted, type Slot, type SyncWindow } from '../engine/sync-plan.ts'
import type { Logger } from '../handlers/context.ts'
import { type Delivery, deliver } from './deliver.ts'
import { createSetAside, isPeerFull, type SetAside, triesMax } from './failed-records.ts'
import { createMarkKeeper, type MarkKeeper } from './mark-keeper.ts'
import type { PeerLink } from './peer-link.ts'
import { createProgressTeller, type ProgressTeller } from './progress-teller.ts'
import { settleable } from './settleable.ts'

export interface SyncRunOptions {
  readonly config: StorageConfig
  readonly store: FileStore
  readonly state: ClusterState
  readonly counters: Counters
  readonly logger: Logger
  readonly peerId: string
  readonly mark: Mark
  readonly peerIsCairn: boolean
  /** The connection that has identified itself: only what arrives in order goes over it. */
  readonly teller: PeerLink
  readonly quarantine: Quarantine
  readonly tries: Map<string, number>
  connect(): Promise<PeerLink>
  /** False as soon as the peer's status says that nothing is to be sent. */
  isServed(): boolean
  saveMark(mark: Mark): Promise<void>
}

/** Records that are read ahead: enough to keep every connection busy past one file that is changed again and again. */
const WINDOW_RECORDS = 256
/** Lines looked at in one turn of the event loop. */
const LINES_PER_TURN = 1000
const TICK_MS = 1000

/**
 * Sends the log from one place on, over several connections. Each file gets its changes in order; the mark moves over
 * what has arrived without a gap. Ends when the peer is not to be served any more, or with an error.
 */
export class SyncRun {
  readonly done: Promise<void>
  readonly #options: SyncRunOptions
  readonly #reader: BinlogReader
  readonly #window: SyncWindow<BinlogPosition> = createSyncWindow(WINDOW_RECORDS)
  readonly #delivery: Delivery
  readonly #progress: ProgressTeller
  readonly #setAside: SetAside
  readonly #marks: MarkKeeper
  /** Connections that tell nothing, and those of them without work. */
  readonly #silent = new Set<PeerLink>()
  readonly #idle: PeerLink[] = []
  readonly #cleanUp: Array<() => void>
  readonly #finish: (error?: unknown) => void
  #tellerIsIdle = true
  #opening = false
  #scheduled = false
  #ended = false
  #atEnd = false
  #lastUsed = Date.now()

  constructor(options: SyncRunOptions) {
    this.#options = options
    this.#reader = new BinlogReader(options.store.log, options.mark)
    this.#delivery = { store: options.store, peerId: options.peerId, peerIsAhead: false, sentBytes: 0 }
    this.#progress = createProgressTeller(options)
    this.#setAside = createSetAside({ ...options, delivery: this.#delivery })
    this.#marks = createMarkKeeper(options)
    const { promise, finish } = settleable()
    this.done = promise
    this.#finish = finish
    const timer = setInterval(() => this.#tick(), TICK_MS)
    this.#cleanUp = [
      () => clearInterval(timer),
      options.store.log.onWritten(() => this.#schedule()),
      options.state.onChange(() => this.#schedule()),
    ]
    this.#schedule()
  }

  /** How far everything has arrived without a gap. */
  get mark(): Mark {
    return this.#marks.mark
  }

  stop(): void {
    this.#end()
  }

  /** Once a turn of the event loop, however many records were written in it. */
  #schedule(): void {
    if (this.#scheduled || this.#ended) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#ended || this.#setAside.isRetrying) return
    if (!this.#options.isServed()) {
      this.#end()
      return
    }
    try {
      this.#readAhead()
    } catch (error) {
      this.#end(error)
      return
    }
    if (this.#tellerIsIdle) this.#feedTeller()
    for (let link = this.#idle.pop(); link !== undefined; link = this.#idle.pop()) {
      const slot = this.#window.take()
      if (slot === null) {
        this.#idle.push(link)
        break
      }
      this.#send(link, slot)
    }
    if (this.#window.hasFree) this.#openSilent()
    this.#marks.reached(this.#window.front)
    if (this.#atEnd && this.#window.isEmpty) this.#caughtUp()
  }

  /** Takes lines until the window is full or this turn has looked at enough. */
  #readAhead(): void {
    const { mark, quarantine, logger } = this.#options
    for (let lines = 0; lines < LINES_PER_TURN && !this.#window.isFull; lines += 1) {
      const entry = this.#reader.next()
      this.#atEnd = entry === null
      if (entry === null) return
      this.#marks.scanned()
      if (entry.damage !== undefined) {
        logger.error({ peer: this.#options.peerId, damage: entry.damage }, 'a line of the binlog cannot be sent')
        quarantine.add(entry.damage, `${DAMAGED_HERE}a line of the log`)
      }
      const { record } = entry
      if (record === null || !isWanted(record, mark) || isBeforeOwnPart(record, mark)) this.#window.pass(entry.end)
      else this.#window.add(record, entry.end)
    }
    if (!this.#window.isFull) this.#schedule()
  }

  #feedTeller(): void {
    const { teller } = this.#options
    // Whoever gets a record here is believed to have everything before it.
    const { missingSince } = this.#setAside
    const first = missingSince === Number.POSITIVE_INFINITY ? this.#window.takeFirst() : null
    if (first !== null) {
      this.#tellerIsIdle = false
      this.#send(teller, first)
      return
    }
    const front = Math.min(this.#window.front?.timestamp ?? 0, missingSince - 1)
    const isCaughtUp = this.#atEnd && this.#window.isEmpty
    const tell =
      this.#progress.next(front, true) ??
      (isCaughtUp ? this.#progress.next(Math.min(this.#options.store.log.watermark(), missingSince - 1), false) : null)
    if (tell === null) return
    this.#tellerIsIdle = false
    tell().then(
      () => this.#free(teller),
      (error: unknown) => this.#end(error),
    )
  }

  #send(link: PeerLink, slot: Slot<BinlogPosition>): void {
    this.#lastUsed = Date.now()
    deliver(this.#delivery, link, slot.record).then(
      () => {
        if (link === this.#options.teller) this.#progress.told(slot.record.timestamp)
        this.#progress.delivered(slot.record)
        this.#done(slot)
        this.#free(link)
      },
      (error: unknown) => this.#failed(link, slot, error),
    )
  }

  #done(slot: Slot<BinlogPosition>): void {
    const { counters, tries } = this.#options
    this.#window.delivered(slot)
    this.#marks.sent()
    if (tries.size > 0) tries.delete(formatRecord(slot.record))
    countBytes(counters, 'SyncOut', this.#delivery.sentBytes, this.#delivery.sentBytes)
    this.#delivery.sentBytes = 0
  }

  #free(link: PeerLink): void {
    const { syncIntervalMs } = this.#options.config
    if (syncIntervalMs > 0) setTimeout(() => this.#rested(link), syncIntervalMs)
    else this.#rested(link)
  }

  #rested(link: PeerLink): void {
    if (link === this.#options.teller) this.#tellerIsIdle = true
    else this.#idle.push(link)
    this.#schedule()
  }

  /** A record that keeps failing is set aside; anything else ends this run, and the next one starts at the mark. */
  #failed(link: PeerLink, slot: Slot<BinlogPosition>, error: unknown): void {
    if (this.#ended) return
    const { tries } = this.#options
    const line = formatRecord(slot.record)
    const count = (tries.get(line) ?? 0) + 1
    if (!isPeerFull(error)) tries.set(line, count)
    if (count >= triesMax(link, error)) {
      tries.delete(line)
      this.#setAside.add(slot.record, error)
      this.#window.delivered(slot)
      if (link.connection.usable) this.#free(link)
      else this.#end(error)
      return
    }
    this.#window.failed(slot)
    this.#end(error)
  }

  /** More connections are opened while there is work for them. The run goes on without one that cannot be opened. */
  #openSilent(): void {
    const { config, connect, logger, peerId } = this.#options
    const silentMax = Math.max(
      config.syncConnections - 1,
      this.#setAside.missingSince === Number.POSITIVE_INFINITY ? 0 : 1,
    )
    if (this.#opening || this.#silent.size >= silentMax) return
    this.#opening = true
    connect().then(
      (link) => {
        this.#opening = false
        if (this.#ended) {
          link.close()
          return
        }
        this.#silent.add(link)
        this.#free(link)
      },
      (error: unknown) => {
        this.#opening = false
        logger.debug({ err: error, peer: peerId }, 'no further connection to a member')
      },
    )
  }

  #caughtUp(): void {
    if (!this.#marks.mark.needSyncOld || this.#marks.mark.syncOldDone) return
    this.#marks.historyDone()
    this.#end()
  }

  #tick(): void {
    const { config, teller } = this.#options
    this.#marks.saveIfDue()
    if (this.#atEnd && this.#window.isEmpty) this.#setAside.retryIfDue((error) => this.#retried(error))
    this.#schedule()
    if (!this.#tellerIsIdle || Date.now() - this.#lastUsed < config.heartBeatIntervalMs) return
    this.#lastUsed = Date.now()
    this.#tellerIsIdle = false
    teller.activeTest().then(
      () => this.#free(teller),
      (error: unknown) => this.#end(error),
    )
  }

  #retried(error?: unknown): void {
    if (error === undefined) this.#schedule()
    else this.#end(error)
  }

  /** Saves how far it came, closes everything, and only then reports. */
  #end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    for (const clean of this.#cleanUp) clean()
    for (const link of this.#silent) link.close()
    this.#reader.close()
    this.#marks.reached(this.#window.front)
    this.#marks.save().then(
      () => this.#finish(error),
      (saveError: unknown) => this.#finish(error ?? saveError),
    )
  }
}
