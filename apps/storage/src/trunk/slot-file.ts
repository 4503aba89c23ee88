import { closeSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TrunkSlot } from '@cairn/dfs-core'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { isErrno } from '../disk/atomic-file.ts'
import {
  closingByPace,
  fstatByPace,
  ftruncateByPace,
  makeFolderByPace,
  openIfThereByPace,
  openPathByPace,
  type Paced,
  readByPace,
  thenByPace,
  writeAllByPace,
} from '../disk/by-pace.ts'
import { createFileLocks, whileLocked } from '../disk/file-locks.ts'
import type { StorePath } from '../disk/store-path.ts'
import { hexByte } from '../engine/logic-name.ts'
import { isUnoccupied, type NamedSlot, SLOT_HEADER_SIZE, type SlotType, slotHeader, slotTypeFor } from './slot-name.ts'

const ID_DIGITS_MIN = 6
const ZEROES = Buffer.alloc(256 * 1024)

/** `<store path>/data/HH/LL/000001` */
export function trunkFilePath(storePath: StorePath, { high, low, trunkFileId }: TrunkSlot): string {
  const name = String(trunkFileId).padStart(ID_DIGITS_MIN, '0')
  return `${storePath.dataDir}/${hexByte(high)}/${hexByte(low)}/${name}`
}

const writers = createFileLocks()

/** Looks into a trunk file and writes there while nobody else does: what one still clears another must not fill. */
export function writingTo<T>(path: string, work: () => Paced<T>): Promise<T> {
  return whileLocked(writers, path, work)
}

/** Makes a trunk file of its full size (without using the space yet), or makes a shorter one as long. */
export function makeTrunkFile(lane: DiskLane, path: string, size: number): Paced<void> {
  return thenByPace(openMakingFolder(lane, path), (fd) =>
    closingByPace(lane, fd, () =>
      thenByPace(fstatByPace(lane, fd), (stat) => (stat.size < size ? ftruncateByPace(lane, fd, size) : undefined)),
    ),
  )
}

/** The header of a slot; null when the trunk file is not here or ends before it. */
export function readSlotHeader(lane: DiskLane, path: string, offset: number): Paced<Buffer | null> {
  return thenByPace(openIfThereByPace(lane, path, 'r'), (fd) =>
    fd === null ? null : closingByPace(lane, fd, () => headerByPace(lane, fd, offset)),
  )
}

/** True when no file lies in the slot on this disk. */
export function isSlotUnoccupied(lane: DiskLane, path: string, offset: number): Paced<boolean> {
  return thenByPace(readSlotHeader(lane, path, offset), (header) => header === null || isUnoccupied(header))
}

/** The open slot of a name; null when the slot holds another file, or none. The caller closes the descriptor. */
export function openSlot(path: string, named: NamedSlot): { readonly fd: number; readonly type: SlotType } | null {
  const fd = openIfThere(path)
  if (fd === null) return null
  let type: SlotType | null = null
  try {
    const header = headerAt(fd, named.slot.offset)
    type = header === null ? null : slotTypeFor(header, named)
  } finally {
    if (type === null) closeSync(fd)
  }
  return type === null ? null : { fd, type }
}

interface SlotContent {
  readonly named: NamedSlot
  readonly content: Buffer
  readonly type?: SlotType
}

/** The content first, then the header: without it the slot holds nothing. */
export function writeSlot(lane: DiskLane, path: string, { named, content, type = 'F' }: SlotContent): Paced<void> {
  const { offset, size } = named.slot
  const write = (fd: number) =>
    thenByPace(writeAllByPace(lane, fd, content, offset + SLOT_HEADER_SIZE), () =>
      writeAllByPace(lane, fd, slotHeader(type, named), offset),
    )
  return thenByPace(makeTrunkFile(lane, path, offset + size), () =>
    thenByPace(openPathByPace(lane, path, 'r+'), (fd) => closingByPace(lane, fd, () => write(fd))),
  )
}

/** Zeroes the slot of a name, header first. False when it does not hold this file. */
export function clearSlot(lane: DiskLane, path: string, named: NamedSlot): Paced<boolean> {
  const { offset, size } = named.slot
  const zero = (fd: number, at: number): Paced<boolean> => {
    if (at >= size) return true
    const zeroes = ZEROES.subarray(0, Math.min(ZEROES.length, size - at))
    return thenByPace(writeAllByPace(lane, fd, zeroes, offset + at), () => zero(fd, at + zeroes.length))
  }
  const clear = (fd: number) =>
    thenByPace(headerByPace(lane, fd, offset), (header) =>
      header === null || slotTypeFor(header, named) === null ? false : zero(fd, 0),
    )
  return thenByPace(openIfThereByPace(lane, path, 'r+'), (fd) =>
    fd === null ? false : closingByPace(lane, fd, () => clear(fd)),
  )
}

function headerByPace(lane: DiskLane, fd: number, offset: number): Paced<Buffer | null> {
  const header = Buffer.allocUnsafe(SLOT_HEADER_SIZE)
  return thenByPace(readByPace(lane, fd, header, offset), (count) => (count === SLOT_HEADER_SIZE ? header : null))
}

function headerAt(fd: number, offset: number): Buffer | null {
  const header = Buffer.allocUnsafe(SLOT_HEADER_SIZE)
  return readSync(fd, header, 0, SLOT_HEADER_SIZE, offset) === SLOT_HEADER_SIZE ? header : null
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

function openMakingFolder(lane: DiskLane, path: string): Paced<number> {
  return thenByPace(
    openIfThereByPace(lane, path, 'a'),
    (fd) => fd ?? thenByPace(makeFolderByPace(lane, dirname(path)), () => openPathByPace(lane, path, 'a')),
  )
}
