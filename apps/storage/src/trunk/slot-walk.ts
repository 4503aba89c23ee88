import type { FileHandle } from 'node:fs/promises'
import { SLOT_HEADER_SIZE, type SlotType } from './slot-name.ts'

/** A file in a trunk file, as its header tells it. */
export interface FoundSlot {
  /** Where the header begins. */
  readonly offset: number
  readonly header: Buffer
  readonly type: SlotType
  /** Bytes of content. */
  readonly size: number
  readonly crc32: number
  /** Unix seconds. */
  readonly timestamp: number
}

const PIECE_BYTES = 256 * 1024
const ZEROES = Buffer.alloc(PIECE_BYTES)
const TYPES: ReadonlyMap<number, SlotType> = new Map([
  [0x46, 'F'],
  [0x4c, 'L'],
])
/** The last characters of a name: part of its digits, and the extension. */
const TAIL = /^[\w.-]{7}$/

/**
 * The files in a trunk file, in order. Slots follow each other without gaps, and free space is zero; what a crash has left
 * there, content without a header, is passed over. `pause` is called after each piece of free space.
 */
export async function* occupiedSlots(file: FileHandle, pause: () => Promise<void>): AsyncGenerator<FoundSlot> {
  const { size: end } = await file.stat()
  const header = Buffer.alloc(SLOT_HEADER_SIZE)
  for (let at = 0; at + SLOT_HEADER_SIZE <= end; ) {
    await file.read(header, 0, SLOT_HEADER_SIZE, at)
    const slot = slotAt(header, at, end)
    if (slot === null) {
      at = await nextHeader(file, { from: at + 1, end }, pause)
      continue
    }
    yield slot
    at += header.readUInt32BE(1)
  }
}

interface Range {
  readonly from: number
  readonly end: number
}

/** Where the next header begins at or after `from`; `end` when there is none. */
async function nextHeader(file: FileHandle, { from, end }: Range, pause: () => Promise<void>): Promise<number> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  for (let at = from; at + SLOT_HEADER_SIZE <= end; ) {
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, at)
    if (bytesRead < SLOT_HEADER_SIZE) return end
    const bytes = piece.subarray(0, bytesRead)
    const isFree = bytes.equals(ZEROES.subarray(0, bytesRead))
    const index = isFree ? -1 : headerIn(bytes, at, end)
    if (index >= 0) return at + index
    await pause()
    // A header may begin in the last bytes of this piece.
    at += bytesRead - SLOT_HEADER_SIZE + 1
  }
  return end
}

function headerIn(bytes: Buffer, at: number, end: number): number {
  for (let index = 0; index + SLOT_HEADER_SIZE <= bytes.length; index += 1) {
    if (!TYPES.has(bytes[index] ?? 0)) continue
    if (slotAt(bytes.subarray(index, index + SLOT_HEADER_SIZE), at + index, end) !== null) return index
  }
  return -1
}

/** Null for 24 bytes that are not the header of a file. */
function slotAt(header: Buffer, offset: number, end: number): FoundSlot | null {
  const type = TYPES.get(header[0] ?? 0)
  const allocSize = header.readUInt32BE(1)
  const size = header.readUInt32BE(5)
  const timestamp = header.readUInt32BE(13)
  if (type === undefined || timestamp === 0) return null
  if (allocSize < size + SLOT_HEADER_SIZE || offset + allocSize > end) return null
  if (!TAIL.test(header.toString('latin1', 17))) return null
  return { offset, header: Buffer.from(header), type, size, crc32: header.readUInt32BE(9), timestamp }
}
