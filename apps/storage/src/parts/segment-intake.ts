import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { crc32 } from '@cairn/dfs-core'
import { type SegmentWriteOptions, UploadError } from '@cairn/dfs-tus'
import type { BodyBudget } from './body-budget.ts'
import { pumpBody } from './body-pump.ts'
import { splitChunks } from './chunks.ts'
import { asUploadError } from './disk-failure.ts'
import type { Part } from './part.ts'
import { judge } from './part-intake.ts'
import type { Segment } from './segment-map.ts'
import type { Shipment } from './shipping.ts'

/** Where bytes of one request have got to, and those of them that the segment does not have yet. */
interface Arrived {
  position: number
  size: number
  crc32: number
}

/**
 * Brings one request's body to its place in a part. What arrives is the segment's at once, unless the body may still be refused: one that has
 * a checksum, or does not tell its length, becomes the segment's when it is whole, so that the prefix never has to give bytes back.
 */
export async function receiveIntoSegment(
  part: Part,
  segment: Segment,
  body: Readable,
  { shipment, budget, ...options }: SegmentWriteOptions & { shipment: Shipment | null; budget: BodyBudget },
): Promise<void> {
  const { takeover, check, length } = options
  const { off, len, stored } = segment
  const isRefusable = check !== undefined || length === undefined
  const arrived: Arrived = { position: off + stored, size: 0, crc32: 0 }
  const keep = async () => {
    const { size, crc32 } = arrived
    Object.assign(arrived, { size: 0, crc32: 0 })
    if (size > 0) await part.segmentGrew(off, size, crc32)
  }
  try {
    await part.becomeSparse()
    const { lane } = part.storePath
    const file = await lane.run(() => open(part.paths.part, 'r+'))
    const store = async (chunks: Buffer[]) => {
      try {
        await lane.run(() => writeChunks(file, chunks, arrived))
      } finally {
        if (!isRefusable) await keep()
      }
      if (check !== undefined) for (const chunk of chunks) check.update(chunk)
      await shipment?.advance(takeover)
    }
    try {
      const end = await budget.during(() => pumpBody(body, { room: len - stored, takeover, budget, store }))
      judge(end, check)
      await keep()
    } catch (error) {
      const isTooLong = error instanceof UploadError && error.code === 'too_large'
      if (check === undefined && !isTooLong) await keep()
      throw error
    } finally {
      await file.close()
    }
  } catch (error) {
    throw asUploadError(error, part.storePath)
  }
}

/** Counts what is really written, also when a write fails. */
async function writeChunks(file: FileHandle, chunks: readonly Buffer[], arrived: Arrived): Promise<void> {
  let rest = chunks
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, arrived.position)
    const [taken, left] = splitChunks(rest, bytesWritten)
    for (const chunk of taken) arrived.crc32 = crc32(chunk, arrived.crc32)
    arrived.size += bytesWritten
    arrived.position += bytesWritten
    rest = left
  }
}
