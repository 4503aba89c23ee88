import { randomBytes } from 'node:crypto'
import { StorageClient } from '@cairn/dfs-core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readGroups } from '../src/features/admin/server/cluster.ts'
import { reconcileUploads } from '../src/features/uploads/server/reconcile.ts'
import { db } from '../src/lib/db.ts'
import { dfs, storageOrigins } from '../src/lib/dfs.ts'
import { forgetSpooledUploads, KEPT_MS } from '../src/lib/spooled-uploads.ts'
import { collectGarbage } from '../src/worker/garbage.ts'
import { reapBlobs } from '../src/worker/reaper.ts'
import { makeThumbnails } from '../src/worker/thumbnails.ts'
import { runVerifications } from '../src/worker/verifications.ts'
import { startGatewayDrive } from './support/gateway-drive.ts'
import { holders } from './support/stored-files.ts'
import { reachable, sha256, type UploadClient } from './support/upload-client.ts'

const drive = await startGatewayDrive()
const askedForStatus = vi.spyOn(StorageClient.prototype, 'status')
let client: UploadClient

const MIB = 1024 * 1024
const UPLOAD_FILE = 11

beforeAll(async () => {
  client = (await drive.newUploader()).client
})

/** The signed address of an entry's content. */
async function urlOf(entryId: string, query = ''): Promise<string> {
  const redirect = await client.browser.get(`/api/drive/entries/${entryId}/download${query}`)
  expect(redirect.status).toBe(302)
  return reachable(String(redirect.headers['location']))
}

async function fileIdOf(entryId: string): Promise<string> {
  const entry = await db().entry.findUniqueOrThrow({ where: { publicId: entryId }, include: { blob: true } })
  return entry.blob?.fileId ?? ''
}

