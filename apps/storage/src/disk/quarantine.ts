import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { BinlogLineError, type BinlogOp, type BinlogRecord, formatRecord, parseLine } from '../engine/binlog.ts'
import { readFileIfAny, replaceFile } from './atomic-file.ts'

/** One record that was set aside. */
export interface SetAside {
  /** Names it as long as nothing about it changes: it gets another one when it was tried again. */
  readonly id: string
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
  /** Records that were set aside, or tried again, before this time: each with what is to be told of it. Oldest first. */
  due(before: number): SetAsideRecord[]
  /**
   * Unix seconds: the oldest change that the peer has not got and could get. Null when there is none; what is damaged
   * here nobody can get.
   */
  readonly missingSince: number | null
  /** Somebody decides on these; says which of them there were. */
  settle(action: AsideAction, ids: readonly string[]): string[]
  /** The newest ones, newest first. */
  newest(countMax: number): SetAside[]
}

/** `retry`: to be tried again at once. `dismiss`: never again, the peer counts as if it had it. */
export type AsideAction = 'retry' | 'dismiss'

export interface SetAsideRecord {
  readonly record: BinlogRecord
  /** The peer has it now. */
  resolve(): void
  /** It failed once more, and why. */
  postpone(reason: string): void
}

/** How the reason begins when it is this storage's own file or log that cannot be sent. */
export const DAMAGED_HERE = 'damaged here: '

export function openQuarantine(syncFolder: string, peerId: string): Quarantine {
  const path = join(syncFolder, `${peerId}.quarantine`)
  let lines = readLines(path)
  let missingSince = oldestMissing(lines)
  let hurried: ReadonlySet<string> = new Set()
  const change = (changed: string[]) => {
    lines = changed
    missingSince = oldestMissing(lines)
  }
  const rewrite = (changed: string[]) => {
    change(changed)
    replaceFile(path, lines.map((line) => `${line}\n`).join(''))
  }
  const replace = (old: string, changed: string[]) =>
    rewrite(lines.flatMap((line) => (line === old ? changed : [line])))
  const linesOf = (ids: readonly string[]) => {
    const wanted = new Set(ids)
    return lines.filter((line) => wanted.has(idOf(line)))
  }
  return {
    get count() {
      return lines.length
    },
    get missingSince() {
      return missingSince
    },
    add(entry, reason) {
      const what = typeof entry === 'string' ? entry : formatRecord(entry).trimEnd()
      const line = formatSetAside(what, reason)
      appendFileSync(path, `${line}\n`)
      change([...lines, line])
    },
    due(before) {
      return lines.flatMap((line) => {
        const record = recordOf(whatOf(line))
        if (record === null || (parseSetAside(line).at >= before && !hurried.has(line))) return []
        const postpone = (reason: string) => replace(line, [formatSetAside(whatOf(line), reason)])
        return [{ record, resolve: () => replace(line, []), postpone }]
      })
    },
    settle(action, ids) {
      const found = new Set(linesOf(ids))
      if (action === 'retry') hurried = new Set([...hurried, ...found])
      else if (found.size > 0) rewrite(lines.filter((line) => !found.has(line)))
      return [...found].map(idOf)
    },
    newest: (countMax) => lines.slice(-countMax).reverse().map(parseSetAside),
  }
}

function oldestMissing(lines: readonly string[]): number | null {
  const missing = lines.filter((line) => !parseSetAside(line).reason.startsWith(DAMAGED_HERE))
  const times = missing.flatMap((line) => recordOf(whatOf(line))?.timestamp ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

const ID_LENGTH = 16

function idOf(line: string): string {
  return createHash('sha256').update(line).digest('hex').slice(0, ID_LENGTH)
}

function readLines(path: string): string[] {
  return (readFileIfAny(path) ?? '').split('\n').slice(0, -1)
}

function formatSetAside(what: string, reason: string): string {
  return `${what} # ${Math.floor(Date.now() / 1000)} ${reason.replaceAll(/\s+/g, ' ')}`
}

const LINE = /^(.*?) # (?:(\d{10}) )?(.*)$/

function whatOf(line: string): string {
  return LINE.exec(line)?.[1] ?? line
}

function parseSetAside(line: string): SetAside {
  const [, what = line, at, reason = ''] = LINE.exec(line) ?? []
  const record = recordOf(what)
  const time = Number(at ?? record?.timestamp ?? 0)
  const id = idOf(line)
  if (record === null) return { id, name: null, op: null, reason: `${what}: ${reason}`, at: time }
  return { id, name: record.name, op: record.op, reason, at: time }
}

function recordOf(line: string): BinlogRecord | null {
  try {
    return parseLine(line)
  } catch (error) {
    if (error instanceof BinlogLineError) return null
    throw error
  }
}
