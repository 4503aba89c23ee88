import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { perform } from '../src/features/drive/jobs/perform.ts'
import { completeUploads } from '../src/features/uploads/server/complete-uploads.ts'
import { insertUploads, reserveSpace } from '../src/features/uploads/server/insert-uploads.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { newPublicId, newUploadId } from '../src/lib/public-id.ts'
import { runJobs } from '../src/worker/jobs.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, newPerson, type Person } from './support/people.ts'
import { GROUP, receiptFor, STORAGE_ID } from './support/receipts.ts'

await freshDatabase()

const BYTES = 5

async function startUpload(owner: Person): Promise<string> {
  const upl = newUploadId()
  await inTransaction(async (tx) => {
    await reserveSpace(tx, owner.id, BYTES)
    await insertUploads(tx, [
      {
        upl,
        ownerId: owner.id,
        folderId: owner.rootId,
        entryPublicId: newPublicId(),
        name: upl,
        size: BYTES,
        ext: 'txt',
        conflict: 'keep',
        modifiedAt: null,
        state: 'uploading',
        group: GROUP,
        storageId: STORAGE_ID,
      },
    ])
  })
  return upl
}

async function waiting(): Promise<number> {
  const [row] = await db().$queryRaw<[{ n: number }]>`
    SELECT count(*)::int AS n FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND l.locktype = 'advisory' AND a.datname = current_database()`
  return row.n
}

/** Lets `change` come to where it counts entries, and there looks whether it has locked the quota already. */
async function quotaIsFreeWhileCounting<T>(owner: Person, change: () => Promise<T>): Promise<T> {
  const { changed } = await db().$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${owner.id}, 20))`
    const pending = { changed: change() }
    await expect.poll(waiting).toBe(1)
    await tx.$queryRaw`SELECT 1 FROM quota WHERE user_id = ${owner.id} FOR UPDATE NOWAIT`
    return pending
  })
  return await changed
}

it('a copy and an upload of one person cannot wait for each other: both lock the counts first, then the quota', async () => {
  const owner = await newPerson()
  const file = await addFile(owner.id, owner.rootId, 'a.txt')
  const copy = () =>
    perform({
      ownerId: owner.id,
      kind: 'copy',
      selector: { ids: [file.publicId] },
      targetId: 'root',
      conflict: { default: 'keep' },
    })
  const { job } = await quotaIsFreeWhileCounting(owner, copy)
  // On a busy machine the worker goes on with what a request had no time for.
  await runJobs()
  expect(await db().job.findUniqueOrThrow({ where: { publicId: job.id } })).toMatchObject({ state: 'done', done: 1n })
  const upl = await startUpload(owner)
  const receipt = receiptFor(upl, randomBytes(BYTES))
  const upload = () => completeUploads(owner.id, [{ uploadId: upl, receipt }])
  expect((await quotaIsFreeWhileCounting(owner, upload)).items).toMatchObject([{ ok: true }])
})

it('uploads of which some failed lock in the same order', async () => {
  const owner = await newPerson()
  const [good, bad] = [await startUpload(owner), await startUpload(owner)]
  const items = [
    { uploadId: bad, receipt: receiptFor(bad, randomBytes(BYTES + 1)) },
    { uploadId: good, receipt: receiptFor(good, randomBytes(BYTES)) },
  ]
  const { items: completed } = await quotaIsFreeWhileCounting(owner, () => completeUploads(owner.id, items))
  expect(completed.map(({ ok }) => ok)).toEqual([false, true])
})
