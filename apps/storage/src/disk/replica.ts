import { symlinkSync, utimesSync } from 'node:fs'
import { copyFile, readFile, symlink, utimes } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { crc32 } from 'node:zlib'
import { Status } from '@cairn/dfs-core'
import { normalFacts } from '../engine/file-facts.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { placeInSlot } from '../trunk/slot-replica.ts'
import { factsByPace } from '../trunk/stored-by-pace.ts'
import { isErrno } from './atomic-file.ts'
import {
  byPace,
  lstatByPace,
  makeFolderByPace,
  removeByPace,
  renameByPace,
  thenByPace,
  truncateByPace,
  writeNewByPace,
} from './by-pace.ts'
import type { FileStore, ResolvedName } from './file-store.ts'
import type { IncomingFile } from './incoming-file.ts'
import { StoreError } from './store-error.ts'
import type { StorePath } from './store-path.ts'

/** A body that is not what the name of its file says. */
export class ContentMismatchError extends StoreError {}

/** What stands under a name now. */
export type Present =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly size: number }
  | { readonly kind: 'other' }

export function presentAt(file: ResolvedName): Present | Promise<Present> {
  return thenByPace(factsByPace(file), (facts) => {
    if (facts === null) return { kind: 'none' }
    return facts.kind === 'file' ? { kind: 'file', size: facts.size } : { kind: 'other' }
  })
}

/**
 * Puts a body from a peer under its name in one step, over whatever is there, with the source's time. `body` must not change
 * before this is settled.
 */
export async function placeFromMemory(
  store: FileStore,
  file: ResolvedName,
  body: Buffer,
  timestamp: number,
): Promise<void> {
  checkAgainstName(file, body.length, crc32(body))
  if (await placeInSlot(file, body)) return
  const temporary = store.temporaryPath(file.storePath)
  await writeNewByPace(file.storePath.lane, temporary, body)
  await place(temporary, file, timestamp)
}

/** As `placeFromMemory`; the temporary name is gone afterwards. */
export async function placeFromFile(file: ResolvedName, incoming: IncomingFile, timestamp: number): Promise<void> {
  checkAgainstName(file, incoming.size, incoming.crc32)
  if (slotOfName(file.logicName) === null) {
    await place(incoming.path, file, timestamp)
    return
  }
  const { lane } = file.storePath
  await placeInSlot(file, await lane.run(() => readFile(incoming.path)))
  await removeByPace(lane, incoming.path)
}

async function place(temporary: string, file: ResolvedName, timestamp: number): Promise<void> {
  const { lane } = file.storePath
  try {
    await utimesByPace(lane, temporary, timestamp)
    await renameMakingFolder(file.storePath, temporary, file.path)
  } catch (error) {
    await removeByPace(lane, temporary)
    throw error
  }
}

const utimesByPace = byPace(
  (path: string, timestamp: number) => utimesSync(path, timestamp, timestamp),
  (path, timestamp) => utimes(path, timestamp, timestamp),
)

export async function renameMakingFolder({ lane }: StorePath, from: string, to: string): Promise<void> {
  try {
    await renameByPace(lane, from, to)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    await makeFolderByPace(lane, dirname(to))
    await renameByPace(lane, from, to)
  }
}

/** Bytes that several names share are never written in place: this name gets its own. */
export async function unshare(store: FileStore, file: ResolvedName): Promise<void> {
  const { lane } = file.storePath
  const stat = await lstatByPace(lane, file.path)
  if (stat === null || stat.nlink === 1) return
  const temporary = store.temporaryPath(file.storePath)
  await lane.run(() => copyFile(file.path, temporary))
  await renameByPace(lane, temporary, file.path)
}

/** Cuts or extends a replica and gives it the source's time. */
export async function truncateReplica(file: ResolvedName, size: number, timestamp: number): Promise<void> {
  const { lane } = file.storePath
  await truncateByPace(lane, file.path, size)
  await utimesByPace(lane, file.path, timestamp)
}

/** The name of a normal file, and of one in a slot, tells size and CRC-32; a body that is another one must not stand under it. */
function checkAgainstName(file: ResolvedName, size: number, crc: number): void {
  const expected = slotOfName(file.logicName) ?? normalFacts(file.logicName)
  if (expected === null || (expected.size === size && expected.crc32 === crc)) return
  throw new ContentMismatchError(
    Status.EIO,
    `${file.logicName} came with ${size} bytes and CRC-32 ${crc}, its name says ${expected.size} and ${expected.crc32}`,
  )
}

/** A relative link, unlike FastDFS's: it survives a move of the store path. */
export async function placeLink(link: ResolvedName, target: ResolvedName): Promise<void> {
  if (await placeInSlot(link, Buffer.from(target.logicName, 'latin1'), 'L')) return
  const { lane } = link.storePath
  const folder = dirname(link.path)
  await makeFolderByPace(lane, folder)
  await symlinkByPace(lane, relative(folder, target.path), link.path)
}

const symlinkByPace = byPace(
  (to: string, path: string) => symlinkSync(to, path),
  (to, path) => symlink(to, path),
)
