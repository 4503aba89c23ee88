import { createHash, randomBytes } from 'node:crypto'
import { addressOf } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyDetails, entryDetails } from '../src/features/drive/details.ts'
import { askVerification, cancelVerification, verificationOf } from '../src/features/drive/verifications.ts'
import { db } from '../src/lib/db.ts'
import { addressBook, dfs } from '../src/lib/dfs.ts'
import { runQuickVerifications, runVerifications } from '../src/worker/verifications.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { newOwner, type Owner, storeFile } from './support/stored-files.ts'

await freshDatabase()
const cluster = new TestCluster()
let owner: Owner

beforeAll(async () => {
  await cluster.start()
  owner = await newOwner()
})
afterAll(() => cluster.close())

/** A stored file that both members have. */
async function copiedFile(name: string, bytes: Buffer) {
  const file = await storeFile(owner, name, 'text/plain', bytes)
  await expect
    .poll(async () => (await copyDetails(owner.id, file.entryId)).map(({ state }) => state))
    .toEqual(['whole', 'whole'])
  return file
}

describe('the details of a file', () => {
  it('say its hash, its file ID, and where each copy lies', async () => {
    const bytes = randomBytes(5000)
    const { entryId, fileId } = await copiedFile('report.txt', bytes)
    const details = await entryDetails(owner.id, entryId)
    expect(details).toMatchObject({
      fileId,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      verification: null,
    })
    const copies = await copyDetails(owner.id, entryId)
    expect(copies.map(({ storageId, group, path }) => ({ storageId, group, path }))).toEqual([
      { storageId: '100001', group: 'group1', path: 'M00' },
      { storageId: '100002', group: 'group1', path: 'M00' },
    ])
  })

  it('are nobody else’s', async () => {
    const { entryId } = await storeFile(owner, 'mine.txt', 'text/plain', randomBytes(10))
    const other = await newOwner()
    for (const ask of [entryDetails, copyDetails, askVerification, verificationOf, cancelVerification]) {
      await expect(ask(other.id, entryId)).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})

describe('a verification', () => {
  it('reads every copy and finds that they match', async () => {
    const { entryId } = await copiedFile('good.txt', randomBytes(300_000))
    expect(await askVerification(owner.id, entryId)).toMatchObject({ state: 'waiting', totalBytes: 600_000 })
    await runVerifications()
    expect(await verificationOf(owner.id, entryId)).toMatchObject({
      state: 'done',
      doneBytes: 600_000,
      copies: [
        { storageId: '100001', result: 'matches' },
        { storageId: '100002', result: 'matches' },
      ],
    })
  })

  it('names the copy that is missing, and the one whose bytes differ from what was stored', async () => {
    const { entryId, fileId, blobId } = await copiedFile('bad.txt', randomBytes(1000))
    const [, second] = await addressBook().membersOf('group1')
    if (second) await dfs().storage(addressOf(second)).deleteFile(fileId)
    // As if the disk had turned bits: what was stored is not what is read.
    await db().blob.update({ where: { id: blobId }, data: { sha256: new Uint8Array(32) } })
    await askVerification(owner.id, entryId)
    await expect
      .poll(async () => (await copyDetails(owner.id, entryId)).filter(({ state }) => state === 'missing').length)
      .toBeGreaterThan(0)
    await runVerifications()
    const { copies } = (await verificationOf(owner.id, entryId)) ?? { copies: [] }
    expect(copies.map(({ result }) => result).filter((result) => result === 'missing').length).toBeGreaterThan(0)
    expect(copies.every(({ result }) => result === 'missing' || result === 'differs')).toBe(true)
  })

  it('runs once for all who ask meanwhile, and ends when it is cancelled', async () => {
    const { entryId, blobId } = await storeFile(owner, 'twice.txt', 'text/plain', randomBytes(100))
    await Promise.all([1, 2, 3].map(() => askVerification(owner.id, entryId)))
    expect(await db().verification.count({ where: { blobId } })).toBe(1)
    await cancelVerification(owner.id, entryId)
    await runVerifications()
    expect(await verificationOf(owner.id, entryId)).toMatchObject({ state: 'cancelled', copies: [] })
    expect(await askVerification(owner.id, entryId)).toMatchObject({ state: 'waiting' })
  })

  it('of a small file does not wait for a large one', async () => {
    const large = await copiedFile('film.mkv', randomBytes(100))
    await db().blob.update({ where: { id: large.blobId }, data: { size: 5_000_000_000n } })
    const small = await copiedFile('letter.txt', randomBytes(100))
    await askVerification(owner.id, large.entryId)
    await askVerification(owner.id, small.entryId)
    await runQuickVerifications()
    expect(await verificationOf(owner.id, small.entryId)).toMatchObject({ state: 'done' })
    expect(await verificationOf(owner.id, large.entryId)).toMatchObject({ state: 'waiting' })
    await cancelVerification(owner.id, large.entryId)
  })

  it('is taken over when the worker at it died', async () => {
    const { entryId, blobId } = await copiedFile('over.txt', randomBytes(100))
    await askVerification(owner.id, entryId)
    await db().verification.updateMany({ where: { blobId }, data: { state: 'running', notBefore: new Date(0) } })
    await runVerifications()
    expect(await verificationOf(owner.id, entryId)).toMatchObject({ state: 'done' })
  })

  it('says that a storage which is down could not be asked', async () => {
    const { entryId } = await copiedFile('down.txt', randomBytes(100))
    await cluster.stopStorage('100002')
    await askVerification(owner.id, entryId)
    await runVerifications()
    expect((await verificationOf(owner.id, entryId))?.copies).toEqual([
      { storageId: '100001', result: 'matches' },
      { storageId: '100002', result: 'unreachable' },
    ])
    expect((await copyDetails(owner.id, entryId)).map(({ state }) => state)).toEqual(['whole', 'unreachable'])
  })
})
