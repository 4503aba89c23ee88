import { timingSafeEqual } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { ApiError } from '../../../lib/api-error.ts'
import { type AttemptLimit, forgetAttempts, requireAttempt } from '../../../lib/attempts.ts'
import { recordAudit } from '../../../lib/audit.ts'
import { db, inTransaction } from '../../../lib/db.ts'
import { loadItems } from '../../../lib/entries/entry-rows.ts'
import { bytesOfHex, rangesOf } from '../possession.ts'
import type { ProofAnswer, ProofBody } from '../schema.ts'
import { dropSoon } from './acknowledge.ts'
import { storedItem } from './complete-uploads.ts'
import { type Claim, expectedProof } from './expected-proof.ts'
import { type ClaimableContent, findClaimable } from './find-content.ts'
import { settleUploads } from './settle-uploads.ts'
import { isOpen, lockUploads, type UploadRow } from './upload-rows.ts'

/**
 * A refusal comes exactly so long after the question, whatever was found: nothing stored, somebody else's file, or a
 * wrong answer. What could not be judged within this time is refused too, or a slow storage would tell.
 */
const REFUSED_AFTER_MS = 2500
// For one content: who has most of a file must not draw ranges until only known ones come. Counted whether or not such
// content is stored.
const FAILURES: AttemptLimit = { name: 'claim-failure', max: 3, windowSeconds: 60 * 60 }

/** Somebody who claims stored content for an upload of theirs. */
interface Claimant {
  id: string
  uploadId: string
  /** Of the request. */
  headers: Headers
}

/**
 * Compares an answer with what the stored bytes give. Right: the content is an entry at once, and the upload is over.
 * Anything else is one answer, "not proven", after one time: the upload goes on.
 */
export async function proveClaim(claimant: Claimant, body: ProofBody): Promise<ProofAnswer> {
  const refusal = wait(REFUSED_AFTER_MS, { proven: false } as const)
  const claim = await takeChallenge(claimant, body.nonce)
  if (claim === null) return await refusal
  const failureOf = [claimant.id, claim.sha256, String(claim.size)]
  await requireAttempt(FAILURES, ...failureOf)
  const judged = judge(claimant, claim, Buffer.from(body.answer, 'hex'))
  const content = await Promise.race([judged, refusal.then(() => null)])
  if (content === null) return await refusal
  await forgetAttempts(FAILURES, ...failureOf)
  return (await settleClaim(claimant, claim, content)) ?? (await refusal)
}

/** A claim whose challenge was taken; `name`: of the upload. */
type OpenClaim = Claim & { name: string }

interface TakenChallenge {
  name: string
  sha256: Uint8Array
  size: bigint
  offsets: bigint[]
  isFresh: boolean
}

/** A challenge is there for one answer to one upload of one person. Null when it is not, or its time is over. */
async function takeChallenge({ id, uploadId }: Claimant, nonceHex: string): Promise<OpenClaim | null> {
  const nonce = bytesOfHex(nonceHex)
  const [taken] = await db().$queryRaw<TakenChallenge[]>`
    DELETE FROM claim_challenge c USING upload u
    WHERE c.nonce = ${nonce} AND c.owner_id = ${id} AND u.id = c.upload_id AND u.upl = ${uploadId}
    RETURNING u.name, c.sha256, c.size, c.offsets, c.expires_at > now() AS "isFresh"`
  if (!taken?.isFresh) return null
  const size = Number(taken.size)
  const ranges = rangesOf(size, taken.offsets.map(Number))
  return { uploadId, name: taken.name, sha256: Buffer.from(taken.sha256).toString('hex'), size, nonce, ranges }
}

/** The content that was proven to be in the claimant's hands; null when there is none, or the answer is wrong. */
async function judge(claimant: Claimant, claim: OpenClaim, answer: Buffer): Promise<ClaimableContent | null> {
  const content = await findClaimable(db(), claimant.id, bytesOfHex(claim.sha256), BigInt(claim.size))
  if (content === null) return null
  const expected = await expectedProof(content.fileId, claim)
  if (expected === null) return null
  if (expected.length === answer.length && timingSafeEqual(expected, answer)) return content
  await recordAudit(db(), { ...auditOf(claimant, claim), action: 'claim.refused' })
  return null
}

function auditOf({ id, uploadId, headers }: Claimant, { name, sha256, size }: OpenClaim) {
  return { actorId: id, target: { kind: 'upload', id: uploadId, name }, detail: { sha256, size }, headers }
}

/** The row lock of the upload decides between two claims, and between a claim and the end of the sending. */
async function settleClaim(
  claimant: Claimant,
  claim: OpenClaim,
  content: ClaimableContent,
): Promise<ProofAnswer | null> {
  const { answer, ended } = await inTransaction(
    async (tx): Promise<{ answer: ProofAnswer | null; ended: UploadRow[] }> => {
      const lock = () => lockUploads(tx, claimant.id, [claim.uploadId])
      const upload = (await lock()).get(claim.uploadId)
      if (!upload) throw new ApiError('not_found', 'There is no such upload.')
      const wasOpen = isOpen(upload.state)
      if (!wasOpen && upload.state !== 'committed') {
        throw new ApiError('upload_gone', `This upload has ended: ${upload.state}.`)
      }
      if (wasOpen) {
        // Held against the reaper; a dead blob spares nothing.
        const [alive] = await tx.$queryRaw<{ id: bigint }[]>`
        SELECT id FROM blob WHERE id = ${content.blobId} AND live FOR KEY SHARE`
        if (!alive) return { answer: null, ended: [] }
        const blob = { id: content.blobId, contentType: content.contentType }
        await settleUploads(tx, claimant.id, [{ upload, blob }])
        if (!content.own) await recordAudit(tx, { ...auditOf(claimant, claim), action: 'claim.granted' })
      }
      const after = (await lock()).get(claim.uploadId)
      const entries = await loadItems(tx, after?.entry_id == null ? [] : [after.entry_id])
      const { entry, notice } = storedItem(claim.uploadId, after, entries)
      return { answer: { proven: true, entry, ...(notice ? { notice } : {}) }, ended: wasOpen ? [upload] : [] }
    },
  )
  dropSoon(ended)
  return answer
}
