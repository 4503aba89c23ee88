import { createHmac } from 'node:crypto'
import type { Transaction } from '../../../lib/db.ts'
import { env } from '../../../lib/env.ts'
import { readSettings } from '../../../lib/settings.ts'
import { holdersNeeded, mayClaim } from '../instant-rules.ts'

// More than any setting asks for; a film that everybody keeps must not be counted to its end.
const HOLDERS_COUNTED_MAX = 200

/** Stored content that may spare somebody an upload. `own`: the person keeps it already. */
export interface ClaimableContent {
  blobId: bigint
  fileId: string
  contentType: string
  own: boolean
}

interface FoundBlob {
  id: bigint
  file_id: string | null
  content_type: string
  own: boolean
  holders: number
}

/** The stored content with this hash, if the settings let this person have it without sending it. */
export async function findClaimable(
  tx: Transaction,
  ownerId: string,
  sha256: Uint8Array,
  size: bigint,
): Promise<ClaimableContent | null> {
  const [blob] = await tx.$queryRaw<FoundBlob[]>`
    SELECT b.id, b.file_id, b.content_type,
      EXISTS (SELECT 1 FROM entry e WHERE e.blob_id = b.id AND e.owner_id = ${ownerId}) AS own,
      (SELECT count(DISTINCT holding.owner_id)::int
       FROM (SELECT owner_id FROM entry WHERE blob_id = b.id LIMIT ${HOLDERS_COUNTED_MAX}) holding) AS holders
    FROM blob b WHERE b.sha256 = ${sha256} AND b.size = ${size} AND b.live`
  const settings = await readSettings()
  if (!blob || blob.file_id === null) return null
  const needed = holdersNeeded(settings.instantMinHolders, secretByteOf(sha256))
  const holders = { own: blob.own, count: blob.holders }
  if (!mayClaim(settings, Number(size), holders, needed)) return null
  return { blobId: blob.id, fileId: blob.file_id, contentType: blob.content_type, own: blob.own }
}

function secretByteOf(sha256: Uint8Array): number {
  return createHmac('sha256', env().secret).update('cairn/1/holders').update(sha256).digest().readUInt8(0)
}
