import { truncate } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { UploadError, type WriteOptions } from '@cairn/dfs-tus'
import type { BodyBudget } from './body-budget.ts'
import type { BodyEnd } from './body-pump.ts'
import { bringBody } from './carried-body.ts'
import { asUploadError } from './disk-failure.ts'
import type { Part } from './part.ts'
import type { Shipment } from './shipping.ts'

/**
 * Brings one request's body into a part. What arrives is kept, also when the client or the disk fails in the middle; only a body that is
 * too long or does not match its checksum leaves the part as it was.
 */
export async function receiveIntoPart(
  part: Part,
  body: Readable,
  { shipment, budget, ...options }: WriteOptions & { shipment: Shipment | null; budget: BodyBudget },
): Promise<void> {
  const { takeover, check, length, len } = options
  const mark = part.mark
  const store = async (chunks: Buffer[]) => {
    await part.append(chunks)
    if (check !== undefined) for (const chunk of chunks) check.update(chunk)
    await shipment?.advance(takeover)
  }
  if (len !== undefined) await part.setLength(len)
  try {
    // Nobody has looked yet at what the file has behind its beginning if the process ends in the middle.
    if (check !== undefined) await part.becomeSparse()
    await part.openForWriting()
    if (check !== undefined || length === undefined) part.unsettle()
    const end = await bringBody(body, {
      ...{ room: part.room, takeover, budget, store, check, length },
      file: { path: part.paths.part, storePath: part.storePath.index },
      position: () => part.offset,
      async keep(size, crc32) {
        await part.grew(size, crc32)
        await shipment?.advance(takeover)
      },
      lost: () => part.storePath.lane.run(() => truncate(part.paths.part, part.offset)),
    })
    judge(end, check)
    part.settle()
    if (!part.isComplete) await part.becomeDense()
  } catch (error) {
    const isKept = check === undefined && !(error instanceof UploadError && error.code === 'too_large')
    if (!isKept) {
      await part.rollback(mark)
      if (len !== undefined) await part.setLength(null)
    }
    throw asUploadError(error, part.storePath)
  } finally {
    part.settle()
    await part.closeFile()
  }
}

/** Throws what is to be refused. A checksum is one of the whole body: what broke off cannot match, whatever the bytes are. */
export function judge(end: BodyEnd, check: WriteOptions['check']): void {
  if (end === 'too_long') throw new UploadError('too_large', 'the body is longer than what the upload still lacks')
  if (end !== 'whole' && check !== undefined) {
    throw new UploadError('checksum_mismatch', 'the body ended before what its checksum is of')
  }
  check?.verify()
  if (end === 'taken_over') throw new UploadError('taken_over', 'a newer request continues this upload')
}
