import type { BinlogPosition } from '../disk/binlog-files.ts'
import { type Counters, countBytes } from '../engine/counters.ts'
import type { Slot, SyncWindow } from '../engine/sync-plan.ts'
import { type Delivery, deliver } from './deliver.ts'
import { deliverLot } from './deliver-lot.ts'
import type { SetAside } from './failed-records.ts'
import type { MarkKeeper } from './mark-keeper.ts'
import type { PeerLink } from './peer-link.ts'
import type { ProgressTeller } from './progress-teller.ts'
import { type Tries, takesNothing } from './tries.ts'

export interface RecordSenderOptions {
  readonly delivery: Delivery
  readonly window: SyncWindow<BinlogPosition>
  readonly marks: MarkKeeper
  readonly progress: ProgressTeller
  readonly setAside: SetAside
  readonly counters: Counters
  /** The connection on which a record tells how far the peer has come. */
  readonly teller: PeerLink
  readonly tries: Tries
}

type RecordSlot = Slot<BinlogPosition>

/** Sends records of the window, and settles there what became of them. */
export class RecordSender {
  readonly #options: RecordSenderOptions
  #lotsUnderWay = 0
  #isStopped = false

  constructor(options: RecordSenderOptions) {
    this.#options = options
  }

  /**
   * Requests with new small files that are not answered yet. One with a single file counts, too: those that come
   * meanwhile wait for its answer together.
   */
  get lotsUnderWay(): number {
    return this.#lotsUnderWay
  }

  /** Several in one request. Resolves when the link may be used again; rejects with what ends this run. */
  async send(link: PeerLink, slots: readonly RecordSlot[]): Promise<void> {
    const lots = slots.some(({ lotBytes }) => lotBytes !== null) ? 1 : 0
    const [first, ...others] = slots
    for (const slot of slots) this.#options.window.start(slot)
    this.#lotsUnderWay += lots
    try {
      if (first !== undefined && others.length === 0) await this.#sendOne(link, first)
      else await this.#sendLot(link, slots)
    } finally {
      this.#lotsUnderWay -= lots
    }
  }

  /** Connections break from now on because the run has ended: that is no failure of a record. */
  stop(): void {
    this.#isStopped = true
  }

  async #sendOne(link: PeerLink, slot: RecordSlot): Promise<void> {
    const { delivery, progress, teller } = this.#options
    try {
      await deliver(delivery, link, slot.record)
    } catch (error) {
      if (this.#isStopped) throw error
      this.#failed(link, slot, error)
      return
    }
    if (link === teller) progress.told(slot.record.timestamp)
    this.#arrived(slot)
  }

  /** What is refused among others goes alone the next time, and is refused or set aside there. */
  async #sendLot(link: PeerLink, slots: readonly RecordSlot[]): Promise<void> {
    const failures = await this.#deliverLot(link, slots)
    for (const [index, slot] of slots.entries()) {
      const failure = failures[index] ?? null
      if (failure === null) this.#arrived(slot)
      else this.#putBack(slot, failure)
    }
    const refusal = failures.find(takesNothing)
    if (refusal !== undefined) throw refusal
  }

  /** When nobody knows what has arrived, one of them may be what breaks the connection: all go alone the next time. */
  async #deliverLot(link: PeerLink, slots: readonly RecordSlot[]): Promise<unknown[]> {
    try {
      return await deliverLot(this.#options.delivery, link, slots)
    } catch (error) {
      if (!this.#isStopped) for (const slot of slots) this.#putBack(slot, error)
      throw error
    }
  }

  #arrived(slot: RecordSlot): void {
    const { counters, delivery, marks, progress, tries, window } = this.#options
    progress.delivered(slot.record)
    window.delivered(slot)
    marks.sent()
    tries.forget(slot.record)
    countBytes(counters, 'SyncOut', delivery.sentBytes, delivery.sentBytes)
    delivery.sentBytes = 0
  }

  /** A record that keeps failing is set aside; anything else ends this run, and the next one starts at the mark. */
  #failed(link: PeerLink, slot: RecordSlot, error: unknown): void {
    const { setAside, tries, window } = this.#options
    this.#putBack(slot, error)
    if (!tries.areSpent(slot.record, link, error)) throw error
    tries.forget(slot.record)
    setAside.add(slot.record, error)
    window.delivered(slot)
    if (!link.connection.usable) throw error
  }

  #putBack(slot: RecordSlot, error: unknown): void {
    this.#options.tries.failed(slot.record, error)
    this.#options.window.failed(slot)
  }
}
