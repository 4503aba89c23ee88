import { Status } from '@cairn/dfs-core'
import { type Paced, thenByPace } from '../disk/by-pace.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { StoreError } from '../disk/store-error.ts'
import { readSlotHeader, trunkFilePath, writeSlot, writingTo } from './slot-file.ts'
import { isUnoccupied, type SlotType, slotOfName, slotTypeFor, timeInHeader } from './slot-name.ts'

/** Writes a body into the slot that a name tells. False for names without a slot. Throws EBUSY: another file is there. */
export async function placeInSlot(file: ResolvedName, content: Buffer, type: SlotType = 'F'): Promise<boolean> {
  const named = slotOfName(file.logicName)
  if (named === null) return false
  const path = trunkFilePath(file.storePath, named.slot)
  await writingTo(path, async () => {
    const occupant = await occupantOf(file)
    if (occupant === 'older' || occupant === 'newer') {
      throw new StoreError(Status.EBUSY, `another file lies in the slot of ${file.logicName}`)
    }
    await writeSlot(file.storePath.lane, path, { named, content, type })
  })
  return true
}

type Occupant = 'none' | 'same' | 'older' | 'newer'

/** What lies in the slot of a name: nothing, this file, an older or a newer one. Null for names without a slot. */
export function occupantOf({ logicName, storePath }: ResolvedName): Paced<Occupant | null> {
  const named = slotOfName(logicName)
  if (named === null) return null
  const { slot } = named
  return thenByPace(readSlotHeader(storePath.lane, trunkFilePath(storePath, slot), slot.offset), (header) => {
    if (header === null || isUnoccupied(header)) return 'none'
    if (slotTypeFor(header, named) !== null) return 'same'
    return timeInHeader(header) > named.timestamp ? 'newer' : 'older'
  })
}
