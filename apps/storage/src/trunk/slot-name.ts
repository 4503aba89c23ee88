import { type FileId, ProtocolError, parseFileId, type TrunkSlot } from '@cairn/dfs-core'

/** A slot starts with its header; the content follows. */
export const SLOT_HEADER_SIZE = 24
/** `F`: the content is the file's. `L`: it is the logic name of the file that this one is a link to. */
export type SlotType = 'F' | 'L'

/** M00/00/00/, 27 characters, 16 for the slot, 7 for the tail. */
const TRUNK_LOGIC_NAME_LENGTH = 60
const TAIL_LENGTH = 7
/** Offsets are signed 32-bit numbers to FastDFS. */
const TRUNK_FILE_SIZE_MAX = 2 ** 31 - 1

/** What the name of a file in a trunk slot says. */
export interface NamedSlot {
  readonly slot: TrunkSlot
  /** Bytes of content. */
  readonly size: number
  readonly crc32: number
  /** Unix seconds. */
  readonly timestamp: number
  /** The last 7 characters of the name. */
  readonly tail: string
}

/** Null for every name that is not one of a file in a trunk slot, or that names an impossible slot. */
export function slotOfName(logicName: string): NamedSlot | null {
  if (logicName.length !== TRUNK_LOGIC_NAME_LENGTH) return null
  const id = parsed(logicName)
  if (id?.trunk === undefined) return null
  const { offset, allocSize } = id.trunk
  if (allocSize < id.size + SLOT_HEADER_SIZE || offset + allocSize > TRUNK_FILE_SIZE_MAX) return null
  return {
    slot: {
      storePathIndex: id.storePathIndex,
      high: id.high,
      low: id.low,
      trunkFileId: id.trunk.id,
      offset,
      size: allocSize,
    },
    size: id.size,
    crc32: id.crc32,
    timestamp: id.timestamp,
    tail: logicName.slice(-TAIL_LENGTH),
  }
}

function parsed(logicName: string): FileId | null {
  try {
    return parseFileId(`g/${logicName}`)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

/**
 * The 24 bytes in front of a file's content in a trunk file (FastDFS 6.16, client protocol §5.6): type, slot size,
 * content size, CRC-32, time, tail of the name. All of them stand in the name too, so a name that was given to another
 * file before the slot was used again finds another header.
 */
export function slotHeader(type: SlotType, named: NamedSlot): Buffer {
  const header = Buffer.alloc(SLOT_HEADER_SIZE)
  header.write(type, 0, 'latin1')
  header.writeUInt32BE(named.slot.size, 1)
  header.writeUInt32BE(named.size, 5)
  header.writeUInt32BE(named.crc32, 9)
  header.writeUInt32BE(named.timestamp, 13)
  header.write(named.tail, 17, TAIL_LENGTH, 'latin1')
  return header
}

/** The type of the slot when its header is the one that the name tells, else null. */
export function slotTypeFor(header: Buffer, named: NamedSlot): SlotType | null {
  const type = header.toString('latin1', 0, 1)
  if (type !== 'F' && type !== 'L') return null
  return slotHeader(type, named).equals(header) ? type : null
}

/** FastDFS's rule: CRC-32, time and tail are zero; type and sizes are not looked at. */
export function isUnoccupied(header: Buffer): boolean {
  return header.subarray(9, SLOT_HEADER_SIZE).every((byte) => byte === 0)
}

/** When the file in a slot was made, by its header. */
export function timeInHeader(header: Buffer): number {
  return header.readUInt32BE(13)
}
