import { randomBytes } from 'node:crypto'
import { sign, verify } from '@cairn/dfs-core/tickets'
import { describe, expect, it } from 'vitest'
import { dropEndedParts } from '../src/features/uploads/server/drop-ended-parts.ts'
import { expireUploads } from '../src/features/uploads/server/expire-uploads.ts'
import { reconcileUploads } from '../src/features/uploads/server/reconcile.ts'
import { endUploads, lockUploads } from '../src/features/uploads/server/upload-rows.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { masterKeys } from '../src/lib/keys.ts'
import { newPublicId, newUploadId } from '../src/lib/public-id.ts'
import { collectGarbage } from '../src/worker/garbage.ts'
import { reapBlobs } from '../src/worker/reaper.ts'
import { type Answer, Browser } from './support/browser.ts'
import { signedInBrowser } from './support/people.ts'
import { signedInDriveOnStorages } from './support/signed-in-drive.ts'
import { reachable, sha256, UploadClient } from './support/upload-client.ts'

const { cluster, server, browser, person, drive } = await signedInDriveOnStorages()
const client = new UploadClient(browser)

/** For what other processes notice by their clocks. */
const LATER = { timeout: 60_000 }

async function start(items: Record<string, unknown>[], as = browser): Promise<Answer['body']['items']> {
  const body = items.map((item, i) => ({ clientId: `${i}`, folderId: 'root', name: `file ${i}`, size: 1, ...item }))
  const answer = await as.post('/api/uploads', { items: body })
  expect(answer.status).toBe(200)
  return answer.body.items
}

async function upload(name: string, content: Buffer): Promise<Answer['body']> {
  const [started] = await start([{ name, size: content.length }])
  const receipt = await client.send(started, content)
  const { body } = await browser.post('/api/uploads/complete', { items: [{ uploadId: started.uploadId, receipt }] })
  expect(body.items[0]).toMatchObject({ ok: true })
  return body.items[0].entry
}

async function fetchEntry(entryId: string, query = ''): Promise<Response> {
  const redirect = await browser.get(`/api/drive/entries/${entryId}/download${query}`)
  expect(redirect.status).toBe(302)
  return await fetch(reachable(String(redirect.headers['location'])))
}

async function quota(): Promise<{ used: number; reserved: number }> {
  const row = await db().quota.findUniqueOrThrow({ where: { userId: person.id } })
  return { used: Number(row.used), reserved: Number(row.reserved) }
}

describe('a file', () => {
  it('goes to a storage with the ticket, becomes an entry with its receipt, and comes back byte for byte', async () => {
    const content = randomBytes(300_000)
    const entry = await upload('report.bin', content)
    expect(entry).toMatchObject({ name: 'report.bin', size: 300_000, category: 'other' })
    const response = await fetchEntry(entry.id)
    expect(response.headers.get('content-disposition')).toContain('report.bin')
    expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(content))
  })

  it('gets its category from its bytes', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    const entry = await upload('picture.txt', png)
    expect(entry).toMatchObject({ category: 'image', contentType: 'image/png' })
    const shown = await fetchEntry(entry.id, '?inline=1')
    expect(shown.headers.get('content-type')).toBe('image/png')
    expect(shown.headers.get('content-disposition')).toMatch(/^inline/)
  })

  it('without content is stored at once, counts nothing and downloads as nothing', async () => {
    const before = await quota()
    const [stored, again] = await start([
      { name: 'empty.txt', size: 0 },
      { name: 'empty.txt', size: 0 },
    ])
    expect(stored).toMatchObject({ ok: true, entry: { name: 'empty.txt', size: 0 } })
    expect(stored).not.toHaveProperty('ticket')
    expect(again).toMatchObject({ ok: true, entry: { name: 'empty (2).txt' }, notice: 'renamed' })
    expect(await quota()).toEqual(before)
    const answer = await browser.get(`/api/drive/entries/${stored.entry.id}/download`)
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.headers['content-disposition']).toBe('attachment; filename="empty.txt"')
  })

  it('has copies on both storages after a while, asked from each of them', async () => {
    const entry = await upload('copied.bin', randomBytes(1000))
    await expect.poll(() => copiesOf(entry.id), LATER).toEqual({ have: 2, want: 2 })
  })

  it('of another person cannot be downloaded, nor its copies be asked', async () => {
    const entry = await upload('private.bin', randomBytes(10))
    const { browser: stranger } = await signedInBrowser(server.url)
    expect((await stranger.get(`/api/drive/entries/${entry.id}/download`)).status).toBe(404)
    expect((await stranger.get(`/api/drive/entries/${entry.id}/url`)).status).toBe(404)
    expect((await stranger.get(`/api/drive/copies?ids=${entry.id}`)).body).toEqual({})
  })
})

