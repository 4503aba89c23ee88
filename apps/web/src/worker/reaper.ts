import { db, SqlState, sqlStateOf } from '../lib/db.ts'

/** What became of a look at a blob. */
export type ReapResult = 'in use' | 'dead' | 'gone'

/**
 * Marks a blob without entries as dead, so that its file can be deleted. A new entry at the same moment makes one of
 * the two fail on the foreign key; then the blob stays in use.
 */
export async function reapBlob(blobId: bigint): Promise<ReapResult> {
  try {
    const killed = await db().$executeRaw`
      UPDATE blob SET live = false
      WHERE id = ${blobId} AND live AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.blob_id = blob.id)`
    if (killed > 0) return 'dead'
  } catch (error) {
    if (sqlStateOf(error) !== SqlState.foreignKeyViolation) throw error
    return 'in use'
  }
  const blob = await db().blob.findUnique({ where: { id: blobId }, select: { live: true } })
  if (!blob) return 'gone'
  return blob.live ? 'in use' : 'dead'
}
