import { closeSync, fstatSync, ftruncateSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DiskLane } from '@cairn/dfs-core/disk'
import type { UploadFacts } from '@cairn/dfs-tus'
import { makeFolder } from '../disk/atomic-file.ts'
import { goOnWith } from '../disk/by-pace.ts'
import { type GroupSync, type SyncItem, synced } from '../disk/group-sync.ts'
import { LedgerRewrite, readLines } from './ledger-file.ts'
import { type LedgerEntry, LedgerIndex, type LinePlace } from './ledger-index.ts'
import {
  type FinishedUpload,
  formatLedgerLine,
  LEDGER_LINE_BYTES_MAX,
  type LedgerLine,
  parseLedgerLine,
} from './ledger-line.ts'
import { LedgerLog } from './ledger-log.ts'
import { NO_FACTS } from './part-facts.ts'

/** A smaller ledger is not worth rewriting. */
const COMPACT_BYTES_MIN = 1024 * 1024
/** What the lines of an upload have, and of one that was ended. */
const BYTES_PER_UPLOAD = 450
const BYTES_PER_TOMBSTONE = 70

export interface LedgerOptions {
  path: string
  /** Of the disk that it is on. */
  lane: DiskLane
  /** null: lines are written, not synced. */
  sync: GroupSync | null
  /** Unix seconds. */
  now: number
  report(message: string): void
}

/**
 * The append-only record of the uploads that a store path has finished: what receipts are made from, and what finishing goes on from after
 * a crash. In memory is only where each line is.
 */
export class PartLedger {
  /** Of the disk that its files are on, too. */
  readonly lane: DiskLane
  readonly #log: LedgerLog
  readonly #sync: GroupSync | null
  readonly #report: (message: string) => void
  readonly #index = new LedgerIndex()
  #oldFd: number | null = null
  #isCompacting = false
  #isClosed = false

  constructor(options: LedgerOptions) {
    this.lane = options.lane
    this.#sync = options.sync
    this.#report = options.report
    makeFolder(dirname(options.path))
    this.#log = new LedgerLog(options.path, options.lane)
    this.#log.size = this.#load()
    this.#index.forgetOld(options.now)
  }

  /** Writes a line; its effect is seen at once. Nobody else may be writing (`settled`). */
  write(line: LedgerLine): void {
    const text = textOf(line)
    this.#log.appendNow(text, (offset) => this.#index.apply(line, { offset, length: text.length }))
  }

  /** The same in the thread pool while the disk is slow; its effect is seen when the promise resolves. */
  async writeByPace(line: LedgerLine): Promise<void> {
    const text = textOf(line)
    await this.#log.append(text, (offset) => this.#index.apply(line, { offset, length: text.length }))
  }

