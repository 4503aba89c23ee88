import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { perform } from '../src/features/drive/jobs/perform.ts'
import { abortUpload } from '../src/features/uploads/server/abort-upload.ts'
import { completeUploads } from '../src/features/uploads/server/complete-uploads.ts'
import { insertUploads, type NewUpload, reserveSpace } from '../src/features/uploads/server/insert-uploads.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { newPublicId, newUploadId } from '../src/lib/public-id.ts'
import { auditQuotas } from '../src/worker/audit-quota.ts'
import { forgetOldRows } from '../src/worker/forget.ts'
import { runJobs } from '../src/worker/jobs.ts'
import { reapBlob } from '../src/worker/reaper.ts'
import { continueTreeJobs } from '../src/worker/tree-jobs.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, newPerson, type Person } from './support/people.ts'
import { GROUP, newFileId, receiptFor, STORAGE_ID } from './support/receipts.ts'

await freshDatabase()
let person: Person

beforeEach(async () => {
  person = await newPerson()
})

/** An upload as starting one leaves it behind. */
async function startUpload(changes: Partial<NewUpload> = {}, owner = person): Promise<NewUpload> {
  const upload: NewUpload = {
    upl: newUploadId(),
    ownerId: owner.id,
    folderId: owner.rootId,
    entryPublicId: newPublicId(),
    name: 'a.txt',
    size: 5,
    ext: 'txt',
    conflict: 'keep',
    modifiedAt: null,
    state: 'uploading',
    group: GROUP,
    storageId: STORAGE_ID,
    ...changes,
  }
  await inTransaction(async (tx) => {
    await reserveSpace(tx, owner.id, upload.size)
    await insertUploads(tx, [upload])
  })
  return upload
}

const hello = Buffer.from('hello')
const newContent = () => randomBytes(5)

async function complete(uploadId: string, receipt: string, owner = person) {
  const { items } = await completeUploads(owner.id, [{ uploadId, receipt }])
  return items[0]!
}

async function quotaOf(owner = person): Promise<{ used: number; reserved: number }> {
  const quota = await db().quota.findUniqueOrThrow({ where: { userId: owner.id } })
  return { used: Number(quota.used), reserved: Number(quota.reserved) }
}

async function newFolder(name: string, parentId = person.rootId): Promise<{ id: bigint; publicId: string }> {
  const data = { publicId: newPublicId(), ownerId: person.id, parentId, kind: 0, name, sortKey: name }
  return await db().entry.create({ data })
}

const filesOf = (owner: Person) =>
  db().entry.findMany({ where: { ownerId: owner.id, kind: 1 }, orderBy: { id: 'asc' } })