describe('a drive on storages that speak only FastDFS', () => {
  it('keeps a file at every member and counts its copies by asking them', async () => {
    const id = await client.upload(randomBytes(300_000))
    await expect
      .poll(async () => (await client.browser.get(`/api/drive/copies?ids=${id}`)).body[id])
      .toEqual({ have: 2, want: 2 })
    expect(await holders(await fileIdOf(id))).toBe(2)
  })

  it('writes owner and entry with the file', async () => {
    const id = await client.upload(randomBytes(1000))
    expect((await dfs().getMetadata(await fileIdOf(id)))['ent']).toBe(id)
  })

  it('serves ranges, conditions and refusals as the storages do', async () => {
    const content = randomBytes(3 * MIB)
    const url = await urlOf(await client.upload(content, { name: 'a “b”.bin' }))
    const ask = (headers: Record<string, string>, method = 'GET') => fetch(url, { method, headers })
    const whole = await ask({})
    const etag = whole.headers.get('ETag') ?? ''
    expect(sha256(Buffer.from(await whole.arrayBuffer()))).toBe(sha256(content))
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-length': String(content.length),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect(whole.headers.get('content-disposition')).toContain('attachment')
    const range = await ask({ Range: 'bytes=2000000-2000009' })
    expect([range.status, range.headers.get('content-range')]).toEqual([206, `bytes 2000000-2000009/${content.length}`])
    expect(Buffer.from(await range.arrayBuffer())).toEqual(content.subarray(2_000_000, 2_000_010))
    const several = await ask({ Range: 'bytes=0-1,-2' })
    expect(several.headers.get('content-type')).toContain('multipart/byteranges')
    expect((await several.arrayBuffer()).byteLength).toBe(Number(several.headers.get('content-length')))
    const changed = await ask({ Range: 'bytes=0-1', 'If-Range': '"other"' })
    expect(changed.status).toBe(200)
    await changed.body?.cancel()
    expect((await ask({ Range: `bytes=${content.length}-` })).status).toBe(416)
    expect((await ask({ 'If-None-Match': etag })).status).toBe(304)
    const head = await ask({}, 'HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(content.length)])
    expect((await fetch(url.replace(/\?t=.*/, ''))).status).toBe(401)
    expect((await fetch(url.replace(/\?t=v1/, '?t=v2'))).status).toBe(401)
  })

  it('makes thumbnails as slave files and serves them', async () => {
    const background = { r: 10, g: 120, b: 200 }
    const png = await sharp({ create: { width: 700, height: 500, channels: 3, background } })
      .png()
      .toBuffer()
    const id = await client.upload(png, { name: 'sea.png' })
    await makeThumbnails()
    const { body } = await client.browser.get(`/api/drive/thumbnails?ids=${id}`)
    const picture = await fetch(reachable(body[id].url))
    expect(picture.headers.get('content-type')).toBe('image/webp')
    const { width } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata()
    expect(width).toBe(512)
  })

  it('spares an upload whose content is proven to be there', async () => {
    const content = randomBytes(2 * MIB)
    await client.upload(content)
    const { client: other } = await drive.newUploader()
    const started = await other.start(content)
    const uploaded = drive.count(UPLOAD_FILE)
    expect(await other.claimWith(started, content)).toMatchObject({ proven: true })
    expect(drive.count(UPLOAD_FILE)).toBe(uploaded)
  })

  it('checks every copy when somebody wants to be sure', async () => {
    const id = await client.upload(randomBytes(50_000))
    await expect.poll(async () => holders(await fileIdOf(id))).toBe(2)
    await client.browser.post(`/api/drive/entries/${id}/verify`, {})
    await runVerifications()
    const last = await db().verification.findFirstOrThrow({ orderBy: { id: 'desc' } })
    expect(last.copies).toMatchObject([{ result: 'matches' }, { result: 'matches' }])
  })

  it('finds an upload that was finished and never handed in', async () => {
    const content = randomBytes(2000)
    const started = await client.start(content, { name: 'left behind.bin' })
    await client.send(started, content)
    expect(await reconcileUploads(0)).toMatchObject({ committed: 1, garbage: 0 })
    const { body } = await client.browser.get('/api/drive/entries?folder=root')
    expect(body.items.map(({ name }: { name: string }) => name)).toContain('left behind.bin')
    expect(await reconcileUploads(0)).toMatchObject({ committed: 0 })
  })

  it('takes from every member what nobody went on with', async () => {
    const content = randomBytes(2 * MIB)
    const { uploadId: upl, endpoint, uploadUrl, ticket } = await client.start(content)
    const headers = { Authorization: `Bearer ${ticket}`, 'Tus-Resumable': '1.0.0' }
    const length = String(content.length)
    await fetch(reachable(endpoint), { method: 'POST', headers: { ...headers, 'Upload-Length': length } })
    const piece = { ...headers, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' }
    const body = new Uint8Array(content.subarray(0, MIB))
    await fetch(reachable(uploadUrl), { method: 'PATCH', headers: piece, body })
    const { spool } = await db().spooledUpload.findUniqueOrThrow({ where: { upl } })
    const spoolId = spool ?? ''
    await expect.poll(() => holders(spoolId)).toBe(2)
    const age = async () =>
      await db().spooledUpload.update({ where: { upl }, data: { changedAt: new Date(Date.now() - KEPT_MS - 1000) } })
    await forgetSpooledUploads()
    expect(await db().dfsGarbage.count({ where: { fileId: spoolId } })).toBe(0)
    await age()
    await forgetSpooledUploads()
    await collectGarbage()
    await expect.poll(() => holders(spoolId)).toBe(0)
    expect((await fetch(reachable(uploadUrl), { method: 'HEAD', headers })).status).toBe(410)
    await age()
    await forgetSpooledUploads()
    expect(await db().spooledUpload.count({ where: { upl } })).toBe(0)
  })

  it('tells how much of an unfinished upload is there', async () => {
    const content = randomBytes(1000)
    const started = await client.start(content)
    const headers = { Authorization: `Bearer ${started.ticket}`, 'Tus-Resumable': '1.0.0' }
    await fetch(reachable(started.endpoint), { method: 'POST', headers: { ...headers, 'Upload-Length': '1000' } })
    await fetch(reachable(started.uploadUrl), {
      method: 'PATCH',
      headers: { ...headers, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
      body: new Uint8Array(content.subarray(0, 400)),
    })
    const { body } = await client.browser.get('/api/uploads')
    const item = body.items.find(({ uploadId }: { uploadId: string }) => uploadId === started.uploadId)
    expect(item.sent).toBe(400)
  })

  it('says of its storages what the trackers know', async () => {
    const [group] = await readGroups()
    expect(group?.storages).toMatchObject([
      { id: '100001', state: 'active', silence: 'foreign', told: null },
      { id: '100002', state: 'active', silence: 'foreign', told: null },
    ])
    expect(group?.totalBytes).toBeGreaterThan(0)
  })

  it('lets pages talk to the gateway, under the name that the browser knows', async () => {
    const port = process.env['CAIRN_GATEWAY_PORT']
    expect(await storageOrigins('http://drive.lan:3000')).toEqual([`http://drive.lan:${port}`])
  })

  it('deletes what nobody keeps at every member', async () => {
    const id = await client.upload(randomBytes(70_000))
    const fileId = await fileIdOf(id)
    await expect.poll(() => holders(fileId)).toBe(2)
    const entry = await db().entry.findUniqueOrThrow({ where: { publicId: id } })
    await db().upload.updateMany({ where: { entryId: entry.id }, data: { entryId: null } })
    await db().entry.delete({ where: { id: entry.id } })
    await db().blobCheck.create({ data: { blobId: entry.blobId ?? 0n, notBefore: new Date() } })
    await reapBlobs()
    await expect.poll(() => holders(fileId)).toBe(0)
  })
})

it('asks no storage for what only Cairn’s own would answer', () => {
  expect(askedForStatus).not.toHaveBeenCalled()
})
