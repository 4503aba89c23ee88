import type { ClusterState } from '../cluster/cluster-state.ts'
import type { StorageConfig } from '../config.ts'
import type { BinlogPosition } from '../disk/binlog-files.ts'
import { BinlogReader } from '../disk/binlog-reader.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Mark } from '../disk/mark-file.ts'
import { DAMAGED_HERE, type Quarantine } from '../disk/quarantine.ts'
import type { BinlogRecord } from '../engine/binlog.ts'
import type { Counters } from '../engine/counters.ts'
import { divide, lotBytes } from '../engine/sync-lots.ts'
import { createSyncWindow, isBeforeOwnPart, isWanted, type Slot, type SyncWindow } from '../engine/sync-plan.ts'
import type { Logger } from '../handlers/context.ts'
import type { Delivery } from './deliver.ts'
import { createSetAside, type SetAside } from './failed-records.ts'
import { createMarkKeeper, type MarkKeeper } from './mark-keeper.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import type { PeerLink } from './peer-link.ts'
import { createProgressTeller, type ProgressTeller } from './progress-teller.ts'
import { RecordSender } from './record-sender.ts'
import { settleable } from './settleable.ts'
import { SilentLinks } from './silent-links.ts'
import type { Tries } from './tries.ts'

export interface SyncRunOptions {
  readonly config: StorageConfig
  readonly store: FileStore
  readonly state: ClusterState
  readonly counters: Counters
  readonly logger: Logger
  readonly peerId: string
  readonly mark: Mark
  readonly abilities: PeerAbilities
  /** The connection that has identified itself: only what arrives in order goes over it. */
  readonly teller: PeerLink
  readonly quarantine: Quarantine
  readonly tries: Tries
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
  readonly #silent: SilentLinks
  readonly #sender: RecordSender
  readonly #cleanUp: Array<() => void>
  readonly #finish: (error?: unknown) => void
  #tellerIsIdle = true
  #scheduled = false
  #ended = false
  #atEnd = false
  /** Nothing is read until the window is empty: what was set aside is to be tried again, and alone. */
  #isDraining = false
  #lastUsed = Date.now()

