import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import type { UploadFacts } from '@cairn/dfs-tus'
import { makeFolder, replaceFile, writeAll } from '../disk/atomic-file.ts'
import type { GroupSync, SyncItem } from '../disk/group-sync.ts'
import {
  type FinishedUpload,
  formatLedgerLine,
  LEDGER_LINE_BYTES_MAX,
  type LedgerLine,
  parseLedgerLine,
} from './ledger-line.ts'
import { NO_FACTS } from './part-facts.ts'

/** Acknowledged and ended uploads are remembered so long, in seconds. */
const KEPT_SECONDS = 14 * 24 * 3600
/** A smaller ledger is not worth rewriting. */
const COMPACT_BYTES_MIN = 1024 * 1024
const BLOCK_BYTES = 1024 * 1024

interface Entry {
  /** Where the `finished` line begins; what it says is read when it is needed. */
  offset: number
  ep: number
  at: number
  acked: boolean
}

interface Tombstone {
  ep: number
  at: number
}

export interface LedgerOptions {
  path: string
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
  readonly #path: string
  readonly #sync: GroupSync | null
  readonly #report: (message: string) => void
  readonly #finished = new Map<string, Entry>()
  readonly #unacked = new Map<string, Entry>()
  readonly #ended = new Map<string, Tombstone>()
  /** `finished` lines that are followed neither by `logged` nor by `void`: the process died in between, or is at it. */
  readonly #pending = new Map<string, Entry>()
  /** Where the `described` lines are. */
  readonly #described = new Map<string, { offset: number; length: number }>()
  readonly #lineBuffer = Buffer.alloc(LEDGER_LINE_BYTES_MAX)
  #fd: number
  #size: number

  constructor(options: LedgerOptions) {
    this.#path = options.path
    this.#sync = options.sync
    this.#report = options.report
    makeFolder(dirname(options.path))
    this.#fd = openSync(options.path, 'a+', 0o644)
    this.#size = this.#load()
    this.#forgetOld(options.now)
    this.#compact()
  }

  /** Writes a line; its effect is seen at once. */
  write(line: LedgerLine): void {
    const text = formatLedgerLine(line)
    if (text.length > LEDGER_LINE_BYTES_MAX && line.kind !== 'described')
      throw new Error(`a ledger line of ${text.length} bytes is too long`)
    const offset = this.#size
    this.#write(text)
    this.#apply(line, { offset, length: text.length })
  }

  /** As `write`; resolves when the line is as durable as uploads are. */
  append(line: LedgerLine): Promise<void> {
    this.write(line)
    const sync = this.#sync
    if (sync === null) return Promise.resolve()
    return new Promise((resolve, reject) => {
      sync.add(this.syncItem, (error) => (error === undefined ? resolve() : reject(error)))
    })
  }

