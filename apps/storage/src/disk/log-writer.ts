import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync } from 'node:fs'
import { type BinlogOp, formatRecord, isSourceOp } from '../engine/binlog.ts'
import { syncFolder } from './atomic-file.ts'
import { type BinlogPosition, binlogPath, openForAppend, saveWriteIndex } from './binlog-files.ts'
import type { LogDone } from './log-done.ts'
import { createLogEnd, type LogEnd, writeLines } from './log-end.ts'
import type { AppendOptions, NameLog } from './name-log.ts'
import { createRecordClock, HOLD_SECONDS_MAX, type RecordClock } from './record-clock.ts'

/**
 * Orders, writes, syncs and rotates the binlog of one storage process. Other threads may write records of new files
 * behind what it has written (`LogEnd`); they send it all others.
 *
 * Times: a name is drawn (`drawTimestamp`), held while its record is not yet written (`hold`), and let go by the record
 * with that name or by `release`. A record gets its time when it is written. While a name is held no record gets a later
 * time than it, so a reader of the log who applied all records up to time W has every file whose name says less than W.
 */
export interface LogWriter extends NameLog {
  isHeld(name: string): boolean
  /** Everything with a time up to and including this one is in the log. */
  watermark(): number
  /** Where its files are. */
  readonly folder: string
  /** A sync failed, and since then nothing is written. */
  readonly isFailed: boolean
  /** Unix seconds: time of the newest record of this storage's own when the log was opened; 0 when there was none. */
  readonly openedAfter: number
  /** End of the log: records up to here are written. */
  position(): BinlogPosition
  /** Calls back after records were written; returns how to stop that. */
  onWritten(listener: () => void): () => void
  /** Others have written records, or ended in the midst of it: looks where the log ends now, and tells the listeners. */
  othersHaveWritten(): void
  /** `done` when everything appended before is durable; all who wait share one fdatasync. */
  sync(done: LogDone): void
  /** `sync` as a promise. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface LogWriterOptions {
  readonly folder: string
  /** Unix seconds. */
  readonly now?: () => number
  readonly rotateBytes?: number
  /** Where other threads draw names too: the clock that they share. `last`: the time of the newest record. */
  readonly clock?: ((last: number, now: () => number) => RecordClock) | undefined
  /** Where other threads write records too: the end that they share. */
  readonly end?: LogEnd | undefined
  /** Told what went wrong where nobody waits for an answer. */
  readonly report?: (message: string, error?: unknown) => void
}

/** A record that is not yet written. */
interface Pending {
  readonly op: BinlogOp
  readonly name: string
  readonly done: LogDone
  readonly options: AppendOptions
}

/** A file of the log that is so long is the last one's predecessor: FastDFS's own limit. */
export const LOG_FILE_BYTES = 1024 ** 3
/** Records that wait for the end of this turn of the event loop are written at once from here on. */
const PENDING_MAX = 4096

export function openLogWriter(options: LogWriterOptions): LogWriter {
  return new FileLogWriter(options)
}

/** Appends of one turn of the event loop become one write. */
class FileLogWriter implements LogWriter {
  readonly folder: string
  readonly openedAfter: number
  readonly #now: () => number
  readonly #clock: RecordClock
  readonly #end: LogEnd
  readonly #rotateBytes: number
  readonly #report: (message: string, error?: unknown) => void
  readonly #listeners = new Set<() => void>()
  readonly #held = new Map<string, number>()
  #fd: number
  #pending: Pending[] = []
  #scheduled = false
  #syncWaiters: LogDone[] = []
  #syncing = false
  readonly #retired: number[] = []
  #closed = false
  #failure: Error | null = null

