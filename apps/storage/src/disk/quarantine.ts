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

/**
 * Records that a peer did not take, however often they were sent: `data/sync/<peer>.quarantine`, one line each. A peer whose
 * disk is at fault refuses all that it is sent, so there may be very many.
 */
export interface Quarantine {
  /** Lines in the file. */
  readonly count: number
  add(entry: BinlogRecord | string, reason: string): void
  has(entry: BinlogRecord | string): boolean
  /**
   * Some of the records that are to be tried again now (unix seconds): each with what is to be told of it, after which
   * `save` is called. Oldest first.
   */
  due(now: number): SetAsideRecord[]
  /** Writes what was told; a crash before has it tried again. */
  save(): void
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

/** Between two tries, in seconds: as long as the change has waited already. What is mended soon is told soon. */
const PAUSE_MIN = 5
const PAUSE_MAX = 60

/** So many are tried again in one go: other records wait meanwhile. */
const DUE_MAX = 100

/** A line of the file, read once. */
interface Entry {
  readonly line: string
  /** The record as in the log, or what is damaged. */
  readonly what: string
  readonly record: BinlogRecord | null
  readonly reason: string
  /** As `SetAside.at`. */
  readonly at: number
}

export function openQuarantine(syncFolder: string, peerId: string): Quarantine {
  const path = join(syncFolder, `${peerId}.quarantine`)
  /** By their lines, the one that was added or tried last behind the others. */
  const entries = new Map<string, Entry>()
  let hurried: ReadonlySet<string> = new Set()
  /** Undefined: to be looked for. */
  let missingSince: number | null | undefined
  /** What is set aside. Undefined: to be gathered. */
  let whats: Set<string> | undefined
  let isSaved = true
  const put = (line: string) => {
    const entry = parseEntry(line)
    entries.set(line, entry)
    missingSince = undefined
    whats?.add(entry.what)
  }
  const take = (line: string) => {
    entries.delete(line)
    missingSince = undefined
    whats = undefined
    isSaved = false
  }
  const save = () => {
    if (!isSaved) replaceFile(path, [...entries.keys()].map((line) => `${line}\n`).join(''))
    isSaved = true
  }
  for (const line of readLines(path)) put(line)
  return {
    get count() {
      return entries.size
    },
    get missingSince() {
      if (missingSince === undefined) missingSince = oldestMissing(entries.values())
      return missingSince
    },
    add(entry, reason) {
      const line = formatSetAside(textOf(entry), reason)
      appendFileSync(path, `${line}\n`)
      put(line)
    },
    has(entry) {
      if (entries.size === 0) return false
      whats ??= new Set(Array.from(entries.values(), ({ what }) => what))
      return whats.has(textOf(entry))
    },
    due(now) {
      const due: SetAsideRecord[] = []
      for (const { line, what, record, at } of entries.values()) {
        if (record === null || (now < at + pauseAfter(at, record) && !hurried.has(line))) continue
        const resolve = () => take(line)
        const postpone = (reason: string) => {
          take(line)
          put(formatSetAside(what, reason))
        }
        if (due.push({ record, resolve, postpone }) === DUE_MAX) break
      }
      return due
    },
    save,
    settle(action, ids) {
      const wanted = new Set(ids)
      const found = [...entries.keys()].filter((line) => wanted.has(idOf(line)))
      if (action === 'retry') hurried = new Set([...hurried, ...found])
      else for (const line of found) take(line)
      save()
      return found.map(idOf)
    },
    newest: (countMax) => [...entries.values()].slice(-countMax).reverse().map(asSetAside),
  }
}

function pauseAfter(at: number, { timestamp }: BinlogRecord): number {
  return Math.min(PAUSE_MAX, Math.max(PAUSE_MIN, at - timestamp))
}

function oldestMissing(entries: Iterable<Entry>): number | null {
  let oldest: number | null = null
  for (const { record, reason } of entries) {
    if (record === null || reason.startsWith(DAMAGED_HERE)) continue
    oldest = Math.min(oldest ?? record.timestamp, record.timestamp)
  }
  return oldest
}

function textOf(entry: BinlogRecord | string): string {
  return typeof entry === 'string' ? entry : formatRecord(entry).trimEnd()
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

function parseEntry(line: string): Entry {
  const [, what = line, at, reason = ''] = LINE.exec(line) ?? []
  const record = recordOf(what)
  return { line, what, record, reason, at: Number(at ?? record?.timestamp ?? 0) }
}

function asSetAside({ line, what, record, reason, at }: Entry): SetAside {
  const id = idOf(line)
  if (record === null) return { id, name: null, op: null, reason: `${what}: ${reason}`, at }
  return { id, name: record.name, op: record.op, reason, at }
}

function recordOf(line: string): BinlogRecord | null {
  try {
    return parseLine(line)
  } catch (error) {
    if (error instanceof BinlogLineError) return null
    throw error
  }
}
