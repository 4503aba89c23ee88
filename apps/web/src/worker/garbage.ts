import { db } from '../lib/db.ts'
import { deleteStoredFile } from '../lib/delete-stored-file.ts'
import { log } from '../lib/log.ts'
import { errorText, retryAt } from './back-off.ts'
import { drain } from './drain.ts'

const BATCH = 100
const AT_ONCE = 4

/** Deletes stored files that nothing refers to. Returns how many were looked at. */
export async function collectGarbage(): Promise<number> {
  const find = () =>
    db().dfsGarbage.findMany({
      where: { notBefore: { lte: new Date() } },
      orderBy: { notBefore: 'asc' },
      take: BATCH,
    })
  return await drain(find, { batch: BATCH, atOnce: AT_ONCE }, async ({ id, fileId, attempts }) => {
    if (await isInUse(fileId)) {
      log().error({ fileId }, 'a file that a blob names was marked as garbage; it stays')
      await db().dfsGarbage.deleteMany({ where: { id } })
    } else {
      await deleteGarbage(id, fileId, attempts)
    }
  })
}

// Blobs only ever name files of receipts that were not given up, so this never changes after a file became garbage.
async function isInUse(fileId: string): Promise<boolean> {
  if ((await db().blob.findFirst({ where: { fileId }, select: { id: true } })) !== null) return true
  return (await db().thumbnail.findFirst({ where: { fileId }, select: { blobId: true } })) !== null
}

async function deleteGarbage(id: bigint, fileId: string, attempts: number): Promise<void> {
  try {
    if (await deleteStoredFile(fileId)) {
      await db().dfsGarbage.deleteMany({ where: { id } })
      return
    }
    await tryLater(id, attempts, 'the source of the file is down')
  } catch (error) {
    await tryLater(id, attempts, errorText(error))
  }
}

async function tryLater(id: bigint, attempts: number, lastError: string): Promise<void> {
  const notBefore = retryAt(attempts, Date.now())
  await db().dfsGarbage.updateMany({ where: { id }, data: { attempts: attempts + 1, lastError, notBefore } })
}
