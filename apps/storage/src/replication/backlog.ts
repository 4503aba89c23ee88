import { statSync } from 'node:fs'
import { type BinlogPosition, binlogPath } from '../disk/binlog-files.ts'
import { BinlogReader } from '../disk/binlog-reader.ts'
import type { LogWriter } from '../disk/log-writer.ts'
import { type BinlogRecord, recordNumbers, sourceOp } from '../engine/binlog.ts'
import { normalFacts } from '../engine/file-facts.ts'
import { isBeforeOwnPart, isWanted, type SyncScope } from '../engine/sync-plan.ts'

/** What a peer has not got yet of this storage's log. */
export interface Backlog {
  readonly records: number
  /** Bytes of content that they name, where the names tell it. */
  readonly bytes: number
  /** Unix seconds: time of the oldest of them; null when there is none. */
  readonly oldest: number | null
}

/** Lines that are read; a longer backlog is estimated from them, so that asking stays cheap. */
const LINES_MAX = 2000

/** Counts the records from `from` to the end of the log. Throws when a file of the log is missing. */
export function measureBacklog(log: LogWriter, from: BinlogPosition & SyncScope): Backlog {
  const reader = new BinlogReader(log, from)
  let records = 0
  let bytes = 0
  let oldest: number | null = null
  try {
    for (let lines = 0; lines < LINES_MAX; lines += 1) {
      const entry = reader.next()
      if (entry === null) return { records, bytes, oldest }
      const { record } = entry
      if (record === null || !isWanted(record, from) || isBeforeOwnPart(record, from)) continue
      records += 1
      bytes += contentBytes(record)
      oldest ??= record.timestamp
    }
    const read = logBytes(log, from, reader.position)
    const factor = 1 + logBytes(log, reader.position, log.position()) / read
    return { records: Math.round(records * factor), bytes: Math.round(bytes * factor), oldest }
  } finally {
    reader.close()
  }
}

function contentBytes(record: BinlogRecord): number {
  switch (sourceOp(record.op)) {
    case 'C':
    case 'U':
      return normalFacts(record.name)?.size ?? 0
    case 'A':
    case 'M':
      return recordNumbers(record)[1]
    default:
      return 0
  }
}

function logBytes(log: LogWriter, from: BinlogPosition, to: BinlogPosition): number {
  let bytes = to.offset - from.offset
  for (let index = from.index; index < to.index; index += 1) bytes += statSync(binlogPath(log.folder, index)).size
  return bytes
}
