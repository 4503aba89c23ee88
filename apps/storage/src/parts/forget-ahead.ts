import { truncate } from 'node:fs/promises'
import { isDiskFull } from './disk-failure.ts'
import type { Part } from './part.ts'

/**
 * The upload itself is asked for: what lies behind a gap is gone, and so are segments that nothing was written of, and the offset is safe.
 * What a full disk has not even room to make safe is given back: nobody has been told of it.
 */
export async function forgetAhead(part: Part): Promise<void> {
  part.ahead.clear()
  // Of a complete part nothing is ahead, and its file may be another one already.
  if (part.isComplete) return await part.becomeDense()
  try {
    if (part.isSparse) await part.storePath.lane.run(() => truncate(part.paths.part, part.offset))
    await part.becomeDense()
    if (!part.isJoined) await part.sync()
  } catch (error) {
    if (!isDiskFull(error)) throw error
    try {
      await part.rollback({ offset: part.safe, crcStart: part.safe, crc: 0 })
    } finally {
      await part.closeFile()
    }
  }
}