describe('starting uploads', () => {
  it('in parallel never reserves more than the quota', async () => {
    const { browser: tight, person: owner } = await signedInBrowser(server.url)
    await db().quota.update({ where: { userId: owner.id }, data: { allowed: 1000n } })
    const batches = Array.from({ length: 10 }, () => start([{ size: 60 }, { size: 60 }, { size: 60 }], tight))
    const items = (await Promise.all(batches)).flat()
    expect(items.filter((item) => item.ok)).toHaveLength(16)
    const refused = items.filter((item) => !item.ok)
    expect(new Set(refused.map((item) => item.error.code))).toEqual(new Set(['quota_exceeded']))
    const row = await db().quota.findUniqueOrThrow({ where: { userId: owner.id } })
    expect(row.reserved).toBe(960n)
  })

  it('refuses single items and starts the others', async () => {
    const gone = (await browser.post('/api/drive/folders', { parentId: 'root', name: 'going' })).body.id
    await drive.post('trash', { ids: [gone] })
    const items = await start([
      { name: 'fine' },
      { name: 'a/b' },
      { name: 'x'.repeat(300) },
      { folderId: gone },
      { path: 'sub/../up' },
      { size: 5_000_000_000_000 },
    ])
    const codes = items.map((item: Answer['body']) => (item.ok ? 'ok' : item.error.code))
    expect(codes).toEqual(['ok', 'name_invalid', 'name_too_long', 'folder_gone', 'name_invalid', 'quota_exceeded'])
  })

  it('makes the folders of a folder drop once, also from batches at the same time', async () => {
    const top = (await browser.post('/api/drive/folders', { parentId: 'root', name: 'drop' })).body.id
    const batch = (i: number) =>
      start([
        { folderId: top, path: 'a/b', name: `${i}` },
        { folderId: top, path: 'a/c', name: `${i}` },
      ])
    await Promise.all([1, 2, 3, 4].map(batch))
    const tree = (await browser.get(`/api/drive/tree?folder=${top}`)).body.folders
    expect(tree).toMatchObject([{ name: 'a', hasChildren: true }])
    const below = (await browser.get(`/api/drive/tree?folder=${tree[0].id}`)).body.folders
    expect(below.map((folder: { name: string }) => folder.name)).toEqual(['b', 'c'])
  })

  it('refuses a folder drop where a file has the name of a folder', async () => {
    const top = (await browser.post('/api/drive/folders', { parentId: 'root', name: 'drop 2' })).body.id
    await start([{ folderId: top, name: 'a', size: 0 }])
    const [item] = await start([{ folderId: top, path: 'a', name: 'x' }])
    expect(item).toMatchObject({ ok: false, error: { code: 'name_taken' } })
  })

  it('leaves no folders of a drop that does not fit', async () => {
    const top = (await browser.post('/api/drive/folders', { parentId: 'root', name: 'drop 3' })).body.id
    await start([{ folderId: top, path: 'a', name: 'x', size: 5_000_000_000_000 }])
    expect((await browser.get(`/api/drive/tree?folder=${top}`)).body.folders).toEqual([])
  })

  it('takes 250 items and not 251', async () => {
    const items = Array.from({ length: 251 }, (_, i) => ({
      clientId: `${i}`,
      folderId: 'root',
      name: `n${i}`,
      size: 1,
    }))
    expect((await browser.post('/api/uploads', { items })).status).toBe(400)
    expect((await start(items.slice(1))).every((item: { ok: boolean }) => item.ok)).toBe(true)
  })
})