  /** What a sync of all lines so far takes. */
  get syncItem(): SyncItem {
    return { file: this.#fd }
  }

  /** The file has its record: the upload is finished for everybody who asks. */
  finish(upl: string): void {
    this.#apply({ kind: 'logged', upl }, { offset: this.#size, length: 0 })
  }

  /**
   * Record and metadata of the file are durable, which the ledger is to say. It may not be able to, on a full disk: then the next start
   * finds the record.
   */
  confirm(upls: readonly string[]): void {
    for (const upl of upls) this.finish(upl)
    try {
      this.#write(upls.map((upl) => formatLedgerLine({ kind: 'logged', upl })).join(''))
    } catch (error) {
      this.#report(`cannot confirm ${upls.length} uploads in ${this.#path}: ${error}`)
    }
  }

  finished(upl: string): { upload: FinishedUpload; acked: boolean } | null {
    const entry = this.#finished.get(upl)
    return entry === undefined ? null : { upload: this.#read(entry), acked: entry.acked }
  }

  /** What its client has said about a finished upload. */
  facts(upl: string): UploadFacts {
    const place = this.#described.get(upl)
    if (place === undefined) return NO_FACTS
    const text = Buffer.alloc(place.length - 1)
    readSync(this.#fd, text, 0, text.length, place.offset)
    const line = parseLedgerLine(text.toString('latin1'))
    return line?.kind === 'described' ? line.facts : NO_FACTS
  }

  /** Null when the upload is not finished. */
  isAcknowledged(upl: string): boolean | null {
    return this.#finished.get(upl)?.acked ?? null
  }

  /** Epoch of a finished upload, without reading its line. */
  finishedEpoch(upl: string): number | null {
    return this.#finished.get(upl)?.ep ?? null
  }

  /** Epoch at which the upload was given up. */
  endedEpoch(upl: string): number | null {
    return this.#ended.get(upl)?.ep ?? null
  }

  /** Finished uploads that the web application does not know yet, oldest first, from behind `after` on. */
  unacknowledged(after: string | null, countMax: number): FinishedUpload[] {
    const from = after === null ? -1 : (this.#finished.get(after)?.offset ?? -1)
    const entries = [...this.#unacked.values()].filter((entry) => entry.offset > from)
    entries.sort((a, b) => a.offset - b.offset)
    return entries.slice(0, countMax).map((entry) => this.#read(entry))
  }

  /** What a crash left between the ledger line and the record of the file. */
  interrupted(): FinishedUpload[] {
    return [...this.#pending.values()].map((entry) => this.#read(entry))
  }

  close(): void {
    closeSync(this.#fd)
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, 'latin1')
    try {
      writeAll(this.#fd, bytes)
    } catch (error) {
      // Half a line would spoil the next one.
      ftruncateSync(this.#fd, this.#size)
      throw error
    }
    this.#size += bytes.length
  }

  #apply(line: LedgerLine, place: { offset: number; length: number }): void {
    switch (line.kind) {
      case 'described':
        this.#described.set(line.upl, place)
        return
      case 'finished': {
        const { upl, ep, at } = line.upload
        this.#pending.set(upl, { offset: place.offset, ep, at, acked: false })
        return
      }
      case 'logged': {
        const entry = this.#pending.get(line.upl)
        if (entry === undefined) return
        this.#pending.delete(line.upl)
        this.#ended.delete(line.upl)
        this.#finished.set(line.upl, entry)
        if (!entry.acked) this.#unacked.set(line.upl, entry)
        return
      }
      case 'void':
        this.#pending.delete(line.upl)
        return
      case 'acked': {
        const entry = this.#known(line.upl)
        if (entry !== undefined) Object.assign(entry, { acked: true, at: line.at })
        this.#unacked.delete(line.upl)
        return
      }
      case 'raised': {
        const entry = this.#known(line.upl)
        if (entry !== undefined) entry.ep = line.ep
        return
      }
      case 'ended':
        this.#pending.delete(line.upl)
        this.#ended.set(line.upl, { ep: line.ep, at: line.at })
    }
  }

  /** An upload is confirmed late: in a ledger that is read, what came after its end may stand before the line that says so. */
  #known(upl: string): Entry | undefined {
    return this.#finished.get(upl) ?? this.#pending.get(upl)
  }

  #read(entry: Entry): FinishedUpload {
    const length = readSync(this.#fd, this.#lineBuffer, 0, LEDGER_LINE_BYTES_MAX, entry.offset)
    const end = this.#lineBuffer.subarray(0, length).indexOf(0x0a)
    const line = end < 0 ? null : parseLedgerLine(this.#lineBuffer.toString('latin1', 0, end))
    if (line?.kind !== 'finished') throw new Error(`${this.#path}: no finished upload at offset ${entry.offset}`)
    return { ...line.upload, ep: entry.ep }
  }

  /** Reads all lines. A torn one at the end is cut off; one in the middle is damage, which is reported and passed over. */
  #load(): number {
    let end = 0
    let badAt = -1
    for (const { offset, text } of readLines(this.#fd)) {
      const line = parseLedgerLine(text)
      if (line === null) {
        if (badAt < 0) badAt = offset
        continue
      }
      if (badAt >= 0) this.#report(`${this.#path} is damaged between ${badAt} and ${offset}`)
      badAt = -1
      this.#apply(line, { offset, length: text.length + 1 })
      end = offset + text.length + 1
    }
    const size = fstatSync(this.#fd).size
    if (size > end) {
      this.#report(`cut ${size - end} torn bytes off ${this.#path}`)
      ftruncateSync(this.#fd, end)
    }
    return end
  }

  #forgetOld(now: number): void {
    for (const [upl, entry] of this.#finished) {
      if (entry.acked && entry.at < now - KEPT_SECONDS) this.#finished.delete(upl)
    }
    for (const [upl, tombstone] of this.#ended) {
      if (tombstone.at < now - KEPT_SECONDS) this.#ended.delete(upl)
    }
  }

  /** Rewrites the ledger when most of it is no longer needed. */
  #compact(): void {
    if (this.#size < COMPACT_BYTES_MIN) return
    const text = [...this.#keptLines()].map(formatLedgerLine).join('')
    if (text.length > this.#size / 2) return
    replaceFile(this.#path, text)
    closeSync(this.#fd)
    this.#fd = openSync(this.#path, 'a+', 0o644)
    for (const map of [this.#finished, this.#unacked, this.#ended, this.#pending]) map.clear()
    this.#size = this.#load()
  }

  *#keptLines(): Generator<LedgerLine> {
    for (const [upl, entry] of this.#finished) {
      yield { kind: 'finished', upload: this.#read(entry) }
      yield { kind: 'logged', upl }
      if (entry.acked) yield { kind: 'acked', upl, at: entry.at }
    }
    for (const [upl, { ep, at }] of this.#ended) yield { kind: 'ended', upl, ep, at }
    for (const [upl, entry] of this.#pending) {
      yield { kind: 'finished', upload: this.#read(entry) }
      if (entry.acked) yield { kind: 'acked', upl, at: entry.at }
    }
  }
}

function* readLines(fd: number): Generator<{ offset: number; text: string }> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  let rest = ''
  let restAt = 0
  let position = 0
  for (;;) {
    const read = readSync(fd, block, 0, BLOCK_BYTES, position)
    if (read === 0) return
    position += read
    const lines = (rest + block.toString('latin1', 0, read)).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      yield { offset: restAt, text }
      restAt += text.length + 1
    }
  }
}
