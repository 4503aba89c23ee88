import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, readFileIfAny, replaceFile } from './atomic-file.ts'

/**
 * Names that were deleted here before their file arrived. When the source comes back and sends it, the file is refused;
 * otherwise a deletion while the source was down would be undone.
 */
export interface Tombstones {
  has(logicName: string): boolean
  /** Remembers a name; true when it is new. Older ones give way when there are too many. */
  add(logicName: string): boolean
}

const LIFE_SECONDS = 30 * 24 * 3600
const COUNT_MAX = 100_000
const LINE = /^(\d{1,12}) (\S+)$/

/** Lines of `<unix seconds> <name>` in `data/sync/.cairn-tombstones`; forgotten ones leave the file when it is opened. */
export function openTombstones(syncFolder: string, now: () => number): Tombstones {
  makeFolder(syncFolder)
  const path = join(syncFolder, '.cairn-tombstones')
  const names = read(path, now() - LIFE_SECONDS)
  replaceFile(path, format(names))
  return {
    has(name) {
      const at = names.get(name)
      return at !== undefined && at >= now() - LIFE_SECONDS
    },
    add(name) {
      if (names.has(name)) return false
      const at = now()
      appendFileSync(path, `${at} ${name}\n`, 'latin1')
      names.set(name, at)
      const oldest = names.keys().next()
      if (names.size > COUNT_MAX && oldest.done !== true) names.delete(oldest.value)
      return true
    },
  }
}

function read(path: string, notBefore: number): Map<string, number> {
  const names = new Map<string, number>()
  for (const line of (readFileIfAny(path) ?? '').split('\n')) {
    // A torn last line is half a name; nobody was answered for it.
    const [, at, name] = LINE.exec(line) ?? []
    if (at !== undefined && name !== undefined && Number(at) >= notBefore) names.set(name, Number(at))
  }
  return names
}

function format(names: ReadonlyMap<string, number>): string {
  return [...names].map(([name, at]) => `${at} ${name}\n`).join('')
}