describe('an upload', () => {
  it('can be found again, get a new ticket, and go on with it', async () => {
    const content = randomBytes(5000)
    const [started] = await start([{ name: 'later.bin', size: 5000 }])
    const { items } = (await browser.get('/api/uploads')).body
    expect(items).toContainEqual(expect.objectContaining({ uploadId: started.uploadId, name: 'later.bin', size: 5000 }))
    const renewed = (await browser.post(`/api/uploads/${started.uploadId}/ticket`, {})).body
    expect(renewed).toMatchObject({ uploadUrl: started.uploadUrl, endpoint: started.endpoint })
    await client.send(renewed, content)
    const { browser: stranger } = await signedInBrowser(server.url)
    expect((await stranger.post(`/api/uploads/${started.uploadId}/ticket`, {})).status).toBe(404)
    expect((await stranger.delete(`/api/uploads/${started.uploadId}`)).status).toBe(404)
  })

  it('that is complete says so to whoever asks for a ticket, which is no error', async () => {
    const content = randomBytes(500)
    const [started] = await start([{ name: 'complete.bin', size: content.length }])
    const receipt = await client.send(started, content)
    await browser.post('/api/uploads/complete', { items: [{ uploadId: started.uploadId, receipt }] })
    const { status, body } = await browser.post(`/api/uploads/${started.uploadId}/ticket`, {})
    expect([status, body]).toEqual([200, { finished: true }])
  })

  it('says how much of it is there, from which device, and until when it is kept', async () => {
    const { browser: phone } = await signedInBrowser(server.url)
    const item = { clientId: 'a', folderId: 'root', name: 'half.bin', size: 100_000, probe: 'ab'.repeat(32) }
    const { items } = (await phone.post('/api/uploads', { device: 'phone', items: [item] })).body
    const [begun] = items
    const unfinished = async () => (await phone.get('/api/uploads')).body.items[0]
    expect(await unfinished()).toMatchObject({ sent: 0, device: 'phone', probe: item.probe, folderName: '' })
    const headers = { Authorization: `Bearer ${begun.ticket}`, 'Tus-Resumable': '1.0.0' }
    const created = await fetch(reachable(begun.endpoint), {
      method: 'POST',
      headers: { ...headers, 'Upload-Length': '100000', 'Content-Type': 'application/offset+octet-stream' },
      body: new Uint8Array(30_000),
    })
    expect(created.headers.get('Upload-Offset')).toBe('30000')
    expect(await unfinished()).toMatchObject({ sent: 30_000, size: 100_000 })
  })

  it('is found among thousands of its person', async () => {
    const { browser: collector, person: owner } = await signedInBrowser(server.url)
    const upls = Array.from({ length: 2001 }, () => newUploadId())
    await db().upload.createMany({
      data: upls.map((upl) => ({
        ...{ upl, ownerId: owner.id, entryPublicId: newPublicId(), name: upl, size: 1, ext: '', conflict: 'keep' },
        ...{ state: 'created', reservedBytes: 0, grp: 'group1', storageId: '100001' },
        expiresAt: new Date(Date.now() + 60_000),
      })),
    })
    const found: string[] = []
    for (let query: string | null = ''; query !== null; ) {
      const { items, next }: Answer['body'] = (await collector.get(`/api/uploads${query}`)).body
      expect(items.length).toBeLessThanOrEqual(1000)
      found.push(...items.map(({ uploadId }: { uploadId: string }) => uploadId))
      query = next === null ? null : `?after=${next}`
    }
    expect(found.toSorted()).toEqual(upls.toSorted())
  })

  it('is taken over by another device, and the one before can neither send nor finish it', async () => {
    const content = randomBytes(5000)
    const answer = await browser.post('/api/uploads', {
      device: 'laptop',
      items: [{ clientId: 'a', folderId: 'root', name: 'taken over.bin', size: 5000 }],
    })
    const [begun] = answer.body.items
    const ticketOf = (query: string) => browser.post(`/api/uploads/${begun.uploadId}/ticket${query}`, {})
    const refused = await ticketOf('?device=phone')
    expect([refused.status, refused.body.code]).toEqual([409, 'upload_elsewhere'])
    expect((await ticketOf('?device=laptop')).status).toBe(200)
    const taken = (await ticketOf('?device=phone&takeOver=1')).body
    expect((await ticketOf('?device=laptop')).status).toBe(409)
    const receipt = await client.send(taken, content)
    const late = await fetch(reachable(begun.uploadUrl), {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${begun.ticket}`, 'Tus-Resumable': '1.0.0' },
    })
    expect(late.status).toBe(410)
    const done = await browser.post('/api/uploads/complete', { items: [{ uploadId: begun.uploadId, receipt }] })
    expect(done.body.items[0]).toMatchObject({ ok: true, entry: { name: 'taken over.bin' } })
  })

  it('that is given up frees its space, and its file does not come back', async () => {
    const content = randomBytes(700)
    const before = await quota()
    const [started] = await start([{ name: 'given up', size: 700 }])
    const receipt = await client.send(started, content)
    expect((await browser.delete(`/api/uploads/${started.uploadId}`)).status).toBe(204)
    expect((await browser.delete(`/api/uploads/${started.uploadId}`)).status).toBe(204)
    expect(await quota()).toEqual(before)
    const { body } = await browser.post('/api/uploads/complete', { items: [{ uploadId: started.uploadId, receipt }] })
    expect(body.items[0]).toMatchObject({ ok: false, error: { code: 'upload_gone' } })
    const { garbage } = await reconcileUploads()
    expect(garbage).toBeGreaterThanOrEqual(1)
    while ((await collectGarbage()) > 0);
    expect(await db().dfsGarbage.count()).toBe(0)
  })

  it('that are given up together free their space, and what is stored among them stays', async () => {
    const content = randomBytes(500)
    const before = await quota()
    const [stored, ...open] = await start([
      { name: 'kept', size: 500 },
      { name: 'one', size: 40 },
      { name: 'two', size: 50 },
    ])
    const receipt = await client.send(stored, content)
    const complete = () => browser.post('/api/uploads/complete', { items: [{ uploadId: stored.uploadId, receipt }] })
    expect((await complete()).body.items[0]).toMatchObject({ ok: true, entry: { name: 'kept' } })
    const uploadIds = [...open, stored].map(({ uploadId }) => uploadId)
    expect((await browser.post('/api/uploads/abandon', { uploadIds: [...uploadIds, 'nothing'] })).status).toBe(204)
    expect(await quota()).toEqual({ ...before, used: before.used + 500 })
    expect((await complete()).body.items[0]).toMatchObject({ ok: true, entry: { name: 'kept' } })
  })

  it('whose browser went away is completed by the reconcile job, once', async () => {
    const content = randomBytes(900)
    const [started] = await start([{ name: 'orphan.bin', size: 900 }])
    await client.send(started, content)
    // The browser may still be on its way with it.
    expect(await reconcileUploads(3600)).toMatchObject({ committed: 0 })
    const first = await reconcileUploads(0)
    expect(first.committed).toBeGreaterThanOrEqual(1)
    const entry = await db().entry.findFirstOrThrow({ where: { ownerId: person.id, name: 'orphan.bin' } })
    const response = await fetchEntry(entry.publicId)
    expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(content))
    expect(await reconcileUploads(0)).toEqual({ committed: 0, garbage: 0, unknown: 0 })
    expect(await db().entry.count({ where: { ownerId: person.id, name: 'orphan.bin' } })).toBe(1)
  })

  it('that ended while its storage was away leaves no part there, and what is open stays', async () => {
    const content = randomBytes(300_000)
    const [ended, open] = [await client.start(content), await client.start(content)]
    for (const started of [ended, open]) expect(await client.begin(started, content.length)).toBe(201)
    expect(await dropEndedParts()).toBe(0)
    await inTransaction(async (tx) => {
      await endUploads(tx, [...(await lockUploads(tx, person.id, [ended.uploadId])).values()], 'aborted')
    })
    expect(await dropEndedParts()).toBe(1)
    expect([await client.head(ended), await client.head(open)]).toEqual([410, 200])
    expect(await dropEndedParts()).toBe(0)
    expect((await browser.delete(`/api/uploads/${open.uploadId}`)).status).toBe(204)
  })

  it('that nobody went on with expires and frees its space', async () => {
    const before = await quota()
    const [started] = await start([{ name: 'old', size: 44 }])
    await db().upload.update({ where: { upl: started.uploadId }, data: { expiresAt: new Date(Date.now() - 1000) } })
    const expired = await Promise.all([expireUploads(), expireUploads()])
    expect(expired[0]! + expired[1]!).toBe(1)
    expect(await quota()).toEqual(before)
    expect((await browser.post(`/api/uploads/${started.uploadId}/ticket`, {})).body.code).toBe('upload_gone')
  })
})

describe('stored content', () => {
  it('that lost its last entry is deleted from the storages', async () => {
    const entry = await upload('doomed.bin', randomBytes(50))
    const { url } = (await browser.get(`/api/drive/entries/${entry.id}/url`)).body
    const row = await db().entry.findUniqueOrThrow({ where: { publicId: entry.id }, include: { blob: true } })
    await db().upload.updateMany({ where: { entryId: row.id }, data: { entryId: null } })
    await db().entry.delete({ where: { id: row.id } })
    await db().blobCheck.create({ data: { blobId: row.blobId!, notBefore: new Date() } })
    await reapBlobs()
    expect(await db().blob.findUnique({ where: { id: row.blobId! } })).toBeNull()
    await expect.poll(async () => (await fetch(reachable(url))).status, LATER).toBe(404)
  })
})

describe('a download URL', () => {
  it('is the same for a whole window and is given as JSON too', async () => {
    const entry = await upload('stable.bin', randomBytes(10))
    const [a, b] = [
      await browser.get(`/api/drive/entries/${entry.id}/url`),
      await browser.get(`/api/drive/entries/${entry.id}/url`),
    ]
    expect(a.body.url).toBe(b.body.url)
    expect(Date.parse(a.body.expiresAt)).toBeGreaterThan(Date.now() + 3600_000 - 1000)
    expect((await fetch(reachable(a.body.url), { headers: { Range: 'bytes=2-4' } })).status).toBe(206)
  })

  it('is renewed for who may still read the file, and for nobody else', async () => {
    const entry = await upload('renew.bin', randomBytes(10))
    const { url } = (await browser.get(`/api/drive/entries/${entry.id}/url`)).body
    const token = new URL(url).searchParams.get('t')
    const renewed = await browser.get(`/r?t=${token}`)
    expect(renewed.status).toBe(302)
    expect((await fetch(reachable(String(renewed.headers['location'])))).status).toBe(200)
    const { browser: stranger } = await signedInBrowser(server.url)
    expect((await stranger.get(`/r?t=${token}`)).status).toBe(404)
    expect((await browser.get('/r?t=v1.a.b.c')).status).toBe(404)
    await drive.post('trash', { ids: [entry.id] })
    expect((await browser.get(`/r?t=${token}`)).status).toBe(404)
  })

  it('of a link is renewed for its visitors when it has expired, as long as the link gives the file', async () => {
    const content = randomBytes(10)
    const elsewhere = await upload('kept.bin', content)
    await db().$executeRaw`
      INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, category, blob_id, size)
      SELECT public_id || n, owner_id, parent_id, kind, name || n, sort_key || n, grams, category, blob_id, size
      FROM entry, generate_series(1, 60) n WHERE public_id = ${elsewhere.id}`
    const entry = await upload('shared.bin', content)
    const settings = { withCode: false, allowDownload: true, expiresAt: null, maxDownloads: null, maxViews: null }
    const { share } = (await browser.post('/api/shares', { ids: [entry.id], ...settings })).body
    const visitor = new Browser(server.url)
    await visitor.post('/api/s/open', { token: share.url.split('/s/')[1] })
    const { url } = (await visitor.post(`/api/s/${share.id}/download`, { ids: [entry.id] })).body
    const now = Math.floor(Date.now() / 1000)
    const ring = masterKeys().ticketRing('group1')
    const ticket = verify(new URL(url).searchParams.get('t') ?? '', 'dl', ring, now)
    const renewal = (use: 'i' | 'a') => `/r?t=${sign({ ...ticket, cd: use, exp: now - 60 }, ring)}`
    const renewed = await visitor.get(renewal('a'))
    expect(renewed.status).toBe(302)
    expect((await fetch(reachable(String(renewed.headers['location'])))).status).toBe(200)
    expect((await new Browser(server.url).get(renewal('a'))).status).toBe(401)

    await browser.patch(`/api/shares/${share.id}`, { allowDownload: false })
    expect((await visitor.get(renewal('a'))).status).toBe(401)
    expect((await visitor.get(renewal('i'))).status).toBe(302)
    await browser.patch(`/api/shares/${share.id}`, { revoked: true })
    expect((await visitor.get(renewal('i'))).status).toBe(401)
  })

  it('names the other storage when one is down', async () => {
    const content = randomBytes(2000)
    const entry = await upload('survivor.bin', content)
    await expect.poll(() => copiesOf(entry.id), LATER).toEqual({ have: 2, want: 2 })
    for (const id of ['100001', '100002']) {
      await cluster.stopStorage(id)
      const response = await fetchEntryWhenMoved(entry.id)
      expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(content))
      await cluster.startStorage(id)
      await cluster.whenActive(['100001', '100002'])
    }
  })
})

async function copiesOf(entryId: string): Promise<Answer['body']> {
  return (await browser.get(`/api/drive/copies?ids=${entryId}`)).body[entryId]
}

/** The tracker and this application notice a dead storage after some seconds. */
async function fetchEntryWhenMoved(entryId: string): Promise<Response> {
  for (;;) {
    const redirect = await browser.get(`/api/drive/entries/${entryId}/download`)
    const response = await fetch(reachable(String(redirect.headers['location']))).catch(() => undefined)
    if (response?.ok) return response
  }
}
