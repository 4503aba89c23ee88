import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { dirname, relative } from 'node:path'
import { crc32 } from 'node:zlib'
import { Status } from '@cairn/dfs-core'
import { normalFacts } from '../engine/file-facts.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { placeInSlot } from '../trunk/slot-replica.ts'
import { storedFacts } from '../trunk/stored-content.ts'
import { isErrno, writeNewFile } from './atomic-file.ts'
import type { FileStore, ResolvedName } from './file-store.ts'
import type { IncomingFile } from './incoming-file.ts'
import { StoreError } from './store-error.ts'

/** A body that is not what the name of its file says. */
export class ContentMismatchError extends StoreError {}

/** What stands under a name now. */
export type Present =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly size: number }
  | { readonly kind: 'other' }

export function presentAt(file: ResolvedName): Present {
  const facts = storedFacts(file)
  if (facts === null) return { kind: 'none' }
  return facts.kind === 'file' ? { kind: 'file', size: facts.size } : { kind: 'other' }
}

/** Puts a body from a peer under its name in one step, over whatever is there, with the source's time. */
export function placeFromMemory(store: FileStore, file: ResolvedName, body: Buffer, timestamp: number): void {
  checkAgainstName(file, body.length, crc32(body))
  if (placeInSlot(file, body)) return
  const temporary = store.temporaryPath(file.storePath)
  writeNewFile(temporary, body)
  place(temporary, file, timestamp)
}

/** As `placeFromMemory`; the temporary name is gone afterwards. */
export function placeFromFile(file: ResolvedName, incoming: IncomingFile, timestamp: number): void {
  checkAgainstName(file, incoming.size, incoming.crc32)
  if (slotOfName(file.logicName) !== null) {
    placeInSlot(file, readFileSync(incoming.path))
    unlinkSync(incoming.path)
    return
  }
  place(incoming.path, file, timestamp)
}

function place(temporary: string, file: ResolvedName, timestamp: number): void {
  try {
    utimesSync(temporary, timestamp, timestamp)
    renameMakingFolder(temporary, file.path)
  } catch (error) {
    unlinkSync(temporary)
    throw error
  }
}

export function renameMakingFolder(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    mkdirSync(dirname(to), { recursive: true })
    renameSync(from, to)
  }
}

/** Bytes that several names share are never written in place: this name gets its own. */
export function unshare(store: FileStore, file: ResolvedName): void {
  if (lstatSync(file.path).nlink === 1) return
  const temporary = store.temporaryPath(file.storePath)
  copyFileSync(file.path, temporary)
  renameSync(temporary, file.path)
}

/** Cuts or extends a replica and gives it the source's time. */
export function truncateReplica(file: ResolvedName, size: number, timestamp: number): void {
  truncateSync(file.path, size)
  utimesSync(file.path, timestamp, timestamp)
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
export function placeLink(link: ResolvedName, target: ResolvedName): void {
  if (placeInSlot(link, Buffer.from(target.logicName, 'latin1'), 'L')) return
  mkdirSync(dirname(link.path), { recursive: true })
  symlinkSync(relative(dirname(link.path), target.path), link.path)
}
