import type { BinlogOp } from '../engine/binlog.ts'
import type { LogDone } from './log-done.ts'

export interface AppendOptions {
  /** What follows the name in the line (see BinlogRecord.extra). */
  readonly extra?: string
  /** `done` waits for fdatasync; one fdatasync serves all who wait. Otherwise for write(2): it survives kill -9. */
  readonly durable?: boolean
  /** A replica's record keeps the time of its source. Everything else gets max(last, now). */
  readonly timestamp?: number
}

/** What makes new files needs this much of the log. */
export interface NameLog {
  /** `done` is called once, after the record is written (or durable, if asked), or with the error. */
  append(op: BinlogOp, name: string, done: LogDone, options?: AppendOptions): void
  /** Unix seconds for a new name: never less than any record's time so far. */
  drawTimestamp(): number
  hold(name: string, timestamp: number): void
  release(name: string): void
}
