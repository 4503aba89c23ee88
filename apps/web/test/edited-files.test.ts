// What is written in the browser becomes the content of its file: of that file alone, and only of the content that the
// writing began with.
import { beforeEach, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { auditQuotas } from '../src/worker/audit-quota.ts'
import { reapBlob } from '../src/worker/reaper.ts'
import type { Answer } from './support/browser.ts'
import { signedInBrowser } from './support/people.ts'
import { signedInDriveOnStorages } from './support/signed-in-drive.ts'
import { reachable, sha256, UploadClient } from './support/upload-client.ts'

const { server, browser, person, drive } = await signedInDriveOnStorages()
const client = new UploadClient(browser)
/** A file of the person: 'first'. */
let id = ''
let files = 0
let before: Awaited<ReturnType<typeof quotaOf>>

const first = Buffer.from('first')
const second = Buffer.from('the second text')

beforeEach(async () => {
  files += 1
  id = await client.upload(first, { name: `note ${files}.txt` })
  before = await quotaOf()
})

const quotaOf = () => db().quota.findUniqueOrThrow({ where: { userId: person.id } })

/** Bytes that the person keeps more than before the test, and what is reserved more. */
async function grown(): Promise<{ used: number; reserved: number }> {
  const now = await quotaOf()
  return { used: Number(now.used - before.used), reserved: Number(now.reserved - before.reserved) }
}

/** Starts, sends and completes; what each step refuses comes as it is. */
async function save(content: Buffer, base: Buffer, file = id, as = client): Promise<Answer['body']> {
  const [started] = await start(content, base, file, as)
  if (started.ok !== true || content.length === 0) return started
  return await as.complete(started, await as.send(started, content))
}

async function start(content: Buffer, base: Buffer, file = id, as = client): Promise<Answer['body']> {
  const replaces = { id: file, sha256: sha256(base) }
  const item = { clientId: 'a', folderId: 'root', name: 'ignored', size: content.length, replaces }
  return (await as.browser.post('/api/uploads', { items: [item] })).body.items
}

async function contentOf(file: string): Promise<string> {
  const { body } = await browser.get(`/api/drive/entries/${file}/url`)
  return await (await fetch(reachable(body.url))).text()
}

const rowOf = (publicId: string) => db().entry.findUniqueOrThrow({ where: { publicId } })

describe('a text that was changed', () => {
  it('is the content of the same file: name, star and links stay, and only the difference is counted', async () => {
    await browser.post('/api/labels/favourites', { ids: [id], on: true })
    const row = await rowOf(id)
    expect(await save(second, first)).toMatchObject({ ok: true, entry: { id, name: row.name, size: second.length } })
    expect(await contentOf(id)).toBe('the second text')
    const { items } = (await browser.get('/api/drive/entries?folder=root')).body
    expect(items).toMatchObject([{ id, name: row.name, favourite: true, size: second.length }])
    expect(await grown()).toEqual({ used: second.length - first.length, reserved: 0 })
    expect((await rowOf(id)).modifiedAt.getTime()).toBeGreaterThan(row.modifiedAt.getTime())
    const { activity } = (await browser.get(`/api/drive/entries/${id}/details`)).body
    expect(activity.map(({ kind }: { kind: string }) => kind)).toEqual(['edited', 'added'])
  })

  it('leaves a copy of the file as it was', async () => {
    await drive.post('copy', { ids: [id], targetId: 'root', conflict: { default: 'keep' } })
    const { blobId } = await rowOf(id)
    const copy = await db().entry.findFirstOrThrow({ where: { blobId, name: `note ${files} (2).txt` } })
    await save(second, first)
    expect(await contentOf(copy.publicId)).toBe('first')
    expect(await contentOf(id)).toBe('the second text')
    expect(await grown()).toEqual({ used: second.length, reserved: 0 })
  })

  it('leaves the old content to the reaper, a day later, for those who read it at this moment', async () => {
    const unlike = Buffer.from(`only here ${Date.now()}`)
    await save(unlike, first)
    const { blobId: old } = await rowOf(id)
    await save(second, unlike)
    const check = await db().blobCheck.findUniqueOrThrow({ where: { blobId: old ?? 0n } })
    expect(check.notBefore.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000)
    expect(await reapBlob(old ?? 0n)).toBe('dead')
  })

  it('can become empty, and from empty a text again', async () => {
    const nothing = Buffer.alloc(0)
    expect(await save(nothing, first)).toMatchObject({ ok: true, entry: { id, size: 0 } })
    expect(await grown()).toEqual({ used: -first.length, reserved: 0 })
    expect(await save(second, nothing)).toMatchObject({ ok: true, entry: { id, size: second.length } })
    expect(await contentOf(id)).toBe('the second text')
  })
})

describe('a file that was changed meanwhile', () => {
  it('keeps what it has; the answer is the same when it is asked twice, and nothing stays reserved', async () => {
    const third = Buffer.from('the third, which came in between')
    const [late] = await start(second, first)
    await save(third, first)
    const receipt = await client.send(late, second)
    const refused = { ok: false, error: { code: 'file_changed' } }
    expect(await client.complete(late, receipt)).toMatchObject(refused)
    expect(await client.complete(late, receipt)).toMatchObject(refused)
    expect(await contentOf(id)).toBe(String(third))
    expect(await grown()).toEqual({ used: third.length - first.length, reserved: 0 })
    expect(await auditQuotas()).toEqual([])
  })

  it('refuses the start already, before anything is sent', async () => {
    await save(second, first)
    expect(await start(Buffer.from('x'), first)).toMatchObject([{ ok: false, error: { code: 'file_changed' } }])
    expect(await start(Buffer.alloc(0), first)).toMatchObject([{ ok: false, error: { code: 'file_changed' } }])
  })

  it('takes one of two texts that were saved at the same moment', async () => {
    const texts = [Buffer.from('from one window'), Buffer.from('from the other one')]
    const sent = await Promise.all(
      texts.map(async (text) => {
        const [started] = await start(text, first)
        return { started, receipt: await client.send(started, text) }
      }),
    )
    const answers = await Promise.all(sent.map(({ started, receipt }) => client.complete(started, receipt)))
    expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true])
    const winner = texts[answers.findIndex(({ ok }) => ok)] ?? first
    expect(await contentOf(id)).toBe(String(winner))
    expect(await grown()).toEqual({ used: winner.length - first.length, reserved: 0 })
  })
})