  /** As `writeByPace`; resolves when the line is as durable as uploads are. */
  async append(line: LedgerLine): Promise<void> {
    await this.writeByPace(line)
    if (this.#sync !== null) await synced(this.#sync, this.syncItem)
  }

  /** What a sync of all lines so far takes. */
  get syncItem(): SyncItem {
    return { lane: this.lane, file: this.#log.fd }
  }

  /** The file has its record: the upload is finished for everybody who asks. */
  finish(upl: string): void {
    this.#index.unconfirmed.add(upl)
    this.#index.apply({ kind: 'logged', upl }, { offset: this.#log.size, length: 0 })
  }

  /**
   * Record and metadata of the file are durable, which the ledger is to say. It may not be able to, on a full disk: then the next start
   * finds the record.
   */
  confirm(upls: readonly string[]): void {
    for (const upl of upls) this.finish(upl)
    const lines = upls.map((upl) => formatLedgerLine({ kind: 'logged', upl })).join('')
    const confirmed = () => {
      for (const upl of upls) this.#index.unconfirmed.delete(upl)
    }
    const failed = (error: unknown) =>
      this.#report(`cannot confirm ${upls.length} uploads in ${this.#log.path}: ${error}`)
    try {
      goOnWith(this.#log.append(lines, confirmed), () => undefined, failed)
    } catch (error) {
      failed(error)
    }
  }

  finished(upl: string): { upload: FinishedUpload; acked: boolean } | null {
    const entry = this.#index.finished.get(upl)
    return entry === undefined ? null : { upload: this.#read(entry), acked: entry.acked }
  }

  /** What its client has said about a finished upload. */
  facts(upl: string): UploadFacts {
    const place = this.#index.described.get(upl)
    if (place === undefined) return NO_FACTS
    const text = Buffer.alloc(place.length - 1)
    readSync(this.#log.fd, text, 0, text.length, place.offset)
    const line = parseLedgerLine(text.toString('latin1'))
    return line?.kind === 'described' ? line.facts : NO_FACTS
  }

  /** Null when the upload is not finished. */
  isAcknowledged(upl: string): boolean | null {
    return this.#index.finished.get(upl)?.acked ?? null
  }

  /** Epoch of a finished upload, without reading its line. */
  finishedEpoch(upl: string): number | null {
    return this.#index.finished.get(upl)?.ep ?? null
  }

  /** Epoch at which the upload was given up. */
  endedEpoch(upl: string): number | null {
    return this.#index.ended.get(upl)?.ep ?? null
  }

  /** Finished uploads that the web application does not know yet, oldest first, from behind `after` on. */
  unacknowledged(after: string | null, countMax: number): FinishedUpload[] {
    const from = after === null ? -1 : (this.#index.finished.get(after)?.offset ?? -1)
    const entries = [...this.#index.unacked.values()].filter((entry) => entry.offset > from)
    entries.sort((a, b) => a.offset - b.offset)
    return entries.slice(0, countMax).map((entry) => this.#read(entry))
  }

  /** What a crash left between the ledger line and the record of the file. */
  interrupted(): FinishedUpload[] {
    return [...this.#index.pending.values()].map((entry) => this.#read(entry))
  }

  /** When nothing is being written any more. */
  settled(): Promise<void> {
    return this.#log.settled()
  }

  /** Nothing may be being written (`settled`). */
  close(): void {
    this.#isClosed = true
    this.#log.close()
    if (this.#oldFd !== null) closeSync(this.#oldFd)
  }

  #read(entry: LedgerEntry): FinishedUpload {
    const text = this.#log.lineAt(entry.offset)
    const line = text === null ? null : parseLedgerLine(text)
    if (line?.kind !== 'finished') throw new Error(`${this.#log.path}: no finished upload at offset ${entry.offset}`)
    return { ...line.upload, ep: entry.ep }
  }

  /** Reads all lines. A torn one at the end is cut off; one in the middle is damage, which is reported and passed over. */
  #load(): number {
    let end = 0
    let badAt = -1
    for (const { offset, text } of readLines(this.#log.fd)) {
      const line = parseLedgerLine(text)
      if (line === null) {
        if (badAt < 0) badAt = offset
        continue
      }
      if (badAt >= 0) this.#report(`${this.#log.path} is damaged between ${badAt} and ${offset}`)
      badAt = -1
      this.#index.apply(line, { offset, length: text.length + 1 })
      end = offset + text.length + 1
    }
    const size = fstatSync(this.#log.fd).size
    if (size > end) {
      this.#report(`cut ${size - end} torn bytes off ${this.#log.path}`)
      ftruncateSync(this.#log.fd, end)
    }
    return end
  }

  /**
   * Rewrites the ledger, while it is being used, when most of it is no longer needed: what is acknowledged or ended, and old. `now` in unix
   * seconds. Returns whether it did.
   */
  async compact(now: number): Promise<boolean> {
    this.#index.forgetOld(now)
    const uploads = this.#index.finished.size + this.#index.pending.size
    const kept = uploads * BYTES_PER_UPLOAD + this.#index.ended.size * BYTES_PER_TOMBSTONE
    if (this.#isCompacting || this.lane.isSlow || this.#log.size < COMPACT_BYTES_MIN || kept > this.#log.size / 2)
      return false
    this.#isCompacting = true
    const rewrite = new LedgerRewrite(this.#log.path)
    try {
      await this.#rewrite(rewrite)
      return true
    } catch (error) {
      rewrite.giveUp()
      throw error
    } finally {
      this.#isCompacting = false
    }
  }

  /** Lines that come meanwhile are behind `end`, and copied as they are. */
  async #rewrite(rewrite: LedgerRewrite): Promise<void> {
    const end = this.#log.size
    const moved = new Map<LinePlace, number>()
    for (const [upl, entry] of [...this.#index.pending, ...this.#index.finished]) {
      if (this.#isClosed) break
      const described = this.#index.described.get(upl)
      if (described !== undefined) {
        moved.set(described, rewrite.position)
        await rewrite.write(formatLedgerLine({ kind: 'described', upl, facts: this.facts(upl) }))
      }
      const lines = [...this.#linesOf(upl, entry)]
      moved.set(entry, rewrite.position)
      await rewrite.write(lines.map(formatLedgerLine).join(''))
    }
    for (const [upl, { ep, at }] of this.#index.ended)
      await rewrite.write(formatLedgerLine({ kind: 'ended', upl, ep, at }))
    await this.settled()
    if (this.#isClosed) throw new Error('the ledger was closed while it was rewritten')
    this.#moveTo(rewrite, moved, end)
  }

  /** In one turn: no line is written meanwhile. */
  #moveTo(rewrite: LedgerRewrite, moved: ReadonlyMap<LinePlace, number>, end: number): void {
    const shift = rewrite.position - end
    const fd = rewrite.replace(this.#log.fd, end)
    // Somebody may still wait for a sync of the old file.
    if (this.#oldFd !== null) closeSync(this.#oldFd)
    this.#oldFd = this.#log.fd
    this.#log.moveTo(fd, shift)
    const places = [this.#index.pending, this.#index.finished, this.#index.described].flatMap((map) => [
      ...map.values(),
    ])
    for (const place of new Set<LinePlace>(places)) place.offset = moved.get(place) ?? place.offset + shift
  }

  *#linesOf(upl: string, entry: LedgerEntry): Generator<LedgerLine> {
    yield { kind: 'finished', upload: this.#read(entry) }
    if (this.#index.finished.get(upl) === entry && !this.#index.unconfirmed.has(upl)) yield { kind: 'logged', upl }
    if (entry.acked) yield { kind: 'acked', upl, at: entry.at }
  }
}

function textOf(line: LedgerLine): string {
  const text = formatLedgerLine(line)
  if (text.length > LEDGER_LINE_BYTES_MAX && line.kind !== 'described') {
    throw new Error(`a ledger line of ${text.length} bytes is too long`)
  }
  return text
}
