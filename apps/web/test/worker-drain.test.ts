import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { collectGarbage } from '../src/worker/garbage.ts'
import { reapBlobs } from '../src/worker/reaper.ts'
import { freshDatabase } from './support/database.ts'

await freshDatabase()
// More than one batch.
const MANY = 110
const fileIds = (mark: string) =>
  Array.from({ length: MANY }, (_, n) => `group1/M00/00/00/CgAAAWGAAAAAAAAAAAAAAAAAA${mark}${n + 100}.txt`)

it('all blobs that lost their entries are tried in one run, each once, while no storage answers', async () => {
  await db().blob.createMany({
    data: fileIds('b').map((fileId) => ({
      sha256: randomBytes(32),
      head: randomBytes(32),
      crc32: 1n,
      size: 1n,
      contentType: 'text/plain',
      fileId,
    })),
  })
  const blobs = await db().blob.findMany({ select: { id: true } })
  await db().blobCheck.createMany({ data: blobs.map(({ id }) => ({ blobId: id, notBefore: new Date(0) })) })
  expect(await reapBlobs()).toBe(MANY)
  expect(await db().blob.count({ where: { live: false } })).toBe(MANY)
  expect(await db().blobCheck.count({ where: { attempts: 1, notBefore: { gt: new Date() } } })).toBe(MANY)
})

it('all files that nothing refers to are tried in one run, each once, while no storage answers', async () => {
  await db().dfsGarbage.createMany({ data: fileIds('a').map((fileId) => ({ fileId, reason: 'a test' })) })
  expect(await collectGarbage()).toBe(MANY)
  expect(await db().dfsGarbage.count({ where: { attempts: 1, notBefore: { gt: new Date() } } })).toBe(MANY)
})
