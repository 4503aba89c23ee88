import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { BinlogLineError, parseLine } from '../engine/binlog.ts'
import { makeFolder, readFileIfAny, replaceFile, syncFolder } from './atomic-file.ts'

/** A place in the log: the next record starts here. */
export interface BinlogPosition {
  readonly index: number
  readonly offset: number
}

/** A record in the middle of the log cannot be read: bytes that were acknowledged are damaged. */
export class BinlogDamagedError extends Error {
  override readonly name = 'BinlogDamagedError'
}

/** How much of the log's end is checked when it is opened. */
const TAIL_BYTES = 8 * 1024 * 1024

export function binlogFolder(basePath: string): string {
  return join(basePath, 'data', 'sync')
}

export function binlogPath(folder: string, index: number): string {
  return join(folder, `binlog.${String(index).padStart(3, '0')}`)
}

/** `binlog_index.dat`: which file is written now. */
function readWriteIndex(folder: string): number {
  const text = readFileIfAny(join(folder, 'binlog_index.dat'))
  const match = text === null ? null : /^current_write=(\d{1,6})$/m.exec(text)
  return match?.[1] === undefined ? 0 : Number(match[1])
}

export function saveWriteIndex(folder: string, index: number): void {
  saveIndexes(folder, index, readCompressIndex(folder))
}

/** `current_compress`: what is compressed next; files from `index` on are not compressed any more. */
export function lowerCompressIndex(folder: string, index: number): void {
  if (index < readCompressIndex(folder)) saveCompressIndex(folder, index)
}

export function saveCompressIndex(folder: string, index: number): void {
  saveIndexes(folder, readWriteIndex(folder), index)
}

export function readCompressIndex(folder: string): number {
  const text = readFileIfAny(join(folder, 'binlog_index.dat')) ?? ''
  return Number(/^current_compress=(\d{1,6})$/m.exec(text)?.[1] ?? '0')
}

function saveIndexes(folder: string, write: number, compress: number): void {
  replaceFile(join(folder, 'binlog_index.dat'), `current_write=${write}\ncurrent_compress=${compress}\n`)
}

/**
 * FastDFS has the file from its first start on. Before version 5 it had `binlog.index` with the number alone, which it
 * takes over.
 */
function makeIndexFile(folder: string): void {
  if (readFileIfAny(join(folder, 'binlog_index.dat')) !== null) return
  const old = /^\d{1,6}/.exec(readFileIfAny(join(folder, 'binlog.index')) ?? '0')
  saveIndexes(folder, Number(old?.[0] ?? '0'), 0)
}

/** Opens the file that is written now: what a crash tore off its end is cut. Returns what was cut, for the log. */
export function openForAppend(folder: string): {
  fd: number
  index: number
  size: number
  lastTimestamp: number
  cut: number
} {
  makeFolder(folder)
  makeIndexFile(folder)
  const index = readWriteIndex(folder)
  const path = binlogPath(folder, index)
  const fd = openSync(path, 'a+', 0o644)
  try {
    const before = fstatSync(fd).size
    const tail = checkTail(fd, path)
    if (tail.end < before) {
      ftruncateSync(fd, tail.end)
      fsyncSync(fd)
    }
    syncFolder(folder)
    return { fd, index, size: tail.end, lastTimestamp: tail.lastTimestamp, cut: before - tail.end }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/**
 * Finds where the readable records end. Unreadable bytes at the very end are a torn write; unreadable bytes with
 * readable records behind them are damage, and cutting there would lose those records.
 */
function checkTail(fd: number, path: string): { end: number; lastTimestamp: number } {
  const size = fstatSync(fd).size
  const start = Math.max(0, size - TAIL_BYTES)
  const block = readBlock(fd, start, size - start)
  let lineStart = start === 0 ? 0 : block.indexOf(0x0a) + 1
  let end = start + lineStart
  let lastTimestamp = 0
  let badAt = -1
  for (;;) {
    const newline = block.indexOf(0x0a, lineStart)
    if (newline < 0) return { end, lastTimestamp }
    const timestamp =
      timeOfPlainLine(block, lineStart, newline) ?? timestampOf(block.toString('latin1', lineStart, newline))
    if (timestamp === null) {
      if (badAt < 0) badAt = start + lineStart
    } else {
      if (badAt >= 0) throw new BinlogDamagedError(`${path} is damaged at offset ${badAt}: readable records follow`)
      lastTimestamp = Math.max(lastTimestamp, timestamp)
      end = start + newline + 1
    }
    lineStart = newline + 1
  }
}

const [ZERO, NINE, BLANK, LOWER_CASE, DELETE] = [0x30, 0x39, 0x20, 0x61, 0x7f]
const PLAIN_OPS = new Set(Buffer.from('CDUcdu'))
const DIGITS_MAX = 15

/**
 * As `timestampOf`, for `<time> <op> <name>` with an operation that has nothing behind the name: most lines of a log, and
 * without making a text of each, the tail is checked in a tenth of the time. Null for all others.
 */
function timeOfPlainLine(block: Buffer, start: number, end: number): number | null {
  let at = start
  let time = 0
  for (let byte = block[at] ?? 0; byte >= ZERO && byte <= NINE; byte = block[++at] ?? 0) time = time * 10 + byte - ZERO
  const op = block[at + 1] ?? 0
  const isPlain =
    at > start && at - start <= DIGITS_MAX && block[at] === BLANK && block[at + 2] === BLANK && PLAIN_OPS.has(op)
  if (!isPlain || at + 3 >= end) return null
  for (let i = at + 3; i < end; i += 1) {
    const byte = block[i] ?? 0
    if (byte <= BLANK || byte === DELETE) return null
  }
  return op < LOWER_CASE ? time : 0
}

/** 0 for the nameless link records of FastDFS, which are readable but carry no time of ours. */
function timestampOf(line: string): number | null {
  try {
    const record = parseLine(line)
    // A replica's record carries its source's time, which says nothing about this log's clock.
    return record !== null && record.op < 'a' ? record.timestamp : 0
  } catch (error) {
    if (error instanceof BinlogLineError) return null
    throw error
  }
}

export function readBlock(fd: number, offset: number, length: number): Buffer {
  const block = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const n = readSync(fd, block, filled, length - filled, offset + filled)
    if (n === 0) break
    filled += n
  }
  return block.subarray(0, filled)
}
