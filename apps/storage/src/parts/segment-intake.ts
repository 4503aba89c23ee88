import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { type SegmentWriteOptions, UploadError } from '@cairn/dfs-tus'
import type { BodyBudget } from './body-budget.ts'
import { bringBody } from './carried-body.ts'
import { type Arrived, writeChunks } from './chunks.ts'
import { asUploadError } from './disk-failure.ts'
import type { Part } from './part.ts'
import { judge } from './part-intake.ts'
import type { Segment } from './segment-map.ts'
import type { Shipment } from './shipping.ts'

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
      const end = await bringBody(body, {
        ...{ room: len - stored, takeover, budget, store, check, length },
        file: { path: part.paths.part, storePath: part.storePath.index },
        position: () => arrived.position,
        async keep(size, crc32) {
          await part.segmentGrew(off, size, crc32)
          await shipment?.advance(takeover)
        },
        // What lies behind a gap is believed of nobody.
        lost: () => Promise.resolve(),
      })
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
