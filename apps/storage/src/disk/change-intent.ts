import { lstatSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { removeIfAny } from './atomic-file.ts'
import { removeByPace, writeNewByPace } from './by-pace.ts'
import type { FileStore, ResolvedName } from './file-store.ts'
import { blocksSince } from './log-tail.ts'

/**
 * A change of an existing file (append, modify, truncate) is announced in a small file beside it until its record is
 * written: a process that dies in between leaves a file that differs from its replicas, and nobody would ever know.
 */
export interface ChangeIntent {
  readonly op: 'A' | 'M' | 'T'
  readonly file: ResolvedName
  /** Bytes before the change. */
  readonly size: number
}

const SUFFIX = '.change'

/** Announces a change; the returned function takes the announcement back. */
export async function announceChange(store: FileStore, { op, size, file }: ChangeIntent): Promise<() => unknown> {
  const { lane } = file.storePath
  const path = store.temporaryPath(file.storePath) + SUFFIX
  await writeNewByPace(lane, path, Buffer.from(`${op} ${size} ${file.logicName}\n`, 'latin1'))
  return () => removeByPace(lane, path)
}

/**
 * After a crash: an append without its record is cut off again, any other change is sent to the peers whole (a U
 * record). Call before temporary files are swept. Returns what was done, for the log.
 */
export function repairChanges(store: FileStore): string[] {
  const repaired: string[] = []
  for (const storePath of store.storePaths) {
    for (const entry of readdirSync(storePath.temporaryDir)) {
      if (!entry.endsWith(SUFFIX)) continue
      const path = join(storePath.temporaryDir, entry)
      const intent = parseIntent(store, readFileSync(path, 'latin1'))
      if (intent !== null) repaired.push(...repair(store, intent, Math.floor(lstatSync(path).mtimeMs / 1000)))
      removeIfAny(path)
    }
  }
  return repaired
}

const INTENT = /^([AMT]) (\d{1,16}) (\S+)\n$/

function parseIntent(store: FileStore, text: string): ChangeIntent | null {
  // Half an announcement: the process died before it touched the file.
  const [, op, size, name] = INTENT.exec(text) ?? []
  if (name === undefined || (op !== 'A' && op !== 'M' && op !== 'T')) return null
  return { op, size: Number(size), file: store.resolve(name) }
}

function repair(store: FileStore, { op, size, file }: ChangeIntent, announcedAt: number): string[] {
  const stat = lstatSync(file.path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return []
  if (op === 'A') {
    if (stat.size <= size || isLogged(store, `A ${file.logicName} ${size} `, announcedAt)) return []
    truncateSync(file.path, size)
    return [`cut ${stat.size - size} bytes of an unfinished append off ${file.logicName}`]
  }
  store.log.append('U', file.logicName, () => undefined)
  return [`logged ${file.logicName} to be sent whole after an unfinished change`]
}

/** An announcement on a slow disk may outlive its record by much of what else is written to the log. */
function isLogged({ log }: FileStore, start: string, announcedAt: number): boolean {
  for (const lines of blocksSince(log, announcedAt)) {
    if (lines.some((line) => line.slice(line.indexOf(' ') + 1).startsWith(start))) return true
  }
  return false
}