  constructor(options: SyncRunOptions) {
    this.#options = options
    this.#reader = new BinlogReader(options.store.log, options.mark)
    this.#delivery = {
      store: options.store,
      peerId: options.peerId,
      peerTakesLinks: options.abilities.isCairn,
      peerIsAhead: false,
      sentBytes: 0,
    }
    this.#progress = createProgressTeller(options)
    this.#setAside = createSetAside({ ...options, delivery: this.#delivery })
    this.#marks = createMarkKeeper(options)
    this.#silent = new SilentLinks({
      connect: options.connect,
      onOpen: (link) => this.#free(link),
      onFailure: (error) =>
        options.logger.debug({ err: error, peer: options.peerId }, 'no further connection to a member'),
    })
    this.#sender = new RecordSender({
      ...options,
      delivery: this.#delivery,
      window: this.#window,
      marks: this.#marks,
      progress: this.#progress,
      setAside: this.#setAside,
    })
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
      if (!this.#isDraining) this.#readAhead()
    } catch (error) {
      this.#end(error)
      return
    }
    if (this.#tellerIsIdle) this.#feedTeller()
    this.#feedSilent()
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
      if (entry.damage !== undefined && !quarantine.has(entry.damage)) {
        logger.error({ peer: this.#options.peerId, damage: entry.damage }, 'a line of the binlog cannot be sent')
        quarantine.add(entry.damage, `${DAMAGED_HERE}a line of the log`)
      }
      const { record } = entry
      if (record === null || !this.#isToSend(record, mark)) this.#window.pass(entry.end)
      else this.#window.add(record, entry.end, this.#mayShare(record) ? lotBytes(record) : null)
    }
    if (!this.#window.isFull) this.#schedule()
  }

  /** What an earlier run set aside in front of the mark is tried again in its time, not here. */
  #isToSend(record: BinlogRecord, mark: Mark): boolean {
    return isWanted(record, mark) && !isBeforeOwnPart(record, mark) && !this.#setAside.has(record)
  }

  #feedTeller(): void {
    const { teller } = this.#options
    // Whoever gets a record here is believed to have everything before it.
    const { missingSince } = this.#setAside
    const first = missingSince === Number.POSITIVE_INFINITY ? this.#window.first() : null
    if (first !== null && !this.#goesTogether(first)) {
      this.#tellerIsIdle = false
      this.#send(teller, [first])
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

  /** Whether a record may go together with others: not while each one is to be followed by a pause. */
  #mayShare(record: BinlogRecord): boolean {
    const { abilities, config, tries } = this.#options
    return abilities.takesLots && config.syncIntervalMs === 0 && !tries.has(record)
  }

  /** A small file that is new waits for a silent connection when it is not the only one. */
  #goesTogether(first: Slot<BinlogPosition>): boolean {
    if (first.lotBytes === null || this.#delivery.peerIsAhead || this.#silent.count === 0) return false
    return this.#sender.lotsUnderWay > 0 || this.#window.free().filter((slot) => slot.lotBytes !== null).length > 1
  }

  #feedSilent(): void {
    const free = this.#window.free()
    const requests = this.#delivery.peerIsAhead ? free.map((slot) => [slot]) : divide(free, this.#sender.lotsUnderWay)
    for (const slots of requests) {
      const link = this.#silent.take()
      if (link === undefined) break
      this.#send(link, slots)
    }
    if (!this.#silent.hasIdle && this.#window.free().length > 0) this.#openSilent()
  }

  /** More connections while there is work for them. The run goes on without one that cannot be opened. */
  #openSilent(): void {
    const spare = this.#setAside.missingSince === Number.POSITIVE_INFINITY ? 0 : 1
    this.#silent.openMore(Math.max(this.#options.config.syncConnections - 1, spare))
  }

  #send(link: PeerLink, slots: ReadonlyArray<Slot<BinlogPosition>>): void {
    this.#lastUsed = Date.now()
    this.#sender.send(link, slots).then(
      () => this.#free(link),
      (error: unknown) => this.#end(error),
    )
  }

  #free(link: PeerLink): void {
    const { syncIntervalMs } = this.#options.config
    if (syncIntervalMs > 0) setTimeout(() => this.#rested(link), syncIntervalMs)
    else this.#rested(link)
  }

  #rested(link: PeerLink): void {
    if (link === this.#options.teller) this.#tellerIsIdle = true
    else this.#silent.rest(link)
    this.#schedule()
  }

  #caughtUp(): void {
    if (!this.#marks.mark.needSyncOld || this.#marks.mark.syncOldDone) return
    this.#marks.historyDone()
    this.#end()
  }

  #tick(): void {
    const { config, teller } = this.#options
    this.#marks.saveIfDue()
    this.#tryAgain()
    this.#schedule()
    if (!this.#tellerIsIdle || Date.now() - this.#lastUsed < config.heartBeatIntervalMs) return
    this.#lastUsed = Date.now()
    this.#tellerIsIdle = false
    teller.activeTest().then(
      () => this.#free(teller),
      (error: unknown) => this.#end(error),
    )
  }

  /** A source that is never idle gets to it, too. */
  #tryAgain(): void {
    if (this.#setAside.isRetrying) return
    this.#isDraining = this.#setAside.isDue()
    if (!this.#isDraining) return
    // Nobody looks whether the log goes on.
    this.#atEnd = false
    if (this.#window.isEmpty) this.#setAside.retryIfDue((error) => this.#retried(error))
  }

  #retried(error?: unknown): void {
    this.#isDraining = false
    if (error === undefined) this.#schedule()
    else this.#end(error)
  }

  /** Saves how far it came, closes everything, and only then reports. */
  #end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    for (const clean of this.#cleanUp) clean()
    this.#sender.stop()
    this.#silent.close()
    this.#reader.close()
    this.#marks.reached(this.#window.front)
    this.#marks.save().then(
      () => this.#finish(error),
      (saveError: unknown) => this.#finish(error ?? saveError),
    )
  }
}
