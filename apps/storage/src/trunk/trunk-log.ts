import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readdirSync, readSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, removeIfAny, replaceFile, syncFolder, writeAll } from '../disk/atomic-file.ts'
import { parseTrunkLine, type TrunkRecord } from './trunk-line.ts'

const BINLOG = 'binlog'
const BACKUP = /^binlog\.\d{14}$/
const BLOCK_BYTES = 1024 * 1024
const NEWLINE = 0x0a
const MARK_SUFFIX = '.mark'

/**
 * `data/trunk/binlog`: which blocks of the trunk files are free. The trunk server writes it, the other members keep a
 * copy, for the day on which one of them is elected. Lines are written when they come (they survive the end of the
 * process).
 */
export class TrunkLog {
  readonly folder: string
  readonly #listeners = new Set<() => void>()
  #fd: number
  #size: number
  #generation = 0

  private constructor(folder: string) {
    this.folder = folder
    makeFolder(folder)
    this.#fd = openSync(this.path, 'a+', 0o644)
    this.#size = fstatSync(this.#fd).size
  }

  /** Cuts what a crash tore off the last line; `report` hears of it. */
  static open(basePath: string, report: (message: string) => void): TrunkLog {
    const log = new TrunkLog(join(basePath, 'data', 'trunk'))
    const cut = log.#cutTornLine()
    if (cut > 0) report(`cut ${cut} torn bytes off ${log.path}`)
    return log
  }

  get path(): string {
    return join(this.folder, BINLOG)
  }

  get size(): number {
    return this.#size
  }

  /** Grows when the lines are replaced by others: offsets from before mean nothing then. */
  get generation(): number {
    return this.#generation
  }

  /** Whole lines. */
  append(lines: string | Buffer): void {
    const bytes = typeof lines === 'string' ? Buffer.from(lines, 'latin1') : lines
    try {
      writeAll(this.#fd, bytes)
      this.#size += bytes.length
    } catch (error) {
      ftruncateSync(this.#fd, this.#size)
      throw error
    }
    for (const listener of this.#listeners) listener()
  }

  /** Calls back after every change; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Whole lines from `offset` on, about so many bytes; empty at the end. */
  read(offset: number, bytesMax: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(bytesMax, this.#size - offset)))
    const filled = bytes.length === 0 ? 0 : readSync(this.#fd, bytes, 0, bytes.length, offset)
    return bytes.subarray(0, bytes.lastIndexOf(NEWLINE, filled - 1) + 1)
  }

  /** Every record from `offset` on. Throws TrunkLineError. */
  *records(offset: number): Generator<TrunkRecord> {
    for (let at = offset; at < this.#size; ) {
      const block = this.read(at, BLOCK_BYTES)
      if (block.length === 0) return
      at += block.length
      for (const line of block.toString('latin1').split('\n')) if (line !== '') yield parseTrunkLine(line)
    }
  }

  /** Starts an empty log. The old one is kept when backups are wanted, the oldest of too many is removed. */
  startOver(backupsMax: number, now: Date): void {
    if (backupsMax === 0) ftruncateSync(this.#fd, 0)
    else {
      const backup = join(this.folder, `${BINLOG}.${timeText(now)}`)
      renameSync(this.path, backup)
      const backups = readdirSync(this.folder)
        .filter((name) => BACKUP.test(name))
        .sort()
      for (const name of backups.slice(0, Math.max(0, backups.length - backupsMax)))
        removeIfAny(join(this.folder, name))
    }
    this.#reopen()
  }

  /** Puts other lines in the place of all, in one step. */
  replace(lines: string): void {
    replaceFile(this.path, lines)
    this.#reopen()
  }

  markPath(name: string): string {
    return join(this.folder, name)
  }

  /** Removes all marks: every member gets the log from its beginning. */
  removeMarks(): void {
    for (const name of readdirSync(this.folder)) if (name.endsWith(MARK_SUFFIX)) removeIfAny(join(this.folder, name))
    syncFolder(this.folder)
  }

  close(): void {
    this.#listeners.clear()
    fsyncSync(this.#fd)
    closeSync(this.#fd)
  }

  #reopen(): void {
    closeSync(this.#fd)
    this.#fd = openSync(this.path, 'a+', 0o644)
    this.#size = fstatSync(this.#fd).size
    this.#generation += 1
    syncFolder(this.folder)
    for (const listener of this.#listeners) listener()
  }

  #cutTornLine(): number {
    let end = this.#size
    while (end > 0) {
      const start = Math.max(0, end - BLOCK_BYTES)
      const block = Buffer.allocUnsafe(end - start)
      readSync(this.#fd, block, 0, block.length, start)
      const newline = block.lastIndexOf(NEWLINE)
      if (newline >= 0) {
        end = start + newline + 1
        break
      }
      end = start
    }
    const cut = this.#size - end
    if (cut > 0) ftruncateSync(this.#fd, end)
    this.#size = end
    return cut
  }
}

/** YYYYmmddHHMMSS, local time, as FastDFS names backups. */
function timeText(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  return `${day}${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`
}
