import { Status } from '@cairn/dfs-core'
import type { LogDone } from '../disk/log-done.ts'
import type { AppendOptions, NameLog } from '../disk/name-log.ts'
import { StoreError } from '../disk/store-error.ts'
import type { BinlogOp } from '../engine/binlog.ts'
import type { SentRecord, Written } from './messages.ts'
import type { SharedNames } from './shared-names.ts'

export interface ThreadLogOptions {
  readonly thread: number
  readonly names: SharedNames
  /** Unix seconds. */
  readonly now: () => number
  send(records: readonly SentRecord[]): void
}

/** The log as a thread sees it: the main thread writes; the records of one turn of the event loop go there together. */
export class ThreadLog implements NameLog {
  readonly #options: ThreadLogOptions
  readonly #slots = new Map<string, number>()
  readonly #waiting = new Map<number, LogDone>()
  #drawn = -1
  #lastId = 0
  #records: SentRecord[] = []

  constructor(options: ThreadLogOptions) {
    this.#options = options
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
    this.#lastId += 1
    this.#waiting.set(this.#lastId, done)
    this.#records.push({ id: this.#lastId, op, name, slot: this.#takeSlot(name), extra, durable, timestamp })
    if (this.#records.length === 1) setImmediate(() => this.#send())
  }

  /** The main thread has written these. */
  written(written: readonly Written[]): void {
    for (const { id, error } of written) {
      const done = this.#waiting.get(id)
      this.#waiting.delete(id)
      done?.(error)
    }
  }

  #send(): void {
    const records = this.#records
    this.#records = []
    this.#options.send(records)
  }

  #takeSlot(name: string): number {
    const slot = this.#slots.get(name) ?? -1
    this.#slots.delete(name)
    return slot
  }
}
