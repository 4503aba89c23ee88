import { closeSync, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs'
import { isErrno } from '../disk/atomic-file.ts'
import type { NewFiles, ResolvedName } from '../disk/new-files.ts'
import { openSlot, trunkFilePath } from './slot-file.ts'
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
  return stat === undefined ? null : plainFacts(stat)
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
    return { fd, offset: 0, ...plainFacts(fstatSync(fd)) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Of a file of its own. */
export function plainFacts(stat: Stats): StoredFacts {
  const isNoFile = stat.isDirectory() ? 'folder' : 'other'
  return { size: stat.size, mtimeMs: stat.mtimeMs, kind: stat.isFile() ? 'file' : isNoFile }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}
