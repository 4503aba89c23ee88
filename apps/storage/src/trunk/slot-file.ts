import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TrunkSlot } from '@cairn/dfs-core'
import { isErrno, makeFolder } from '../disk/atomic-file.ts'
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

/** Makes a trunk file of its full size (without using the space yet), or makes a shorter one as long. */
export function makeTrunkFile(path: string, size: number): void {
  const fd = openMakingFolder(path)
  try {
    if (fstatSync(fd).size < size) ftruncateSync(fd, size)
  } finally {
    closeSync(fd)
  }
}

/** The header of a slot; null when the trunk file is not here or ends before it. */
export function readSlotHeader(path: string, offset: number): Buffer | null {
  const fd = openIfThere(path)
  if (fd === null) return null
  try {
    return headerAt(fd, offset)
  } finally {
    closeSync(fd)
  }
}

/** True when no file lies in the slot on this disk. */
export function isSlotUnoccupied(path: string, offset: number): boolean {
  const header = readSlotHeader(path, offset)
  return header === null || isUnoccupied(header)
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

/** The content first, then the header: without it the slot holds nothing. */
export function writeSlot(path: string, named: NamedSlot, content: Buffer, type: SlotType = 'F'): void {
  const { offset, size } = named.slot
  makeTrunkFile(path, offset + size)
  const fd = openSync(path, 'r+')
  try {
    writeAt(fd, content, offset + SLOT_HEADER_SIZE)
    writeAt(fd, slotHeader(type, named), offset)
  } finally {
    closeSync(fd)
  }
}

/** Zeroes the slot of a name, header first. False when it does not hold this file. */
export function clearSlot(path: string, named: NamedSlot): boolean {
  const opened = openSlot(path, named)
  if (opened === null) return false
  closeSync(opened.fd)
  const fd = openSync(path, 'r+')
  try {
    const { offset, size } = named.slot
    for (let at = 0; at < size; at += ZEROES.length) {
      writeAt(fd, ZEROES.subarray(0, Math.min(ZEROES.length, size - at)), offset + at)
    }
  } finally {
    closeSync(fd)
  }
  return true
}

function headerAt(fd: number, offset: number): Buffer | null {
  const header = Buffer.allocUnsafe(SLOT_HEADER_SIZE)
  return readSync(fd, header, 0, SLOT_HEADER_SIZE, offset) === SLOT_HEADER_SIZE ? header : null
}

function writeAt(fd: number, bytes: Buffer, position: number): void {
  let written = 0
  while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written, position + written)
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

function openMakingFolder(path: string): number {
  try {
    return openSync(path, 'a', 0o644)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    makeFolder(dirname(path))
    return openSync(path, 'a', 0o644)
  }
}
