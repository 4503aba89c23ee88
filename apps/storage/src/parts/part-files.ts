import { readdirSync, readFileSync, statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiskLane } from '@cairn/dfs-core/disk'
import {
  isErrno,
  makeFolder,
  makeFolderLater,
  readFileIfAny,
  removeIfAny,
  removeIfAnyLater,
} from '../disk/atomic-file.ts'
import type { StorePath } from '../disk/store-path.ts'
import { NO_FACTS, type PartFacts } from './part-facts.ts'

/**
 * What a part's sidecar says (`<upl>.json`). `offsetDurable` bytes survive a power loss; `bootId` names the start of the machine under
 * which the file was written: under another one the file's size proves nothing, because unsynced tails can be zeros. `prefix`, in version 3
 * alone: the file may have gaps behind so many bytes, and its size proves nothing at all.
 */
export interface PartRecord extends PartFacts {
  v: 2 | 3
  ep: number
  /** Unix seconds. */
  created: number
  offsetDurable: number
  bootId: string
  prefix?: number
  /** Kept for another member. */
  isCopy?: boolean
}

export interface PartPaths {
  folder: string
  part: string
  sidecar: string
}

/** Uploads in progress live beside the two-level directories; FastDFS takes no notice of names that start with a dot. */
export function partsFolder(storePath: StorePath): string {
  return `${storePath.dataDir}/.cairn-parts`
}

export function partPaths(storePath: StorePath, upl: string): PartPaths {
  const folder = `${partsFolder(storePath)}/${upl.slice(0, 2)}`
  return { folder, part: `${folder}/${upl}.part`, sidecar: `${folder}/${upl}.json` }
}

/** Names the running start of the machine; where there is no such name, no two starts of this process are taken for the same one. */
export function readBootId(): string {
  const text = readFileIfAny('/proc/sys/kernel/random/boot_id')
  return text === null ? crypto.randomUUID() : text.trim()
}

/** Replaces the sidecar in one step; with `durable` its bytes are on the disk when the promise resolves, its name with the folder's. */
export async function writePartRecord(paths: PartPaths, record: PartRecord, durable: boolean): Promise<void> {
  const temporary = `${paths.sidecar}.tmp`
  const file = await open(temporary, 'w', 0o644)
  try {
    await file.writeFile(JSON.stringify(record))
    if (durable) await file.sync()
  } catch (error) {
    // On a full disk; whoever removes the part looks for its part and its sidecar.
    await removeIfAnyLater(temporary)
    throw error
  } finally {
    await file.close()
  }
  await rename(temporary, paths.sidecar)
}

/** Creates the empty part, and its sidecar by `describe`: both or none. Its folder is made when the first upload needs it. */
export async function createPartFile(lane: DiskLane, paths: PartPaths, describe: () => Promise<void>): Promise<void> {
  const create = async () => await (await open(paths.part, 'w', 0o644)).close()
  try {
    await lane.runTimed(create)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    await lane.run(() => makeDurableFolder(paths.folder))
    await lane.runTimed(create)
  }
  try {
    await describe()
  } catch (error) {
    await lane.run(() => removeIfAnyLater(paths.part))
    throw error
  }
}

async function makeDurableFolder(path: string): Promise<void> {
  await makeFolderLater(path)
  const parent = await open(dirname(path), 'r')
  try {
    await parent.sync()
  } finally {
    await parent.close()
  }
}

/** Removes part and sidecar, the sidecar last: a part without one is nobody's and is swept at start. */
export async function removePartFiles({ lane }: StorePath, paths: PartPaths): Promise<void> {
  await lane.run(() => removeIfAnyLater(paths.part))
  await lane.run(() => removeIfAnyLater(paths.sidecar))
}

export interface FoundPart {
  paths: PartPaths
  record: PartRecord
  size: number
  changedAtMs: number
}

/**
 * The parts of a store path as a crash or a stop left them. Half of a pair is removed: a part whose sidecar was never written belongs to an
 * upload that nobody was told of, a sidecar without its part to one that is linked or ended.
 */
export function findParts(storePath: StorePath, report: (message: string) => void): FoundPart[] {
  const root = partsFolder(storePath)
  makeFolder(root)
  const found: FoundPart[] = []
  for (const prefix of readdirSync(root).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    const names = new Set(readdirSync(`${root}/${prefix}`))
    const uploads = new Set([...names].map((name) => name.slice(0, 32)).filter((upl) => /^[0-9a-f]{32}$/.test(upl)))
    for (const upl of uploads) {
      const paths = partPaths(storePath, upl)
      removeIfAny(`${paths.sidecar}.tmp`)
      const record = names.has(`${upl}.json`) ? parseRecord(readFileSync(paths.sidecar, 'utf8'), upl) : null
      if (record === null || !names.has(`${upl}.part`)) {
        report(`removed what was left of upload ${upl}`)
        removeIfAny(paths.part)
        removeIfAny(paths.sidecar)
        continue
      }
      const { size, mtimeMs } = statSync(paths.part)
      found.push({ paths, record, size, changedAtMs: mtimeMs })
    }
  }
  return found
}

function parseRecord(text: string, upl: string): PartRecord | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  const record = currentRecord(value)
  return isRecord(record) && record.upl === upl ? record : null
}

/** Version 1 knew uploads of a known length only, that are sent. */
function currentRecord(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1) return value
  return { ...value, v: 2, lenMax: 'len' in value ? value.len : undefined, joins: [], ...NO_FACTS }
}

const NUMBERS = ['ep', 'lenMax', 'created', 'offsetDurable']
const TEXTS = ['upl', 'ext', 'own', 'ent', 'bootId', 'metadata', 'concat']

function isRecord(value: unknown): value is PartRecord {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  const joins = fields.get('joins')
  return (
    (fields.get('v') === 3 ? Number.isSafeInteger(fields.get('prefix')) : fields.get('v') === 2) &&
    (fields.get('len') === null || Number.isSafeInteger(fields.get('len'))) &&
    NUMBERS.every((name) => Number.isSafeInteger(fields.get(name))) &&
    TEXTS.every((name) => typeof fields.get(name) === 'string') &&
    Array.isArray(joins) &&
    joins.every((name) => typeof name === 'string')
  )
}
