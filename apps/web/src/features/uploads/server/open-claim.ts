import { randomBytes, randomInt } from 'node:crypto'
import { ApiError } from '../../../lib/api-error.ts'
import { type AttemptLimit, requireAttempt } from '../../../lib/attempts.ts'
import { db } from '../../../lib/db.ts'
import { bytesOfHex, drawOffsets, rangesOf } from '../possession.ts'
import type { Challenge, ClaimBody } from '../schema.ts'

const NONCE_BYTES = 32
const CHALLENGE_SECONDS = 60
const CHALLENGES: AttemptLimit = { name: 'claim', max: 600, windowSeconds: 60 * 60 }

/**
 * What to prove for an upload that goes on meanwhile. Every hash gets a challenge, and nobody looks here whether such
 * content is stored: so neither the answer nor its time can tell.
 */
export async function openClaim(ownerId: string, uploadId: string, { sha256, size }: ClaimBody): Promise<Challenge> {
  await requireAttempt(CHALLENGES, ownerId)
  const upload = await db().upload.findFirst({
    where: { upl: uploadId, ownerId },
    select: { id: true, size: true, state: true },
  })
  if (!upload) throw new ApiError('not_found', 'There is no such upload.')
  // One that was completed at this moment is no mistake of the browser: the proof then gives its entry.
  if (upload.state !== 'created' && upload.state !== 'uploading' && upload.state !== 'committed') {
    throw new ApiError('upload_gone', `This upload has ended: ${upload.state}.`)
  }
  if (upload.size !== BigInt(size)) {
    throw new ApiError('upload_mismatch', `This upload was announced with ${upload.size} bytes.`, { field: 'size' })
  }
  const nonce = randomBytes(NONCE_BYTES)
  const offsets = drawOffsets(size, (limit) => randomInt(limit))
  const expiresAt = new Date(Date.now() + CHALLENGE_SECONDS * 1000)
  // Most challenges are never answered.
  await db().claimChallenge.deleteMany({ where: { ownerId, expiresAt: { lt: new Date() } } })
  await db().claimChallenge.create({
    data: {
      nonce,
      uploadId: upload.id,
      ownerId,
      sha256: Uint8Array.from(bytesOfHex(sha256)),
      size: upload.size,
      offsets: offsets.map(BigInt),
      expiresAt,
    },
  })
  return { nonce: nonce.toString('hex'), ranges: rangesOf(size, offsets), expiresAt: expiresAt.toISOString() }
}
