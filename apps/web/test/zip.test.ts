import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { dfs } from '../src/lib/dfs.ts'
import { nameKeys } from '../src/lib/entries/name-keys.ts'
import { newPublicId } from '../src/lib/public-id.ts'
import { makeOwnZip } from '../src/lib/zip/own-zip.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, type Person, signedInBrowser } from './support/people.ts'
import { holders, storeFile } from './support/stored-files.ts'

await freshDatabase()
configure({ useWebWorkers: false })
const cluster = new TestCluster()
let server: Awaited<ReturnType<typeof startApiServer>>
let owner: Browser
let person: Person
let top: { id: string; internal: bigint }
/** What each path of the ZIP must hold. */
const expected = new Map<string, Buffer>()

beforeAll(async () => {
  await cluster.start()
  server = await startApiServer()
  ;({ browser: owner, person } = await signedInBrowser(server.url))
  top = await addFolder(person.rootId, 'Survey')
  const hostile = await addFolder(top.internal, 'C:\\..\\evil')
  await addFolder(top.internal, 'empty')
  await addContent(top.internal, 'README.md', 'Survey/README.md', randomBytes(300_000))
  await addContent(top.internal, 'readme.md', 'Survey/readme (2).md', Buffer.from('the same name in other letters'))
  await addContent(top.internal, 'aux.txt', 'Survey/_aux.txt', Buffer.from('a name that Windows keeps for itself'))
  await addContent(hostile.internal, '..\\..\\passwd', 'Survey/C__.._evil/.._.._passwd', Buffer.from('nothing'))
  await addContent(hostile.internal, '潮位.txt', 'Survey/C__.._evil/潮位.txt', Buffer.from('潮'))
  await addFile(person.id, top.internal, 'nothing in it.txt', { size: 0 })
  expected.set('Survey/', Buffer.alloc(0))
  expected.set('Survey/empty/', Buffer.alloc(0))
  expected.set('Survey/C__.._evil/', Buffer.alloc(0))
  expected.set('Survey/nothing in it.txt', Buffer.alloc(0))
})
afterAll(async () => {
  await server.close()
  dfs().close()
  await cluster.close()
})

async function addFolder(parentId: bigint, name: string) {
  const data = { publicId: newPublicId(), ownerId: person.id, parentId, kind: 0, name, ...nameKeys(name) }
  const { id: internal, publicId: id } = await db().entry.create({ data })
  return { id, internal }
}

async function addContent(parentId: bigint, name: string, path: string, content: Buffer): Promise<string> {
  const { entryId, fileId } = await storeFile({ id: person.id, rootId: parentId }, 'content.bin', 'text/plain', content)
  expected.set(path, content)
  await db().entry.update({ where: { publicId: entryId }, data: { name, ...nameKeys(name) } })
  return fileId
}

interface Bytes {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** The connection was cut before the announced length. */
  cut: boolean
}