describe('a receipt', () => {
  it('becomes an entry with the content, the category of its bytes and the id of its ticket; the reservation ends', async () => {
    const upload = await startUpload({ name: 'notes.md', modifiedAt: '2026-03-01T10:00:00.000Z' })
    expect(await quotaOf()).toEqual({ used: 0, reserved: 5 })
    const answer = await complete(upload.upl, receiptFor(upload.upl, hello, { copies: 2 }))
    expect(answer).toMatchObject({
      ok: true,
      entry: {
        id: upload.entryPublicId,
        kind: 'file',
        name: 'notes.md',
        size: 5,
        category: 'document',
        copies: 2,
        modifiedAt: '2026-03-01T10:00:00.000Z',
      },
    })
    expect(answer).not.toHaveProperty('notice')
    expect(await quotaOf()).toEqual({ used: 5, reserved: 0 })
  })

  it('that comes twice gives the same entry, one after the other and both at once', async () => {
    const upload = await startUpload()
    const receipt = receiptFor(upload.upl, newContent())
    const answers = await Promise.all([1, 2, 3, 4].map(() => complete(upload.upl, receipt)))
    answers.push(await complete(upload.upl, receipt))
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, true, true])
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveLength(1)
    expect(await filesOf(person)).toHaveLength(1)
    expect(await quotaOf()).toEqual({ used: 5, reserved: 0 })
  })

  it('twice in one batch is settled once', async () => {
    const upload = await startUpload()
    const item = { uploadId: upload.upl, receipt: receiptFor(upload.upl, newContent()) }
    const { items } = await completeUploads(person.id, [item, item])
    expect(items.map((answer) => answer.ok)).toEqual([true, true])
    expect(await filesOf(person)).toHaveLength(1)
  })

  it('of another upload is refused', async () => {
    const [mine, other] = [await startUpload(), await startUpload()]
    const answer = await complete(mine.upl, receiptFor(other.upl, hello))
    expect(answer).toMatchObject({ ok: false, error: { code: 'upload_mismatch' } })
    expect(await filesOf(person)).toHaveLength(0)
    expect(await quotaOf()).toEqual({ used: 0, reserved: 10 })
  })

  it('for the upload of another person is refused as unknown', async () => {
    const stranger = await newPerson()
    const upload = await startUpload({}, stranger)
    const answer = await complete(upload.upl, receiptFor(upload.upl, hello), person)
    expect(answer).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })

  it('of an old epoch is refused, and the one of the current epoch still counts', async () => {
    const upload = await startUpload()
    await db().upload.update({ where: { upl: upload.upl }, data: { epoch: 2, storageId: '100002' } })
    const old = receiptFor(upload.upl, hello)
    expect(await complete(upload.upl, old)).toMatchObject({ ok: false, error: { code: 'receipt_invalid' } })
    const sameStorage = receiptFor(upload.upl, hello, { mem: '100002', ep: 1 })
    expect(await complete(upload.upl, sameStorage)).toMatchObject({ ok: false, error: { code: 'upload_superseded' } })
    expect(await complete(upload.upl, receiptFor(upload.upl, hello, { mem: '100002', ep: 2 }))).toMatchObject({
      ok: true,
    })
  })

  it('signed by another storage than the one of the upload is refused', async () => {
    const upload = await startUpload()
    const answer = await complete(upload.upl, receiptFor(upload.upl, hello, { mem: '100002' }))
    expect(answer).toMatchObject({ ok: false, error: { code: 'receipt_invalid' } })
  })

  it.each(['', 'v1.x.y.z', 'rubbish'])('that is no receipt is refused: %j', async (receipt) => {
    const upload = await startUpload()
    expect(await complete(upload.upl, receipt)).toMatchObject({ ok: false, error: { code: 'receipt_invalid' } })
  })

  it('for another size than announced fails the upload, gives the reservation back and leaves the file to be deleted', async () => {
    const upload = await startUpload({ size: 7 })
    const fid = newFileId(hello)
    const answer = await complete(upload.upl, receiptFor(upload.upl, hello, { fid }))
    expect(answer).toMatchObject({ ok: false, error: { code: 'upload_mismatch' } })
    expect(await quotaOf()).toEqual({ used: 0, reserved: 0 })
    expect((await db().upload.findUniqueOrThrow({ where: { upl: upload.upl } })).state).toBe('failed')
    expect(await db().dfsGarbage.count({ where: { fileId: fid } })).toBe(1)
    expect(await complete(upload.upl, receiptFor(upload.upl, hello))).toMatchObject({ error: { code: 'upload_gone' } })
  })

  it('whose file ID names another content fails the upload', async () => {
    const upload = await startUpload()
    const answer = await complete(upload.upl, receiptFor(upload.upl, hello, { fid: newFileId(Buffer.from('other')) }))
    expect(answer).toMatchObject({ ok: false, error: { code: 'upload_mismatch' } })
  })

  it('after the upload was given up is refused', async () => {
    const upload = await startUpload()
    await abortUpload(person.id, upload.upl)
    await abortUpload(person.id, upload.upl)
    expect(await quotaOf()).toEqual({ used: 0, reserved: 0 })
    expect(await complete(upload.upl, receiptFor(upload.upl, hello))).toMatchObject({ error: { code: 'upload_gone' } })
  })

  it('in a batch does not suffer from a bad one beside it', async () => {
    const [a, b, c] = [
      await startUpload({ name: 'a' }),
      await startUpload({ name: 'b' }),
      await startUpload({ name: 'c' }),
    ]
    const { items } = await completeUploads(person.id, [
      { uploadId: a.upl, receipt: receiptFor(a.upl, newContent()) },
      { uploadId: b.upl, receipt: 'rubbish' },
      { uploadId: newUploadId(), receipt: 'rubbish' },
      { uploadId: c.upl, receipt: receiptFor(c.upl, newContent()) },
    ])
    expect(items.map((item) => item.ok)).toEqual([true, false, false, true])
    expect((await filesOf(person)).map((file) => file.name)).toEqual(['a', 'c'])
    expect(await quotaOf()).toEqual({ used: 10, reserved: 5 })
  })
})

