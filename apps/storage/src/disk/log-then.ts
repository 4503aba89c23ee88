import type { BinlogRecord } from '../engine/binlog.ts'
import { afterwards } from './log-done.ts'
import type { LogWriter } from './log-writer.ts'

/** Writes a record, then makes the change that it announces, before any reader of the log wakes. */
export function logThen(log: LogWriter, record: BinlogRecord, change: () => void): Promise<void> {
  const { op, name, extra, timestamp } = record
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => (error === undefined ? resolve() : reject(error))
    log.append(op, name, afterwards(change, done), { extra, timestamp })
  })
}
