import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter } from '@zip.js/zip.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { readZip } from '../src/features/preview/read-zip.ts'
import { runJobs } from '../src/worker/jobs.ts'
import type { Browser } from './support/browser.ts'
import { startGatewayDrive } from './support/gateway-drive.ts'
import { reachable, sha256, type UploadClient } from './support/upload-client.ts'

// What people do with files once they are there, on storages that speak only FastDFS.

const drive = await startGatewayDrive()
configure({ useWebWorkers: false })

const MIB = 1024 * 1024
const UPLOAD_FILE = 11
const WEB_ORIGIN = 'http://drive.test:3000'
const SHARE = { withCode: false, allowDownload: true, expiresAt: null, maxDownloads: null, maxViews: null }

let client: UploadClient
let owner: Browser
let folderId: string
/** The hash of each file of the folder, by its path. */
const contents = new Map<string, string>()

beforeAll(async () => {
  ;({ client } = await drive.newUploader())
  owner = client.browser
  folderId = (await owner.post('/api/drive/folders', { parentId: 'root', name: 'Survey' })).body.id
  for (const [name, content] of [
    ['a.bin', randomBytes(3 * MIB)],
    ['b.txt', Buffer.from('the second file')],
  ] as const) {
    await client.upload(content, { folderId, name })
    contents.set(`Survey/${name}`, sha256(content))
  }
})

/** A download from the web server as a browser makes it. */
function download(browser: Browser, path: string, range?: string): Promise<{ status: number; body: Buffer }> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { Host: 'drive.test:3000', Cookie: cookie, ...(range !== undefined && { Range: range }) }
  return new Promise((resolve, reject) => {
    const outgoing = request(`${drive.webUrl}${path}`, { headers, agent: false }, async (incoming) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** The hash of each file in a ZIP. */
async function unzip(zip: Buffer): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const entry of await new ZipReader(new Uint8ArrayReader(zip), { checkSignature: true }).getEntries()) {
    if (!entry.directory) found.set(entry.filename, sha256(Buffer.from(await entry.getData(new Uint8ArrayWriter()))))
  }
  return found
}

async function rangeOf(url: string, offset: number, length: number): Promise<Buffer> {
  const answer = await fetch(url, { headers: { Range: `bytes=${offset}-${offset + length - 1}`, Origin: WEB_ORIGIN } })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([206, WEB_ORIGIN])
  return Buffer.from(await answer.arrayBuffer())
}

/** Somebody with an account of their own who has opened a link to these entries. */
async function visit(ids: string[], changes: object = {}): Promise<{ browser: Browser; path: string }> {
  const { body } = await owner.post('/api/shares', { ids, ...SHARE, ...changes })
  const { client: visitor } = await drive.newUploader()
  await visitor.browser.post('/api/s/open', { token: String(body.share.url).split('/s/')[1] })
  return { browser: visitor.browser, path: `/api/s/${body.share.id}` }
}

describe('on storages that speak only FastDFS', () => {
  it('a folder is one ZIP, whole and from the middle', async () => {
    const { url } = (await owner.post('/api/zip', { ids: [folderId] })).body
    const { body: whole } = await download(owner, url)
    expect(await unzip(whole)).toEqual(contents)
    const rest = await download(owner, url, 'bytes=1000000-')
    expect(rest.status).toBe(206)
    expect(rest.body.equals(whole.subarray(1_000_000))).toBe(true)
  })

  it('a visitor has the ZIP of a shared folder', async () => {
    const { browser, path } = await visit([folderId])
    const { url } = (await browser.post(`${path}/download`, {})).body
    expect(await unzip((await download(browser, url)).body)).toEqual(contents)
  })

  it('a link with a limit gives a file three times and not a fourth', async () => {
    const content = randomBytes(10_000)
    const { browser, path } = await visit([await client.upload(content)], { maxDownloads: 1 })
    const url = reachable((await browser.post(`${path}/download`, {})).body.url)
    for (let i = 0; i < 3; i += 1) {
      const answer = await fetch(url)
      expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(content))
    }
    const fourth = await fetch(url)
    expect([fourth.status, await fourth.json()]).toMatchObject([403, { code: 'limit_reached' }])
  })

  it('what is shared is saved to another drive without another upload', async () => {
    const { browser, path } = await visit([folderId])
    const before = drive.count(UPLOAD_FILE)
    expect((await browser.post(`${path}/save`, {})).status).toBe(200)
    await runJobs()
    const { items } = (await browser.get('/api/drive/entries?folder=root')).body
    const saved = (await browser.get(`/api/drive/entries?folder=${items[0].id}`)).body.items
    expect(saved.map(({ name, size }: { name: string; size: number }) => [name, size])).toEqual([
      ['a.bin', 3 * MIB],
      ['b.txt', 15],
    ])
    expect(drive.count(UPLOAD_FILE)).toBe(before)
  })

  it('a film is read at eight places at once', async () => {
    const content = randomBytes(9 * MIB)
    const id = await client.upload(content, { name: 'film.mp4' })
    const url = reachable((await owner.get(`/api/drive/entries/${id}/preview`)).body.url)
    const offsets = [0, 8 * MIB, MIB, 5_000_001, 7, 3 * MIB, 2_345_678, 9 * MIB - 300_000]
    const read = await Promise.all(offsets.map((offset) => rangeOf(url, offset, 300_000)))
    const expected = offsets.map((offset) => sha256(content.subarray(offset, offset + 300_000)))
    expect(read.map(sha256)).toEqual(expected)
  })

  it('an archive is listed and a PDF is shown by a page of the web application', async () => {
    const writer = new ZipWriter(new Uint8ArrayWriter())
    for (const name of ['docs/a.txt', 'readme.md']) await writer.add(name, new Uint8ArrayReader(randomBytes(200_000)))
    const archive = Buffer.from(await writer.close())
    const id = await client.upload(archive, { name: 'survey.zip' })
    const url = reachable((await owner.get(`/api/drive/entries/${id}/preview`)).body.url)
    const fetchRange = async (offset: number, length: number) => new Uint8Array(await rangeOf(url, offset, length))
    const { entries } = await readZip(fetchRange, archive.length)
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ['docs/a.txt', 200_000],
      ['readme.md', 200_000],
    ])
    const pdf = await client.upload(Buffer.from('%PDF-1.4\n%âãÏÓ\n'), { name: 'report.pdf' })
    const shown = await fetch(reachable((await owner.get(`/api/drive/entries/${pdf}/preview`)).body.url))
    expect(shown.headers.get('content-type')).toBe('application/pdf')
    expect(shown.headers.get('content-disposition') ?? '').not.toContain('attachment')
  })
})