describe('equal content', () => {
  it('is kept once, also when it comes at once from several people; the other files become garbage', async () => {
    const people = await Promise.all([1, 2, 3, 4, 5, 6].map(() => newPerson()))
    const content = newContent()
    const fids = people.map(() => newFileId(content))
    await Promise.all(
      people.map(async (owner, i) => {
        const upload = await startUpload({}, owner)
        const answer = await complete(upload.upl, receiptFor(upload.upl, content, { fid: fids[i]! }), owner)
        expect(answer.ok).toBe(true)
      }),
    )
    const blobs = await db().blob.findMany({ where: { fileId: { in: fids } } })
    expect(blobs).toHaveLength(1)
    const garbage = await db().dfsGarbage.findMany({ where: { fileId: { in: fids } } })
    expect(garbage.map((row) => row.fileId).toSorted()).toEqual(
      fids.filter((fid) => fid !== blobs[0]?.fileId).toSorted(),
    )
    expect(await db().entry.count({ where: { blobId: blobs[0]!.id } })).toBe(6)
  })

  it('twice in one batch is kept once', async () => {
    const content = newContent()
    const [a, b] = [await startUpload({ name: 'a' }), await startUpload({ name: 'b' })]
    const items = [a, b].map(({ upl }) => ({ uploadId: upl, receipt: receiptFor(upl, content) }))
    await completeUploads(person.id, items)
    const files = await filesOf(person)
    expect(files).toHaveLength(2)
    expect(files[0]!.blobId).toBe(files[1]!.blobId)
  })
})

describe('a taken name', () => {
  it('is numbered by default, and the answer says so', async () => {
    await addFile(person.id, person.rootId, 'a.txt')
    await addFile(person.id, person.rootId, 'a (2).txt')
    const upload = await startUpload()
    expect(await complete(upload.upl, receiptFor(upload.upl, newContent()))).toMatchObject({
      ok: true,
      notice: 'renamed',
      entry: { name: 'a (3).txt' },
    })
  })

  it('by a whole batch of equal names at once gives each its own', async () => {
    const uploads = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => startUpload()))
    await Promise.all(uploads.map(({ upl }) => complete(upl, receiptFor(upl, newContent()))))
    const names = (await filesOf(person)).map((file) => file.name)
    expect(names.toSorted()).toEqual(
      ['a.txt', ...[2, 3, 4, 5, 6, 7, 8].map((number) => `a (${number}).txt`)].toSorted(),
    )
  })

  it('is replaced when that was decided: the old file goes to trash and still counts', async () => {
    const old = await addFile(person.id, person.rootId, 'a.txt', { size: 3 })
    const upload = await startUpload({ conflict: 'replace' })
    const answer = await complete(upload.upl, receiptFor(upload.upl, newContent()))
    expect(answer).toMatchObject({ ok: true, entry: { name: 'a.txt', size: 5 } })
    expect((await db().entry.findUniqueOrThrow({ where: { id: old.id } })).trashId).toBe(old.id)
    expect(await quotaOf()).toEqual({ used: 5, reserved: 0 })
  })

  it('of a folder is not replaced by a file', async () => {
    const folder = await newFolder('a.txt')
    const upload = await startUpload({ conflict: 'replace' })
    const answer = await complete(upload.upl, receiptFor(upload.upl, newContent()))
    expect(answer).toMatchObject({ notice: 'renamed', entry: { name: 'a (2).txt' } })
    expect((await db().entry.findUniqueOrThrow({ where: { id: folder.id } })).trashId).toBeNull()
  })

  it('is left alone when that was decided: nothing is stored and nothing counts', async () => {
    await addFile(person.id, person.rootId, 'a.txt')
    const upload = await startUpload({ conflict: 'skip' })
    const fid = newFileId(hello)
    const content = newContent()
    const answer = await complete(upload.upl, receiptFor(upload.upl, content, { fid: newFileId(content) }))
    expect(answer).toMatchObject({ ok: true, entry: null, notice: 'skipped' })
    expect(await quotaOf()).toEqual({ used: 0, reserved: 0 })
    expect(fid).not.toBe('')
    const blob = await db().blob.findFirstOrThrow({ where: { entries: { none: {} } }, include: { check: true } })
    expect(blob.check).not.toBeNull()
  })
})

