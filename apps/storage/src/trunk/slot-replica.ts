import type { ResolvedName } from '../disk/file-store.ts'
import { readSlotHeader, trunkFilePath, writeSlot } from './slot-file.ts'
import { isUnoccupied, type SlotType, slotOfName, slotTypeFor, timeInHeader } from './slot-name.ts'

/** Writes a body into the slot that a name tells, over whatever older file is there. False for names without a slot. */
export function placeInSlot(file: ResolvedName, body: Buffer, type: SlotType = 'F'): boolean {
  const named = slotOfName(file.logicName)
  if (named === null) return false
  writeSlot(trunkFilePath(file.storePath, named.slot), named, body, type)
  return true
}

/**
 * True when the slot of this name holds a newer file: it was deleted elsewhere and the slot used again, before the file
 * came here.
 */
export function isOvertaken(file: ResolvedName): boolean {
  const named = slotOfName(file.logicName)
  if (named === null) return false
  const header = readSlotHeader(trunkFilePath(file.storePath, named.slot), named.slot.offset)
  if (header === null || isUnoccupied(header) || slotTypeFor(header, named) !== null) return false
  return timeInHeader(header) > named.timestamp
}
