import { crc32 } from 'node:zlib'
import type { ConnectionPool } from '@cairn/dfs-core'
import { type FileLocks, whileLocked } from '../disk/file-locks.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { NAME_START } from '../engine/file-facts.ts'
import { type NamedSlot, SLOT_HEADER_SIZE, type SlotType, slotTypeFor } from '../trunk/slot-name.ts'
import { occupantOf, placeInSlot } from '../trunk/slot-replica.ts'
import type { TrunkGroup } from '../trunk/trunk-group.ts'
import { fetchSlot } from './fetch-slot.ts'

/**
 * `absent`: the member has it no more. `damaged`: it has something else under this name. `occupied`: the slot of the name
 * holds an older file here.
 */
export type Restored = 'restored' | 'present' | 'absent' | 'damaged' | 'occupied'

interface SlotContext {
  readonly store: FileStore
  readonly locks: FileLocks
  readonly pool: ConnectionPool
  readonly trunk: Pick<TrunkGroup, 'makeTrunkFile'>
}

interface MissingSlot {
  readonly file: ResolvedName
  readonly named: NamedSlot
  /** False when it came or was deleted meanwhile. */
  isWanted(): Promise<boolean>
}

const TRUNK_ID_DIGITS = 6

/**
 * Brings one file in a slot back from the member at `address`. Every slot by itself, although the whole trunk file could
 * be had at once: what members write into other slots of it meanwhile must not be lost.
 */
export async function restoreSlot(context: SlotContext, address: string, missing: MissingSlot): Promise<Restored> {
  const { file, named } = missing
  const { store, locks, pool, trunk } = context
  const place = { name: trunkNameOf(missing), offset: named.slot.offset, size: SLOT_HEADER_SIZE + named.size }
  const slot = await fetchSlot(pool, address, { group: store.group, ...place })
  const type = slot === null ? null : slotTypeFor(slot.subarray(0, SLOT_HEADER_SIZE), named)
  if (slot === null || type === null) return 'absent'
  const content = slot.subarray(SLOT_HEADER_SIZE, SLOT_HEADER_SIZE + named.size)
  if (!isSound(content, named, type)) return 'damaged'
  return await whileLocked(locks, file.logicName, async () => {
    if (!(await missing.isWanted())) return 'present'
    const occupant = await occupantOf(file)
    // The slot was used again: this file is deleted.
    if (occupant === 'newer') return 'present'
    // The deletion of the file before it is still on its way.
    if (occupant === 'older') return 'occupied'
    await trunk.makeTrunkFile(file.storePath, named.slot)
    await placeInSlot(file, content, type)
    return 'restored'
  })
}

/** The trunk file of a slot, as members know it. */
function trunkNameOf({ file, named }: MissingSlot): string {
  return file.logicName.slice(0, NAME_START) + String(named.slot.trunkFileId).padStart(TRUNK_ID_DIGITS, '0')
}

/** What a link holds is a name, not the bytes that its checksum would be of. */
function isSound(content: Buffer, named: NamedSlot, type: SlotType): boolean {
  return content.length === named.size && (type === 'L' || crc32(content) === named.crc32)
}
