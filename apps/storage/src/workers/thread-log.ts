import { closeSync, openSync } from 'node:fs'
import { Status } from '@cairn/dfs-core'
import { binlogPath } from '../disk/binlog-files.ts'
import type { LogDone } from '../disk/log-done.ts'
import { writeLines } from '../disk/log-end.ts'
import { LOG_FILE_BYTES } from '../disk/log-writer.ts'
import type { AppendOptions, NameLog } from '../disk/name-log.ts'
import { StoreError } from '../disk/store-error.ts'
import { type BinlogOp, formatRecord } from '../engine/binlog.ts'
import { ErrandSender, type Errands, type Outcomes } from './errands.ts'
import type { SentRecord } from './messages.ts'
import type { SharedNames } from './shared-names.ts'

export interface ThreadLogOptions {
  readonly thread: number
  readonly names: SharedNames
  /** Of the log. */
  readonly folder: string
  /** Unix seconds. */
  readonly now: () => number
  readonly fileBytesMax?: number
  send(records: Errands<SentRecord>): void
  /** Called before records are written: nobody else writes any meanwhile. */
  beforeWriting?(): void
  /** The log has grown; told some milliseconds later, for all records until then. */
  hasWritten(): void
}

interface Pending {
  readonly op: BinlogOp
  readonly name: string
  readonly done: LogDone
  readonly options: AppendOptions
}

/** Readers of the log sleep so long at most after a record was written. */
const TELL_MS = 5

/**
 * The log as a thread sees it. It writes what is acknowledged after write(2) by itself, the records of one turn of the
 * event loop at once. What must be durable goes to the main thread, where all wait for one sync; so does everything
 * while a new file of the log is due, or the log has failed.
 */
export class ThreadLog implements NameLog {
  readonly #options: ThreadLogOptions
  readonly #slots = new Map<string, number>()
  readonly #records: ErrandSender<SentRecord, Error | undefined>
  #drawn = -1
  #pending: Pending[] = []
  #fd = -1
  #index = -1
  #telling: NodeJS.Timeout | null = null

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
    if (options.durable === true) this.#sendRecord(op, name, done, options)
    else if (this.#pending.push({ op, name, done, options }) === 1) setImmediate(() => this.#writePending())
  }

  /** The main thread has written these. */
  written(written: Outcomes<Error | undefined>): void {
    this.#records.settle(written)
  }

  close(): void {
    if (this.#telling !== null) clearTimeout(this.#telling)
    this.#forgetFile()
  }

  #sendRecord(op: BinlogOp, name: string, done: LogDone, options: AppendOptions): void {
    const { extra = '', durable = false, timestamp } = options
    this.#records.send({ op, name, slot: this.#takeSlot(name), extra, durable, timestamp }, done)
  }

  #writePending(): void {
    const pending = this.#pending
    this.#pending = []
    let error: Error | undefined
    try {
      if (!this.#options.names.logEnd.locked(() => this.#write(pending))) {
        for (const { op, name, done, options } of pending) this.#sendRecord(op, name, done, options)
        return
      }
      this.#telling ??= setTimeout(() => this.#tell(), TELL_MS)
    } catch (cause) {
      error = new Error('cannot write to the log', { cause })
    }
    for (const { done } of pending) done(error)
  }

  /** False when this is for the main thread to do. */
  #write(pending: readonly Pending[]): boolean {
    const { names, now, fileBytesMax = LOG_FILE_BYTES } = this.#options
    const end = names.logEnd
    this.#options.beforeWriting?.()
    if (!end.isOpen || end.size >= fileBytesMax) return false
    let lines = ''
    for (const { op, name, options } of pending) {
      const timestamp = options.timestamp ?? names.nextTime(now())
      lines += formatRecord({ timestamp, op, name, extra: options.extra ?? '' })
    }
    writeLines(this.#open(end.index), end, lines)
    for (const { name } of pending) this.release(name)
    return true
  }

  #open(index: number): number {
    if (this.#index === index) return this.#fd
    this.#forgetFile()
    this.#fd = openSync(binlogPath(this.#options.folder, index), 'a')
    this.#index = index
    return this.#fd
  }

  #forgetFile(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
    this.#index = -1
  }

  #tell(): void {
    this.#telling = null
    this.#options.hasWritten()
  }

  #takeSlot(name: string): number {
    const slot = this.#slots.get(name) ?? -1
    this.#slots.delete(name)
    return slot
  }
}
