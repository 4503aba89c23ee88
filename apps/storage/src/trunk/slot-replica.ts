import { Status } from '@cairn/dfs-core'
import type { ResolvedName } from '../disk/file-store.ts'
import { StoreError } from '../disk/store-error.ts'
import { readSlotHeader, trunkFilePath, writeSlot } from './slot-file.ts'
import { isUnoccupied, type SlotType, slotOfName, slotTypeFor, timeInHeader } from './slot-name.ts'

/** Writes a body into the slot that a name tells. False for names without a slot. Throws EBUSY: another file is there. */
export function placeInSlot(file: ResolvedName, body: Buffer, type: SlotType = 'F'): boolean {
  const named = slotOfName(file.logicName)
  if (named === null) return false
  const occupant = occupantOf(file)
  if (occupant === 'older' || occupant === 'newer') {
    throw new StoreError(Status.EBUSY, `another file lies in the slot of ${file.logicName}`)
  }
  writeSlot(trunkFilePath(file.storePath, named.slot), named, body, type)
  return true
}

/** What lies in the slot of a name: nothing, this file, an older or a newer one. Null for names without a slot. */
export function occupantOf(file: ResolvedName): 'none' | 'same' | 'older' | 'newer' | null {
  const named = slotOfName(file.logicName)
  if (named === null) return null
  const header = readSlotHeader(trunkFilePath(file.storePath, named.slot), named.slot.offset)
  if (header === null || isUnoccupied(header)) return 'none'
  if (slotTypeFor(header, named) !== null) return 'same'
  return timeInHeader(header) > named.timestamp ? 'newer' : 'older'
}