describe('a file that is not there', () => {
  it('refuses: somebody else’s, a folder, and one in trash look the same', async () => {
    const { browser: stranger } = await signedInBrowser(server.url)
    const missing = [{ ok: false, error: { code: 'not_found' } }]
    expect(await start(second, first, id, new UploadClient(stranger))).toMatchObject(missing)
    const folder = (await browser.post('/api/drive/folders', { parentId: 'root', name: 'folder' })).body.id
    expect(await start(second, first, folder)).toMatchObject(missing)
    await drive.post('trash', { ids: [id] })
    expect(await start(second, first)).toMatchObject(missing)
    expect((await rowOf(id)).size).toBe(BigInt(first.length))
  })

  it('makes no new file of what was sent, when it was trashed or deleted for good meanwhile', async () => {
    const [trashed] = await start(second, first)
    const [deleted] = await start(second, first)
    const receipts = [await client.send(trashed, second), await client.send(deleted, second)]
    await drive.post('trash', { ids: [id] })
    const refused = { ok: false, error: { code: 'not_found' } }
    expect(await client.complete(trashed, receipts[0] ?? '')).toMatchObject(refused)
    await db().entry.delete({ where: { publicId: id } })
    expect(await client.complete(deleted, receipts[1] ?? '')).toMatchObject(refused)
    expect(await db().entry.count({ where: { name: { startsWith: `note ${files}` } } })).toBe(0)
    expect((await grown()).reserved).toBe(0)
  })
})

it('a full drive takes a text that is not longer than before, and no longer one', async () => {
  await db().quota.update({ where: { userId: person.id }, data: { allowed: before.used } })
  expect(await start(second, first)).toMatchObject([{ ok: false, error: { code: 'quota_exceeded' } }])
  expect(await save(Buffer.from('fifth'), first)).toMatchObject({ ok: true, entry: { id } })
  expect(await save(Buffer.from('4th'), Buffer.from('fifth'))).toMatchObject({ ok: true, entry: { id } })
  expect(await grown()).toEqual({ used: 3 - first.length, reserved: 0 })
  await db().quota.update({ where: { userId: person.id }, data: { allowed: before.allowed } })
})

it('a text that is being saved is none of the files that can be uploaded further', async () => {
  await start(second, first)
  expect((await browser.get('/api/uploads')).body.items).toEqual([])
})
