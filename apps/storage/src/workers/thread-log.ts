import { Status } from '@cairn/dfs-core'
import type { LogDone } from '../disk/log-done.ts'
import type { AppendOptions, NameLog } from '../disk/name-log.ts'
import { StoreError } from '../disk/store-error.ts'
import type { BinlogOp } from '../engine/binlog.ts'
import { ErrandSender, type Errands, type Outcomes } from './errands.ts'
import type { SentRecord } from './messages.ts'
import type { SharedNames } from './shared-names.ts'

export interface ThreadLogOptions {
  readonly thread: number
  readonly names: SharedNames
  /** Unix seconds. */
  readonly now: () => number
  send(records: Errands<SentRecord>): void
}

/** The log as a thread sees it: the main thread writes; the records of one turn of the event loop go there together. */
export class ThreadLog implements NameLog {
  readonly #options: ThreadLogOptions
  readonly #slots = new Map<string, number>()
  readonly #records: ErrandSender<SentRecord, Error | undefined>
  #drawn = -1

  constructor(options: ThreadLogOptions) {
    this.#options = options
    this.#records = new ErrandSender((records) => options.send(records))
  }

  drawTimestamp(): number {
    const { names, thread, now } = this.#options
    // Drawn for a name that could not be made.
    if (this.#drawn >= 0) names.free(thread, this.#drawn)
    const { slot, timestamp } = names.draw(thread, now)
    this.#drawn = slot
    if (slot < 0) throw new StoreError(Status.EBUSY, 'more files are being stored at once than connections allowed')
    return timestamp
  }

  /** The name that the last time was drawn for. */
  hold(name: string): void {
    const { names, thread } = this.#options
    names.name(thread, this.#drawn, name)
    this.#slots.set(name, this.#drawn)
    this.#drawn = -1
  }

  release(name: string): void {
    const slot = this.#takeSlot(name)
    if (slot >= 0) this.#options.names.free(this.#options.thread, slot)
  }

  append(op: BinlogOp, name: string, done: LogDone, options: AppendOptions = {}): void {
    const { extra = '', durable = false, timestamp } = options
    this.#records.send({ op, name, slot: this.#takeSlot(name), extra, durable, timestamp }, done)
  }

  /** The main thread has written these. */
  written(written: Outcomes<Error | undefined>): void {
    this.#records.settle(written)
  }

  #takeSlot(name: string): number {
    const slot = this.#slots.get(name) ?? -1
    this.#slots.delete(name)
    return slot
  }
}