describe('a folder that is gone', () => {
  it('in trash: the file lands in the top folder with a notice, and never replaces anything there', async () => {
    await addFile(person.id, person.rootId, 'a.txt')
    const folder = await newFolder('target')
    const upload = await startUpload({ folderId: folder.id, conflict: 'replace' })
    await perform({ ownerId: person.id, kind: 'trash', selector: { ids: [folder.publicId] } })
    const answer = await complete(upload.upl, receiptFor(upload.upl, newContent()))
    expect(answer).toMatchObject({ ok: true, notice: 'folder_gone', entry: { name: 'a (2).txt' } })
    expect(await db().entry.count({ where: { parentId: person.rootId, kind: 1, trashId: null } })).toBe(2)
  })

  it('below a trashed folder that no job has marked yet: the same', async () => {
    const outer = await newFolder('outer')
    const inner = await newFolder('inner', outer.id)
    const upload = await startUpload({ folderId: inner.id })
    await db().entry.update({ where: { id: outer.id }, data: { trashId: outer.id, trashedAt: new Date() } })
    expect(await complete(upload.upl, receiptFor(upload.upl, newContent()))).toMatchObject({ notice: 'folder_gone' })
  })

  it('trashed at the same moment: the file is in the trashed folder or in the top folder, never lost from both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const folder = await newFolder(`race ${round}`)
      const upload = await startUpload({ folderId: folder.id, name: `file ${round}` })
      const [answer] = await Promise.all([
        complete(upload.upl, receiptFor(upload.upl, newContent())),
        perform({ ownerId: person.id, kind: 'trash', selector: { ids: [folder.publicId] } }),
      ])
      // What takes longer than a moment is left to a worker.
      await runJobs()
      await continueTreeJobs()
      const entry = await db().entry.findUniqueOrThrow({ where: { publicId: upload.entryPublicId } })
      const isMoved = answer.ok && answer.notice === 'folder_gone'
      expect(entry.parentId).toBe(isMoved ? person.rootId : folder.id)
      // In the trashed folder it carries the folder's mark; in the top folder it is to be seen.
      expect(entry.trashId).toBe(isMoved ? null : folder.id)
    }
  })
})

describe('the reaper and a new entry for the same content', () => {
  it('exclude each other: never an entry with a dead blob, never a dead end', async () => {
    for (let round = 0; round < 20; round += 1) {
      const content = newContent()
      const first = await startUpload({ name: `first ${round}` })
      await complete(first.upl, receiptFor(first.upl, content))
      const entry = await db().entry.findUniqueOrThrow({ where: { publicId: first.entryPublicId } })
      const blobId = entry.blobId!
      await db().upload.updateMany({ where: { entryId: entry.id }, data: { entryId: null } })
      await db().entry.delete({ where: { id: entry.id } })
      await db().blobCheck.create({ data: { blobId, notBefore: new Date() } })

      const second = await startUpload({ name: `second ${round}` })
      const [answer] = await Promise.all([complete(second.upl, receiptFor(second.upl, content)), reapBlob(blobId)])
      expect(answer).toMatchObject({ ok: true })
      const kept = await db().entry.findUniqueOrThrow({
        where: { publicId: second.entryPublicId },
        include: { blob: true },
      })
      expect(kept.blob?.live).toBe(true)
    }
  })

  it('an open transaction with a new entry makes the reaper fail with 23503, and the blob stays', async () => {
    const upload = await startUpload({ name: 'only' })
    await complete(upload.upl, receiptFor(upload.upl, newContent()))
    const { blobId, id } = await db().entry.findUniqueOrThrow({ where: { publicId: upload.entryPublicId } })
    await db().upload.updateMany({ where: { entryId: id }, data: { entryId: null } })
    await db().entry.delete({ where: { id } })
    let reaping: Promise<unknown> = Promise.resolve()
    await db().$transaction(async (tx) => {
      await tx.entry.create({
        data: {
          publicId: newPublicId(),
          ownerId: person.id,
          parentId: person.rootId,
          kind: 1,
          name: 'claimed',
          sortKey: 'claimed',
          category: 'other',
          blobId,
          size: 5,
        },
      })
      reaping = reapBlob(blobId!)
      await waitUntilBlocked()
    })
    expect(await reaping).toBe('in use')
    expect((await db().blob.findUniqueOrThrow({ where: { id: blobId! } })).live).toBe(true)
  })
})

