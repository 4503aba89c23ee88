import { createHmac } from 'node:crypto'
import { addressOf, ConnectionError, ProtocolError, ServerError } from '@cairn/dfs-core'
import { dfs } from '../../../lib/dfs.ts'
import { log } from '../../../lib/log.ts'
import { type ByteRange, proofHead, rangeHead } from '../possession.ts'

const READS_AT_ONCE = 8

/** What a claim is about. Hashes and ids in hexadecimal. */
export interface Claim {
  uploadId: string
  sha256: string
  size: number
  nonce: Uint8Array
  ranges: readonly ByteRange[]
}

/**
 * The answer that somebody who has the content gives: made from the stored bytes, at most 8 MiB, which any member of the
 * group gives. The one case besides the ZIP in which bytes of files pass through this process; so storages, also those
 * that are not ours, need no secret entrance for it. Null when a range cannot be read: then the upload simply goes on.
 */
export async function expectedProof(fileId: string, claim: Claim): Promise<Buffer | null> {
  const pieces = await readRanges(fileId, claim.ranges)
  if (pieces === null) return null
  const mac = createHmac('sha256', claim.nonce).update(proofHead(claim.uploadId, claim.sha256, claim.size))
  for (const [index, range] of claim.ranges.entries()) {
    const piece = pieces[index]
    if (piece?.length !== range.length) return null
    mac.update(rangeHead(range)).update(piece)
  }
  return mac.digest()
}

async function readRanges(fileId: string, ranges: readonly ByteRange[]): Promise<Buffer[] | null> {
  const pieces: Buffer[] = []
  let next = 0
  try {
    // Asked once and not for each range; the other members are tried only when this one cannot be reached.
    const storage = dfs().storage(addressOf(await dfs().tracker.queryFetch(fileId)))
    const read = async () => {
      for (let index = next++; index < ranges.length; index = next++) {
        const range = ranges[index]
        pieces[index] = await storage.downloadBuffer(fileId, range).catch((error: unknown) => {
          if (!(error instanceof ConnectionError)) throw error
          return dfs().downloadBuffer(fileId, range)
        })
      }
    }
    await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, ranges.length) }, read))
    return pieces
  } catch (error) {
    const isUnreadable =
      error instanceof ConnectionError || error instanceof ServerError || error instanceof ProtocolError
    if (!isUnreadable) throw error
    log().warn({ err: error }, 'stored content could not be read for a claim')
    return null
  }
}