  constructor(options: LogWriterOptions) {
    this.folder = options.folder
    this.#now = options.now ?? (() => Math.floor(Date.now() / 1000))
    this.#end = options.end ?? createLogEnd()
    this.#rotateBytes = options.rotateBytes ?? LOG_FILE_BYTES
    this.#report = options.report ?? (() => undefined)
    const opened = openForAppend(this.folder)
    this.#fd = opened.fd
    Object.assign(this.#end, { index: opened.index, size: opened.size, isOpen: true })
    this.#clock = (options.clock ?? createRecordClock)(opened.lastTimestamp, this.#now)
    this.openedAfter = opened.lastTimestamp
    if (opened.cut > 0) this.#report(`cut ${opened.cut} torn bytes off ${this.#path}`)
  }

  get isFailed(): boolean {
    return this.#failure !== null
  }

  append(op: BinlogOp, name: string, done: LogDone, options: AppendOptions = {}): void {
    if (this.#closed || this.#failure !== null) {
      done(this.#failure ?? new Error('the binlog is closed'))
      return
    }
    if (this.#pending.push({ op, name, done, options }) >= PENDING_MAX) this.#writePending()
    else this.#schedule()
  }

  drawTimestamp(): number {
    return this.#clock.draw()
  }

  hold(name: string, timestamp: number): void {
    this.#held.set(name, timestamp)
    this.#clock.keep(this.#oldestHeld())
  }

  release(name: string): void {
    this.#held.delete(name)
    this.#clock.keep(this.#oldestHeld())
  }

  isHeld(name: string): boolean {
    return this.#held.has(name) || this.#clock.isHeldElsewhere(name)
  }

  watermark(): number {
    const held = Math.min(this.#oldestHeld(), this.#clock.heldElsewhere())
    return Math.min(this.#clock.now(), held) - 1
  }

  position(): BinlogPosition {
    return { index: this.#end.index, offset: this.#end.size }
  }

  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  othersHaveWritten(): void {
    if (this.#closed) return
    this.#end.locked(() => {
      this.#end.size = fstatSync(this.#fd).size
    })
    this.#tellListeners()
  }

  sync(done: LogDone): void {
    this.#writePending()
    if (this.#closed || this.#failure !== null) {
      done(this.#failure ?? new Error('the binlog is closed'))
      return
    }
    this.#syncWaiters.push(done)
    this.#startSync()
  }

  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.sync((error) => (error === undefined ? resolve() : reject(error)))
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    // Who is answered may append more. What came after the end would be written to what has got the descriptor by then.
    while (this.#pending.length > 0) this.#writePending()
    const flushed = this.#failure === null ? this.flush() : Promise.resolve()
    this.#closed = true
    this.#end.isOpen = false
    this.#listeners.clear()
    await flushed.finally(() => closeSync(this.#fd))
  }

  #oldestHeld(): number {
    const limit = this.#now() - HOLD_SECONDS_MAX
    for (const [name, timestamp] of this.#held) {
      // Names are drawn in order of time, so the first one held is the oldest.
      if (timestamp >= limit) return timestamp
      this.#held.delete(name)
      this.#report(`${name} was drawn ${HOLD_SECONDS_MAX} s ago and never logged`)
    }
    return Number.POSITIVE_INFINITY
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#writePending()
    })
  }

  #writePending(): void {
    if (this.#pending.length === 0) return
    const pending = this.#pending
    this.#pending = []
    try {
      if (this.#failure !== null) throw this.#failure
      this.#end.locked(() => this.#write(pending))
    } catch (cause) {
      const error = this.#failure ?? new Error(`cannot write ${this.#path}`, { cause })
      for (const { done } of pending) this.#call(done, error)
      return
    }
    for (const { done, options } of pending) {
      if (options.durable === true) this.#syncWaiters.push(done)
      else this.#call(done)
    }
    if (this.#syncWaiters.length > 0) this.#startSync()
    this.#tellListeners()
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener()
  }

  #write(pending: readonly Pending[]): void {
    let lines = ''
    for (const { op, name, options } of pending) {
      const timestamp = options.timestamp ?? this.#clock.next(this.#oldestHeld())
      this.#held.delete(name)
      if (isSourceOp(op)) this.#clock.raise(timestamp)
      lines += formatRecord({ timestamp, op, name, extra: options.extra ?? '' })
    }
    this.#clock.keep(this.#oldestHeld())
    if (this.#end.size >= this.#rotateBytes) this.#rotate()
    writeLines(this.#fd, this.#end, lines)
  }

  get #path(): string {
    return binlogPath(this.folder, this.#end.index)
  }

  #rotate(): void {
    try {
      fdatasyncSync(this.#fd)
    } catch (error) {
      throw this.#syncFailed(error)
    }
    const next = this.#end.index + 1
    closeSync(openSync(binlogPath(this.folder, next), 'w', 0o644))
    syncFolder(this.folder)
    saveWriteIndex(this.folder, next)
    // Last, so that a try that fails, as each one does on a full disk, leaves nothing open.
    const appendFd = openSync(binlogPath(this.folder, next), 'a', 0o644)
    // A running fdatasync still uses the old descriptor; it is closed when that one has come back.
    const old = this.#fd
    this.#fd = appendFd
    this.#end.index = next
    this.#end.size = 0
    if (this.#syncing) this.#retired.push(old)
    else closeSync(old)
  }

  #startSync(): void {
    if (this.#syncing) return
    this.#syncing = true
    const waiters = this.#syncWaiters
    this.#syncWaiters = []
    fdatasync(this.#fd, (cause) => {
      this.#syncing = false
      for (const fd of this.#retired.splice(0)) closeSync(fd)
      const error = cause === null ? undefined : this.#syncFailed(cause)
      for (const done of waiters) this.#call(done, error)
      if (this.#syncWaiters.length > 0) this.#startSync()
    })
  }

  /** Nobody knows which records are on the disk, and a second sync would not tell: nothing is written any more. */
  #syncFailed(cause: unknown): Error {
    this.#end.isOpen = false
    this.#failure ??= new Error('the binlog could not be synced; nothing is written until the next start', { cause })
    this.#report('the binlog cannot be synced: this storage takes no changes any more', cause)
    return this.#failure
  }

  #call(done: LogDone, error?: Error): void {
    try {
      done(error)
    } catch (thrown) {
      this.#report('an answer failed after its record was written', thrown)
    }
  }
}
