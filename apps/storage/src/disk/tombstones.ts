import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { isDrawnOnce } from '../engine/file-facts.ts'
import { makeFolder, readFileIfAny, replaceFile, writeAll } from './atomic-file.ts'
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
  close(): void
}

const LIFE_SECONDS = 30 * 24 * 3600
const COUNT_MAX = 100_000
const LINE = /^(\d{1,12}) (\S+)$/

/** Lines of `<unix seconds> <name>` in `data/sync/.cairn-tombstones`; forgotten ones leave the file now and then. */
export function openTombstones(syncFolder: string, now: () => number): Tombstones {
  makeFolder(syncFolder)
  const path = join(syncFolder, '.cairn-tombstones')
  const names = read(path, now() - LIFE_SECONDS)
  let lines = 0
  // Kept open: opening it for every deletion takes ten times as long as writing the line.
  let fd = -1
  const close = () => {
    if (fd >= 0) closeSync(fd)
    fd = -1
  }
  const rewrite = () => {
    close()
    replaceFile(path, format(names))
    fd = openSync(path, 'a', 0o644)
    lines = names.size
  }
  const deletedAt = (name: string): number | null => {
    const at = names.get(name)
    return at === undefined || at < now() - LIFE_SECONDS ? null : at
  }
  rewrite()
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
      const at = time === undefined || isDrawnOnce(name) ? now() : time
      const known = names.get(name)
      if (known !== undefined && known >= at) return false
      writeAll(fd, Buffer.from(`${at} ${name}\n`, 'latin1'))
      lines += 1
      names.delete(name)
      names.set(name, at)
      if (names.size > COUNT_MAX) forgetOldest(names, COUNT_MAX / 10)
      if (lines > 2 * COUNT_MAX) rewrite()
      return known === undefined
    },
    close,
  }
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

function read(path: string, notBefore: number): Map<string, number> {
  const names = new Map<string, number>()
  for (const line of (readFileIfAny(path) ?? '').split('\n')) {
    // A torn last line is half a name; nobody was answered for it.
    const [, at, name] = LINE.exec(line) ?? []
    if (at === undefined || name === undefined || Number(at) < notBefore) continue
    names.delete(name)
    names.set(name, Number(at))
  }
  return names
}

function format(names: ReadonlyMap<string, number>): string {
  return [...names].map(([name, at]) => `${at} ${name}\n`).join('')
}