it('a blob that the reaper takes between looking and linking is made anew', async () => {
  const content = newContent()
  const first = await startUpload({ name: 'first' })
  await complete(first.upl, receiptFor(first.upl, content))
  const old = await db().entry.findUniqueOrThrow({ where: { publicId: first.entryPublicId } })
  await db().upload.updateMany({ where: { entryId: old.id }, data: { entryId: null } })
  await db().entry.delete({ where: { id: old.id } })
  const second = await startUpload({ name: 'second' })
  let completing: ReturnType<typeof complete> | undefined
  const holder = db().$transaction(async (tx) => {
    // Whoever wants this name waits for the end of this transaction, with the blob already found.
    const data = { ownerId: person.id, parentId: person.rootId, kind: 0, name: 'second', sortKey: 'second' }
    await tx.entry.create({ data: { ...data, publicId: newPublicId() } })
    completing = complete(second.upl, receiptFor(second.upl, content))
    await waitUntilBlocked()
    expect(await reapBlob(old.blobId!)).toBe('dead')
    throw new Error('rolled back')
  })
  await expect(holder).rejects.toThrow('rolled back')
  expect(await completing).toMatchObject({ ok: true, entry: { name: 'second' } })
  const entry = await db().entry.findUniqueOrThrow({
    where: { publicId: second.entryPublicId },
    include: { blob: true },
  })
  expect(entry.blob).toMatchObject({ live: true })
  expect(entry.blobId).not.toBe(old.blobId)
  expect(await quotaOf()).toEqual({ used: 10, reserved: 0 })
})

it('the quota of every person is what entries and uploads add up to, and a difference is reported', async () => {
  const upload = await startUpload()
  await complete(upload.upl, receiptFor(upload.upl, newContent()))
  await startUpload({ name: 'open' })
  const differences = async () => (await auditQuotas()).filter(({ userId }) => userId === person.id)
  expect(await differences()).toEqual([])
  await db().quota.update({ where: { userId: person.id }, data: { used: 6n } })
  expect(await differences()).toEqual([
    { userId: person.id, used: 6n, usedByEntries: 5n, reserved: 5n, reservedByUploads: 5n },
  ])
})

it('uploads that ended are forgotten after a month, unfinished ones and their files are not', async () => {
  const [done, open] = [await startUpload({ name: 'done' }), await startUpload({ name: 'open' })]
  await complete(done.upl, receiptFor(done.upl, newContent()))
  const monthAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000)
  const young = await startUpload({ name: 'young' })
  await abortUpload(person.id, young.upl)
  await db().upload.updateMany({ where: { upl: { in: [done.upl, open.upl] } }, data: { updatedAt: monthAgo } })
  await forgetOldRows()
  const left = await db().upload.findMany({
    where: { ownerId: person.id },
    select: { name: true },
    orderBy: { id: 'asc' },
  })
  expect(left.map((row) => row.name)).toEqual(['open', 'young'])
  expect((await filesOf(person)).map((file) => file.name)).toEqual(['done'])
})

async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const [row] = await db().$queryRaw<[{ waiting: bigint }]>`
      SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted`
    if (row.waiting > 0n) return
  }
}
