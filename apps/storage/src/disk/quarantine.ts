import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BinlogRecord, formatRecord } from '../engine/binlog.ts'
import { readFileIfAny } from './atomic-file.ts'

/** Records that a peer did not take, however often they were sent: `data/sync/<peer>.quarantine`, one line each. */
export interface Quarantine {
  /** Lines in the file. */
  readonly count: number
  add(entry: BinlogRecord | string, reason: string): void
}

export function openQuarantine(syncFolder: string, peerId: string): Quarantine {
  const path = join(syncFolder, `${peerId}.quarantine`)
  let count = (readFileIfAny(path) ?? '').split('\n').length - 1
  return {
    get count() {
      return count
    },
    add(entry, reason) {
      const line = typeof entry === 'string' ? entry : formatRecord(entry).trimEnd()
      appendFileSync(path, `${line} # ${reason.replaceAll(/\s+/g, ' ')}\n`)
      count += 1
    },
  }
}
