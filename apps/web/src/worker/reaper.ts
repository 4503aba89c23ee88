import { db, SqlState, sqlStateOf } from '../lib/db.ts'
import { deleteStoredFile } from '../lib/delete-stored-file.ts'
import { errorText, retryAt } from './back-off.ts'
import { drain } from './drain.ts'
import { dropThumbnails } from './thumbnail-store.ts'

const BATCH = 100
const AT_ONCE = 4

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

/**
 * Looks at the blobs that lost an entry: dead ones lose their file, then their row. Each step can be repeated, so a
 * crash between two of them, or another worker at the same blob, does no harm. Returns how many were looked at.
 */
export async function reapBlobs(): Promise<number> {
  const find = () =>
    db().blobCheck.findMany({
      where: { notBefore: { lte: new Date() } },
      orderBy: { notBefore: 'asc' },
      take: BATCH,
      select: { blobId: true, attempts: true },
    })
  return await drain(find, { batch: BATCH, atOnce: AT_ONCE }, finishCheck)
}

async function finishCheck({ blobId, attempts }: { blobId: bigint; attempts: number }): Promise<void> {
  const result = await reapBlob(blobId)
  if (result !== 'dead') {
    await db().blobCheck.deleteMany({ where: { blobId } })
    return
  }
  const blob = await db().blob.findUnique({ where: { id: blobId }, select: { fileId: true } })
  try {
    // Slaves first: they are found by their master's name.
    const isGone = (await dropThumbnails(blobId)) && (!blob?.fileId || (await deleteStoredFile(blob.fileId)))
    if (isGone) await db().blob.deleteMany({ where: { id: blobId, live: false } })
    else await tryLater(blobId, attempts, 'the source of the file is down')
  } catch (error) {
    await tryLater(blobId, attempts, errorText(error))
  }
}

async function tryLater(blobId: bigint, attempts: number, lastError: string): Promise<void> {
  const notBefore = retryAt(attempts, Date.now())
  await db().blobCheck.updateMany({ where: { blobId }, data: { attempts: attempts + 1, lastError, notBefore } })
}
