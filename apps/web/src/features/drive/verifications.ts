import { ApiError } from '../../lib/api-error.ts'
import { db, inTransaction } from '../../lib/db.ts'
import { addressBook, reachingStorage } from '../../lib/dfs.ts'
import { notFound, presentEntries } from '../../lib/entries/open-entries.ts'
import type { CheckedCopy, VerificationState } from '../../lib/entry-details.ts'
import { newPublicId } from '../../lib/public-id.ts'
import { groupOf } from '../../lib/stored-file-url.ts'

const OPEN = ['waiting', 'running']

interface StoredBlob {
  id: bigint
  fileId: string
  size: bigint
}

async function blobOf(ownerId: string, entryId: string): Promise<StoredBlob> {
  const [id] = await presentEntries(db(), ownerId, [entryId])
  const entry = id === undefined ? null : await db().entry.findUnique({ where: { id }, include: { blob: true } })
  const blob = entry?.blob
  if (!blob) throw notFound()
  if (blob.fileId === null) throw new ApiError('invalid', 'An empty file has nothing to verify.')
  return { id: blob.id, fileId: blob.fileId, size: blob.size }
}

/** The last check of this content; null when there never was one. */
export async function lastVerification(blobId: bigint): Promise<VerificationState | null> {
  const row = await db().verification.findFirst({ where: { blobId }, orderBy: { id: 'desc' } })
  if (!row) return null
  return {
    // The database allows only these.
    state: row.state as VerificationState['state'],
    doneBytes: Number(row.doneBytes),
    totalBytes: Number(row.totalBytes),
    // Written by the worker alone, in this shape.
    copies: row.copies as unknown as CheckedCopy[],
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

export async function verificationOf(ownerId: string, entryId: string): Promise<VerificationState | null> {
  return await lastVerification((await blobOf(ownerId, entryId)).id)
}

/** Asks the worker to read and hash every copy. While that runs already, whoever asks watches it. */
export async function askVerification(ownerId: string, entryId: string): Promise<VerificationState | null> {
  const blob = await blobOf(ownerId, entryId)
  const members = await reachingStorage(() => addressBook().membersOf(groupOf(blob.fileId)))
  const totalBytes = blob.size * BigInt(members.length)
  await db().$executeRaw`
    INSERT INTO verification (public_id, blob_id, asked_by, total_bytes)
    VALUES (${newPublicId()}, ${blob.id}, ${ownerId}, ${totalBytes})
    ON CONFLICT (blob_id) WHERE state IN ('waiting', 'running') DO NOTHING`
  return await lastVerification(blob.id)
}

/** Ends a check that this person asked for; somebody else's goes on. */
export async function cancelVerification(ownerId: string, entryId: string): Promise<void> {
  const { id: blobId } = await blobOf(ownerId, entryId)
  await inTransaction(async (tx) => {
    await tx.verification.updateMany({
      where: { blobId, askedBy: ownerId, state: { in: OPEN } },
      data: { state: 'cancelled', finishedAt: new Date() },
    })
  })
}
