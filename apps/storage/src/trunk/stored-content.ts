import { closeSync, fstatSync, lstatSync, openSync, readSync, statSync, unlinkSync } from 'node:fs'
import { Status } from '@cairn/dfs-core'
import { isErrno } from '../disk/atomic-file.ts'
import { crcOfRange } from '../disk/file-crc.ts'
import type { NewFiles, ResolvedName } from '../disk/new-files.ts'
import { StoreError } from '../disk/store-error.ts'
import { clearSlot, openSlot, trunkFilePath } from './slot-file.ts'
import { type NamedSlot, SLOT_HEADER_SIZE, type SlotType, slotOfName } from './slot-name.ts'

/** The bytes that a name stands for, open: a file of their own, or a slot of a trunk file. */
export interface StoredContent {
  readonly fd: number
  /** Where they begin in the file that is open. */
  readonly offset: number
  readonly size: number
  readonly mtimeMs: number
  /** `other`: neither file nor folder. */
  readonly kind: 'file' | 'folder' | 'other'
}

/** Where names lead. */
type Names = Pick<NewFiles, 'resolve'>

/** Opens what a name stands for, links followed; null when there is nothing. The caller closes the descriptor. */
export function openStored(store: Names, file: ResolvedName): StoredContent | null {
  const named = slotOfName(file.logicName)
  return named === null ? openPlain(file.path) : openInSlot(store, file, named)
}

export type StoredFacts = Omit<StoredContent, 'fd' | 'offset'>

/** What the disk says of a name without following links; null when there is nothing. */
export function storedFacts(file: ResolvedName): StoredFacts | null {
  const named = slotOfName(file.logicName)
  if (named !== null) {
    const opened = openSlot(trunkFilePath(file.storePath, named.slot), named)
    if (opened === null) return null
    closeSync(opened.fd)
    return slotFacts(named, opened.type)
  }
  const stat = lstatSync(file.path, { throwIfNoEntry: false })
  return stat === undefined ? null : { size: stat.size, mtimeMs: stat.mtimeMs, kind: kindOf(stat) }
}

/** The same of what a link leads to; null as well when that is not here. */
export function contentFacts(store: Names, file: ResolvedName): (StoredFacts & { readonly isLink: boolean }) | null {
  const facts = storedFacts(file)
  if (facts === null) return null
  if (facts.kind !== 'other') return { ...facts, isLink: false }
  if (slotOfName(file.logicName) === null) {
    const stat = statSync(file.path, { throwIfNoEntry: false })
    return stat === undefined ? null : { size: stat.size, mtimeMs: stat.mtimeMs, kind: kindOf(stat), isLink: true }
  }
  const content = openStored(store, file)
  if (content === null) return null
  closeSync(content.fd)
  return { ...content, isLink: true }
}

/** Of what a link leads to: its own name may tell any other. */
export async function crcOfContent(store: Names, file: ResolvedName): Promise<number> {
  const content = openStored(store, file)
  if (content === null) throw new StoreError(Status.ENOENT, `${file.logicName} leads to nothing`)
  try {
    return await crcOfRange(content)
  } finally {
    closeSync(content.fd)
  }
}

/** Takes a file off this disk: its slot is zeroed, or its own file removed. */
export function removeStored(file: ResolvedName): void {
  const named = slotOfName(file.logicName)
  if (named === null) unlinkSync(file.path)
  else clearSlot(trunkFilePath(file.storePath, named.slot), named)
}

function openInSlot(store: Names, file: ResolvedName, named: NamedSlot): StoredContent | null {
  const opened = openSlot(trunkFilePath(file.storePath, named.slot), named)
  if (opened === null) return null
  const { fd } = opened
  if (opened.type === 'F') return slotContent(fd, named)
  try {
    const target = Buffer.alloc(named.size)
    readSync(fd, target, 0, named.size, named.slot.offset + SLOT_HEADER_SIZE)
    return openTarget(store, target.toString('latin1'))
  } finally {
    closeSync(fd)
  }
}

/** A link is followed once: what it leads to is no link again. */
function openTarget(store: Names, logicName: string): StoredContent | null {
  const file = store.resolve(logicName)
  const named = slotOfName(file.logicName)
  if (named === null) return openPlain(file.path)
  const opened = openSlot(trunkFilePath(file.storePath, named.slot), named)
  return opened === null ? null : slotContent(opened.fd, named)
}

/** Of a file in an open slot. */
export function slotContent(fd: number, { slot, size, timestamp }: NamedSlot): StoredContent {
  return { fd, offset: slot.offset + SLOT_HEADER_SIZE, size, mtimeMs: timestamp * 1000, kind: 'file' }
}

export function slotFacts({ size, timestamp }: NamedSlot, type: SlotType): StoredFacts {
  return { size, mtimeMs: timestamp * 1000, kind: type === 'F' ? 'file' : 'other' }
}

function openPlain(path: string): StoredContent | null {
  const fd = openIfThere(path)
  if (fd === null) return null
  try {
    const stat = fstatSync(fd)
    return { fd, offset: 0, size: stat.size, mtimeMs: stat.mtimeMs, kind: kindOf(stat) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

export function kindOf(stat: { isFile(): boolean; isDirectory(): boolean }): StoredContent['kind'] {
  if (stat.isFile()) return 'file'
  return stat.isDirectory() ? 'folder' : 'other'
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}
