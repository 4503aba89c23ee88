import { closeSync, fstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { isDrawnOnce } from '../engine/file-facts.ts'
import { appendWhole, makeFolder, readBytesIfAny, replaceFile } from './atomic-file.ts'
import { METADATA_SUFFIX } from './metadata-file.ts'

/**
 * Names that were deleted here. A member that sends the file afterwards (its source that was down, one that repeats what
 * it sent last, one that sends the group's history) is refused; otherwise the deletion would be undone.
 */
export interface Tombstones {
  has(logicName: string): boolean
  /** A file of this name and time (unix seconds) is one that was deleted here, or the metadata of one. */
  refuses(logicName: string, timestamp: number): boolean
  /** Remembers a name; true when it is new. Older ones give way when there are too many. */
  add(logicName: string, deletedAt?: number): boolean
  /** Takes over what other threads have remembered; so does every question. */
  catchUp(): void
  /** The file says all that is remembered, also the names whose lines a thread has not written any more. */
  save(): void
  close(): void
}

/** Other threads remember names, too. */
export interface BuriedElsewhere {
  /** Names since the last call: their lines are in the file, or about to be. */
  take(add: (logicName: string, deletedAt: number) => void): void
  /** Nobody else writes to the file meanwhile. */
  alone(work: () => void): void
  /** The same, and afterwards everybody writes to the new one. */
  replacing(work: () => void): void
}

const nobodyElse: BuriedElsewhere = { take: () => undefined, alone: (work) => work(), replacing: (work) => work() }

const LIFE_SECONDS = 30 * 24 * 3600
const COUNT_MAX = 100_000
const [BLANK, NEWLINE] = [0x20, 0x0a]

/** Lines of `<unix seconds> <name>` in `data/sync/.cairn-tombstones`; forgotten ones leave the file now and then. */
export function openTombstones(
  syncFolder: string,
  now: () => number,
  elsewhere: BuriedElsewhere = nobodyElse,
): Tombstones {
  makeFolder(syncFolder)
  const path = tombstonesPath(syncFolder)
  const { names, isTorn, ...found } = read(path, now() - LIFE_SECONDS)
  let { lines } = found
  // Kept open: opening it for every deletion takes ten times as long as writing the line.
  let fd = -1
  const close = () => {
    if (fd >= 0) closeSync(fd)
    fd = -1
  }
  const remember = (name: string, at: number) => {
    lines += 1
    names.delete(name)
    names.set(name, at)
    if (names.size > COUNT_MAX) forgetOldest(names, COUNT_MAX / 10)
  }
  const takeOver = () => elsewhere.take(remember)
  const rewrite = () => {
    elsewhere.replacing(() => {
      takeOver()
      replaceFile(path, format(names))
      close()
      fd = openSync(path, 'a', 0o644)
      lines = names.size
    })
  }
  const catchUp = () => {
    takeOver()
    if (lines > 2 * COUNT_MAX) rewrite()
  }
  const deletedAt = (name: string): number | null => {
    takeOver()
    const at = names.get(name)
    return at === undefined || at < now() - LIFE_SECONDS ? null : at
  }
  // Most of its lines say nothing any more, or the next one would join half of one.
  if (isTorn || lines > 2 * names.size) rewrite()
  else fd = openSync(path, 'a', 0o644)
  return {
    has: (name) => deletedAt(name) !== null,
    refuses(name, timestamp) {
      const owner = name.endsWith(METADATA_SUFFIX) ? name.slice(0, -METADATA_SUFFIX.length) : name
      if (isDrawnOnce(owner) && deletedAt(owner) !== null) return true
      // Slaves and metadata may be made again: what is older than the deletion is what was deleted.
      const at = deletedAt(name)
      return at !== null && timestamp < at
    },
    add(name, time) {
      catchUp()
      const at = time === undefined || isDrawnOnce(name) ? now() : time
      const known = names.get(name)
      if (known !== undefined && known >= at) return false
      elsewhere.alone(() => writeTombstones(fd, tombstoneLine(name, at)))
      remember(name, at)
      return known === undefined
    },
    catchUp,
    save: rewrite,
    close,
  }
}

export function tombstonesPath(syncFolder: string): string {
  return join(syncFolder, '.cairn-tombstones')
}

export function tombstoneLine(logicName: string, deletedAt: number): string {
  return `${deletedAt} ${logicName}\n`
}

/** All of the lines or none. Nobody else writes to the file meanwhile. */
export function writeTombstones(fd: number, lines: string): void {
  appendWhole(fd, fstatSync(fd).size, Buffer.from(lines, 'latin1'))
}

/** Many at once: a map steps over all that it has lost since it grew to find its first entry. */
function forgetOldest(names: Map<string, number>, count: number): void {
  let left = count
  for (const name of names.keys()) {
    names.delete(name)
    left -= 1
    if (left === 0) return
  }
}

interface Found {
  readonly names: Map<string, number>
  /** Of the file, also those of which nothing is left. */
  readonly lines: number
  /** The last line is half of one; nobody was answered for it. */
  readonly isTorn: boolean
}

function read(path: string, notBefore: number): Found {
  const bytes = readBytesIfAny(path) ?? Buffer.alloc(0)
  const ends: number[] = []
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) ends.push(end)
  const names = new Map<string, number>()
  for (let n = Math.max(0, ends.length - COUNT_MAX); n < ends.length; n += 1) {
    const [start, end] = [(ends[n - 1] ?? -1) + 1, ends[n] ?? 0]
    const blank = bytes.indexOf(BLANK, start)
    // Not from the whole text: each name would keep all of it.
    const at = Number(bytes.toString('latin1', start, blank))
    if (blank <= start || blank + 1 >= end || !(at >= notBefore)) continue
    const name = bytes.toString('latin1', blank + 1, end)
    names.delete(name)
    names.set(name, at)
  }
  return { names, lines: ends.length, isTorn: bytes.length > (ends.at(-1) ?? -1) + 1 }
}

function format(names: ReadonlyMap<string, number>): string {
  return [...names].map(([name, at]) => tombstoneLine(name, at)).join('')
}
