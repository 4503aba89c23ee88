import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { BinlogLineError, type BinlogOp, type BinlogRecord, formatRecord, parseLine } from '../engine/binlog.ts'
import { readFileIfAny } from './atomic-file.ts'

/** One record that was set aside. */
export interface SetAside {
  /** Null: the line of the log could not be read, see `reason`. */
  readonly name: string | null
  readonly op: BinlogOp | null
  readonly reason: string
  /** Unix seconds when it was set aside; of the change itself where the line does not say. */
  readonly at: number
}

/** Records that a peer did not take, however often they were sent: `data/sync/<peer>.quarantine`, one line each. */
export interface Quarantine {
  /** Lines in the file. */
  readonly count: number
  add(entry: BinlogRecord | string, reason: string): void
  /** The newest ones, newest first. */
  newest(countMax: number): SetAside[]
}

export function openQuarantine(syncFolder: string, peerId: string): Quarantine {
  const path = join(syncFolder, `${peerId}.quarantine`)
  let lines = readLines(path)
  return {
    get count() {
      return lines.length
    },
    add(entry, reason) {
      const what = typeof entry === 'string' ? entry : formatRecord(entry).trimEnd()
      const line = `${what} # ${Math.floor(Date.now() / 1000)} ${reason.replaceAll(/\s+/g, ' ')}`
      appendFileSync(path, `${line}\n`)
      lines = [...lines, line]
    },
    newest: (countMax) => lines.slice(-countMax).reverse().map(parseSetAside),
  }
}

function readLines(path: string): string[] {
  return (readFileIfAny(path) ?? '').split('\n').slice(0, -1)
}

function parseSetAside(line: string): SetAside {
  const [, what = line, at, reason = ''] = /^(.*?) # (?:(\d{10}) )?(.*)$/.exec(line) ?? []
  const record = recordOf(what)
  const time = Number(at ?? record?.timestamp ?? 0)
  if (record === null) return { name: null, op: null, reason: `${what}: ${reason}`, at: time }
  return { name: record.name, op: record.op, reason, at: time }
}

function recordOf(line: string): BinlogRecord | null {
  try {
    return parseLine(line)
  } catch (error) {
    if (error instanceof BinlogLineError) return null
    throw error
  }
}
