import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { type BinlogOp, type BinlogRecord, formatRecord, isSourceOp } from '../engine/binlog.ts'
import { syncFolder, writeAll } from './atomic-file.ts'
import { type BinlogPosition, binlogPath, openForAppend, saveWriteIndex } from './binlog-files.ts'
import { afterwards, type LogDone } from './log-done.ts'
import type { AppendOptions, NameLog } from './name-log.ts'
import { createRecordClock, HOLD_SECONDS_MAX, type RecordClock } from './record-clock.ts'

/**
 * Orders, writes, syncs and rotates the binlog of one storage process. Nothing else writes the log: other threads send
 * their records to this one.
 *
 * Times: a name is drawn (`drawTimestamp`), held while its record is not yet appended (`hold`), and let go by
 * `append` of a record with that name or by `release`. While a name is held no record gets a later time than it, so
 * a reader of the log who applied all records up to time W has every file whose name says less than W.
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
  /** Told what went wrong where nobody waits for an answer. */
  readonly report?: (message: string, error?: unknown) => void
}

interface Waiter {
  readonly done: LogDone
  readonly durable: boolean
}

const GIB = 1024 ** 3
/** Appends that wait for the end of this turn of the event loop are written at once from here on. */
const PENDING_CHARS_MAX = 256 * 1024

/** Writes a record, then makes the change that it announces, before any reader of the log wakes. */
export function logThen(log: LogWriter, record: BinlogRecord, change: () => void): Promise<void> {
  const { op, name, extra, timestamp } = record
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => (error === undefined ? resolve() : reject(error))
    log.append(op, name, afterwards(change, done), { extra, timestamp })
  })
}

export function openLogWriter(options: LogWriterOptions): LogWriter {
  return new FileLogWriter(options)
}

/** Appends of one turn of the event loop become one write. */
class FileLogWriter implements LogWriter {
  readonly folder: string
  readonly openedAfter: number
  readonly #now: () => number
  readonly #clock: RecordClock
  readonly #rotateBytes: number
  readonly #report: (message: string, error?: unknown) => void
  readonly #listeners = new Set<() => void>()
  readonly #held = new Map<string, number>()
  #fd: number
  #index: number
  #size: number
  #lines = ''
  #waiters: Waiter[] = []
  #pendingSince = Number.POSITIVE_INFINITY
  #scheduled = false
  #syncWaiters: LogDone[] = []
  #syncing = false
  readonly #retired: number[] = []
  #closed = false
  #failure: Error | null = null

  constructor(options: LogWriterOptions) {
    this.folder = options.folder
    this.#now = options.now ?? (() => Math.floor(Date.now() / 1000))
    this.#rotateBytes = options.rotateBytes ?? GIB
    this.#report = options.report ?? (() => undefined)
    const opened = openForAppend(this.folder)
    this.#fd = opened.fd
    this.#index = opened.index
    this.#size = opened.size
    this.#clock = (options.clock ?? createRecordClock)(opened.lastTimestamp, this.#now)
    this.openedAfter = opened.lastTimestamp
    if (opened.cut > 0) this.#report(`cut ${opened.cut} torn bytes off ${binlogPath(this.folder, this.#index)}`)
  }

  get isFailed(): boolean {
    return this.#failure !== null
  }

  append(op: BinlogOp, name: string, done: LogDone, options: AppendOptions = {}): void {
    if (this.#closed || this.#failure !== null) {
      done(this.#failure ?? new Error('the binlog is closed'))
      return
    }
    const timestamp = options.timestamp ?? this.#clock.next(this.#oldestHeld())
    this.#held.delete(name)
    if (isSourceOp(op)) {
      this.#clock.raise(timestamp)
      this.#pendingSince = Math.min(this.#pendingSince, timestamp)
    }
    this.#lines += formatRecord({ timestamp, op, name, extra: options.extra ?? '' })
    this.#waiters.push({ done, durable: options.durable === true })
    if (this.#lines.length >= PENDING_CHARS_MAX) this.#writePending()
    else this.#schedule()
  }

  drawTimestamp(): number {
    return this.#clock.draw()
  }

  hold(name: string, timestamp: number): void {
    this.#held.set(name, timestamp)
  }

  release(name: string): void {
    this.#held.delete(name)
  }

  isHeld(name: string): boolean {
    return this.#held.has(name) || this.#clock.isHeldElsewhere(name)
  }

  watermark(): number {
    const held = Math.min(this.#oldestHeld(), this.#clock.heldElsewhere())
    return Math.min(this.drawTimestamp(), held, this.#pendingSince) - 1
  }

  position(): BinlogPosition {
    return { index: this.#index, offset: this.#size }
  }

  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  sync(done: LogDone): void {
    this.#writePending()
    if (this.#failure !== null) {
      done(this.#failure)
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
    if (this.#failure === null) await this.flush()
    this.#closed = true
    this.#listeners.clear()
    closeSync(this.#fd)
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
    if (this.#waiters.length === 0) return
    const waiters = this.#waiters
    const bytes = Buffer.from(this.#lines, 'latin1')
    this.#waiters = []
    this.#lines = ''
    try {
      if (this.#size >= this.#rotateBytes) this.#rotate()
      writeAll(this.#fd, bytes)
      this.#size += bytes.length
    } catch (cause) {
      this.#undoPartWrite()
      const error = new Error(`cannot write ${binlogPath(this.folder, this.#index)}`, { cause })
      for (const waiter of waiters) this.#call(waiter.done, error)
      return
    } finally {
      this.#pendingSince = Number.POSITIVE_INFINITY
    }
    for (const waiter of waiters) {
      if (waiter.durable) this.#syncWaiters.push(waiter.done)
      else this.#call(waiter.done)
    }
    if (this.#syncWaiters.length > 0) this.#startSync()
    for (const listener of this.#listeners) listener()
  }

  /** A failed write may have left half a line: what was written before must stay readable. */
  #undoPartWrite(): void {
    try {
      if (fstatSync(this.#fd).size > this.#size) ftruncateSync(this.#fd, this.#size)
    } catch (error) {
      this.#report('cannot cut the binlog back after a failed write', error)
    }
  }

  #rotate(): void {
    fdatasyncSync(this.#fd)
    const next = this.#index + 1
    const fd = openSync(binlogPath(this.folder, next), 'w', 0o644)
    closeSync(fd)
    const appendFd = openSync(binlogPath(this.folder, next), 'a', 0o644)
    syncFolder(this.folder)
    saveWriteIndex(this.folder, next)
    // A running fdatasync still uses the old descriptor; it is closed when that one has come back.
    const old = this.#fd
    this.#fd = appendFd
    this.#index = next
    this.#size = 0
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
  #syncFailed(cause: Error): Error {
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