/** A download as a browser makes it, every byte of it. */
function fetchBytes(
  browser: Browser,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Bytes> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return new Promise((resolve, reject) => {
    const all = { Host: 'drive.test:3000', Cookie: cookie, ...headers }
    const outgoing = request(`${server.url}${path}`, { method, headers: all, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', () => undefined)
      incoming.on('close', () => {
        const { statusCode: status = 0, headers: answered } = incoming
        resolve({ status, headers: answered, body: Buffer.concat(chunks), cut: !incoming.complete })
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

async function makeZip(ids: string[] = [top.id]): Promise<string> {
  const { status, body } = await owner.post('/api/zip', { ids })
  expect(status).toBe(200)
  return body.url
}

async function unzip(zip: Buffer): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>()
  for (const entry of await new ZipReader(new Uint8ArrayReader(zip), { checkSignature: true }).getEntries()) {
    const bytes = entry.directory ? new Uint8Array() : await entry.getData(new Uint8ArrayWriter())
    contents.set(entry.filename, Buffer.from(bytes))
  }
  return contents
}

const sorted = (contents: Map<string, Buffer>) => [...contents].toSorted(([a], [b]) => (a < b ? -1 : 1))

describe('what a ZIP may list', () => {
  it('has an end, also where everything of a folder is chosen at once', async () => {
    const crowded = await addFolder(person.rootId, 'crowded')
    for (const name of ['a', 'b', 'c', 'd']) await addFolder(crowded.internal, name)
    const all = { all: { folder: crowded.id, except: [] } }
    expect(await makeOwnZip(person.id, all, 4)).toMatch(/^\/api\/zip\//)
    await expect(makeOwnZip(person.id, all, 3)).rejects.toMatchObject({ code: 'too_large' })
  })

  it('is two million entries a day of one person: lists are kept whether they are read or not', async () => {
    const { browser: other, person: reader } = await signedInBrowser(server.url)
    const folder = { publicId: newPublicId(), ownerId: reader.id, parentId: reader.rootId, kind: 0, name: 'a' }
    await db().entry.create({ data: { ...folder, ...nameKeys('a') } })
    const ask = () => other.post('/api/zip', { ids: [folder.publicId] })
    expect((await ask()).status).toBe(200)
    const key = createHash('sha256')
      .update(JSON.stringify(['zip-entries', reader.id]))
      .digest('hex')
    await db().attempt.update({ where: { key }, data: { failures: 2_000_000 } })
    const refused = await ask()
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(80_000)
    expect((await owner.post('/api/zip', { ids: [top.id] })).status).toBe(200)
  })
})

describe('the ZIP of a folder', () => {
  it('holds every file of it under a name that is safe to unpack, empty folders too', async () => {
    const { status, headers, body } = await fetchBytes(owner, await makeZip())
    expect(status).toBe(200)
    expect(Number(headers['content-length'])).toBe(body.length)
    expect(headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-type': 'application/zip' })
    expect(headers['content-disposition']).toContain('filename="Survey.zip"')
    expect(sorted(await unzip(body))).toEqual(sorted(expected))
  })

  it('goes on in the middle where it was cut, byte for byte, also after files were added', async () => {
    const url = await makeZip()
    const { body: whole, headers } = await fetchBytes(owner, url)
    await addFile(person.id, top.internal, 'added later.txt', { size: 0 })
    for (const cut of [1, 40, 150_000, 299_999, whole.length - 5]) {
      const rest = await fetchBytes(owner, url, { Range: `bytes=${cut}-`, 'If-Range': String(headers['etag']) })
      expect(rest.status).toBe(206)
      expect(rest.headers['content-range']).toBe(`bytes ${cut}-${whole.length - 1}/${whole.length}`)
      expect(Buffer.compare(rest.body, whole.subarray(cut))).toBe(0)
    }
    const middle = await fetchBytes(owner, url, { Range: 'bytes=1000-200999' })
    expect(Buffer.compare(middle.body, whole.subarray(1000, 201_000))).toBe(0)
    await db().entry.deleteMany({ where: { parentId: top.internal, name: 'added later.txt' } })
  })

  it('comes whole to whoever remembers another list, and not at all behind its end', async () => {
    const url = await makeZip()
    const head = await fetchBytes(owner, url, {}, 'HEAD')
    expect(head.body).toHaveLength(0)
    const size = Number(head.headers['content-length'])
    expect((await fetchBytes(owner, url, { Range: 'bytes=5-', 'If-Range': '"another"' })).status).toBe(200)
    const behind = await fetchBytes(owner, url, { Range: `bytes=${size}-` })
    expect(behind).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${size}` } })
  })

  it('is the same for the same list, however often it is fetched', async () => {
    const url = await makeZip()
    const hashes = [await fetchBytes(owner, url), await fetchBytes(owner, url)].map(({ body }) => {
      return createHash('sha256').update(body).digest('hex')
    })
    expect(hashes[0]).toBe(hashes[1])
  })

  it('is cut off, and never ends well, when a file of it cannot be read', async () => {
    const lost = await addFolder(person.rootId, 'Lost')
    const fileId = await addContent(lost.internal, 'gone.bin', 'never', randomBytes(200_000))
    expected.delete('never')
    await dfs().delete(fileId)
    await expect.poll(() => holders(fileId)).toBe(0)
    const { body, headers, cut } = await fetchBytes(owner, await makeZip([lost.id]))
    expect(cut).toBe(true)
    expect(body.length).toBeLessThan(Number(headers['content-length']))
  })

  it('is found by nobody else', async () => {
    const url = await makeZip()
    const { browser: stranger } = await signedInBrowser(server.url)
    expect((await fetchBytes(stranger, url)).status).toBe(404)
    expect((await fetchBytes(new Browser(server.url), url)).status).toBe(404)
    expect((await stranger.post('/api/zip', { ids: [top.id] })).status).toBe(404)
    expect((await fetchBytes(owner, '/api/zip/none')).status).toBe(404)
  })
})

/** From the storage; no name server knows the host name that the tests' browsers use. */
const fetchStored = (url: string) => fetch(url.replace('//drive.test', '//127.0.0.1'))

describe('the ZIP of a link', () => {
  async function linkTo(ids: string[], changes: object = {}) {
    const settings = { withCode: false, allowDownload: true, expiresAt: null, maxDownloads: null, maxViews: null }
    const { body } = await owner.post('/api/shares', { ids, ...settings, ...changes })
    const visitor = new Browser(server.url)
    await visitor.post('/api/s/open', { token: String(body.share.url).split('/s/')[1] })
    return { id: String(body.share.id), visitor }
  }
  const zipOf = async (visitor: Browser, id: string) => (await visitor.post(`/api/s/${id}/download`, {})).body.url

  it('counts once, however many ranges of it are fetched and however often it is asked for', async () => {
    const { id, visitor } = await linkTo([top.id], { maxDownloads: 1 })
    const url = await zipOf(visitor, id)
    const { body: whole } = await fetchBytes(visitor, url)
    expect(sorted(await unzip(whole))).toEqual(sorted(expected))
    for (const start of [0, 1000, 5000]) {
      expect((await fetchBytes(visitor, url, { Range: `bytes=${start}-` })).status).toBe(206)
    }
    expect(await zipOf(visitor, id)).toMatch(/^\/api\/zip\//)
    expect((await owner.get('/api/shares')).body.shares[0]).toMatchObject({ id, downloads: 1 })
  })

  it('is for the visitor who asked, and only while the link is open', async () => {
    const { id, visitor } = await linkTo([top.id])
    const url = await zipOf(visitor, id)
    expect((await fetchBytes(owner, url)).status).toBe(404)
    const other = new Browser(server.url)
    await other.post('/api/s/open', { token: 'x' })
    expect((await fetchBytes(other, url)).status).toBe(404)
    await owner.patch(`/api/shares/${id}`, { allowDownload: false })
    expect((await fetchBytes(visitor, url)).status).toBe(404)
    await owner.patch(`/api/shares/${id}`, { allowDownload: true, revoked: true })
    expect((await fetchBytes(visitor, url)).status).toBe(404)
  })

  it('of one file is that file, with a ticket that ends soon where downloads are limited', async () => {
    const file = await db().entry.findFirstOrThrow({ where: { parentId: top.internal, name: 'README.md' } })
    const ticketOf = async (changes: object) => {
      const { id, visitor } = await linkTo([file.publicId], changes)
      const url = new URL((await visitor.post(`/api/s/${id}/download`, {})).body.url)
      const payload = url.searchParams.get('t')?.split('.')[2] ?? ''
      return { url, ticket: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) }
    }
    const limited = await ticketOf({ maxDownloads: 3 })
    expect(limited.ticket).toMatchObject({ cd: 'a', pol: 'limited', fn: 'README.md' })
    expect(limited.ticket.exp - Date.now() / 1000).toBeLessThanOrEqual(900)
    expect((await ticketOf({})).ticket.pol).toBe('normal')
    // Somebody else's reading must not use up this one.
    const others = await ticketOf({ maxDownloads: 3 })
    expect(others.ticket.vis).not.toBe(limited.ticket.vis)
    const bytes = await fetchStored(limited.url.href)
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(expected.get('Survey/README.md'))
    expect(bytes.headers.get('content-disposition')).toContain('attachment')
  })

  it('of people who may only look is none, and what they look at is never an attachment', async () => {
    const file = await db().entry.findFirstOrThrow({ where: { parentId: top.internal, name: 'README.md' } })
    const { id, visitor } = await linkTo([top.id], { allowDownload: false })
    expect((await visitor.post(`/api/s/${id}/download`, {})).status).toBe(404)
    const { body } = await visitor.get(`/api/s/${id}/entries/${file.publicId}/preview`)
    const looked = await fetchStored(body.url)
    expect(looked.headers.get('content-disposition') ?? '').not.toContain('attachment')
    expect(looked.headers.get('content-security-policy')).toContain('sandbox')
    await looked.arrayBuffer()
    const page = await storeFile({ id: person.id, rootId: top.internal }, 'page.html', 'text/html', Buffer.from('<p>'))
    expect((await visitor.get(`/api/s/${id}/entries/${page.entryId}/preview`)).body).toMatchObject({
      ...{ url: null, otherCopies: [], item: { name: 'page.html', copies: null } },
    })
    await db().entry.delete({ where: { publicId: page.entryId } })
  })
})
