import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { encodeFileName } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storageConfigDefaults } from '../src/config.ts'
import type { PlainLinkConfig } from '../src/plain-link-config.ts'
import { call } from './http/http-call.ts'
import {
  newFolder,
  removeFolder,
  startWebStorage,
  type WebStorage,
  type WebStorageOptions,
} from './http/web-storage.ts'

const SECRET = 'FastDFS1234567890'
let folder: string
let storage: WebStorage

beforeEach(() => {
  folder = newFolder()
})
afterEach(async () => {
  await storage.close()
  removeFolder(folder)
})

async function start(
  access: 'open' | 'anti_steal',
  links: Partial<PlainLinkConfig> = {},
  options: Partial<WebStorageOptions> = {},
): Promise<void> {
  const plainLinks = { ...storageConfigDefaults.http.plainLinks, secretKey: SECRET, ...links }
  storage = await startWebStorage({ folder, http: { access, keysFile: null, plainLinks }, ...options })
}

/** Stores a file as a FastDFS client would. */
function store(content: Buffer, ext: string): string {
  const [storePath] = storage.store.storePaths
  if (storePath === undefined) throw new Error('no store path')
  const name = storage.store.createWhole(content, { storePath, ext })
  storage.store.publish(name, { durability: 'none' }, () => undefined)
  return name.fileId
}

const get = (path: string, headers: Record<string, string> = {}) => call(storage.http.port, { path, headers })
const token = (logicName: string, ts: number, secret = SECRET) =>
  createHash('md5').update(`${logicName}${secret}${ts}`).digest('hex')
const now = () => Math.floor(Date.now() / 1000)
/** A name that another member drew `age` seconds ago. */
const foreign = (age: number) =>
  `group1/M00/00/00/${encodeFileName({ source: { kind: 'id', id: 100009 }, timestamp: now() - age, size: 9, crc32: 1, random23: 1, kind: 'normal', ext: 'txt', digits: 1 })}`

describe('links at http_access = open', () => {
  it('give a file with and without its group, as an attachment when a file name is given', async () => {
    await start('open')
    const content = randomBytes(5000)
    const fid = store(content, 'jpg')
    for (const path of [`/${fid}`, `/${fid.slice('group1/'.length)}`]) {
      const answer = await get(path)
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
      expect(answer.body.equals(content)).toBe(true)
      expect(answer.headers['content-disposition']).toBeUndefined()
    }
    const named = await get(`/${fid}?filename=${encodeURIComponent('报告 1.jpg')}`)
    expect(named.headers['content-disposition']).toContain("filename*=UTF-8''%E6%8A%A5%E5%91%8A%201.jpg")
    const plain = await get(`/${fid}?filename=report.jpg`)
    expect(plain.headers['content-disposition']).toBe('attachment; filename="report.jpg"')
  })

  it('know the time in the name, and send nothing to who has it', async () => {
    await start('open')
    const fid = store(randomBytes(100), 'txt')
    const { headers } = await get(`/${fid}`)
    const modified = headers['last-modified'] ?? ''
    expect(Math.abs(Date.parse(modified) / 1000 - now())).toBeLessThan(60)
    expect((await get(`/${fid}`, { 'If-Modified-Since': modified })).status).toBe(304)
    expect((await get(`/${fid}`, { 'If-Modified-Since': 'Thu, 01 Jan 2026 00:00:00 GMT' })).status).toBe(200)
  })

  it('give several ranges in one answer, unless that is turned off', async () => {
    await start('open')
    const content = randomBytes(1000)
    const fid = store(content, 'bin')
    const several = await get(`/${fid}`, { Range: 'bytes=0-9,100-109' })
    expect(several.status).toBe(206)
    expect(several.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=/)
    expect(several.body.includes(content.subarray(100, 110))).toBe(true)
    expect((await get(`/${fid}`, { Range: 'bytes=0-0,2-2,4-4,6-6,8-8' })).status).toBe(206)
    expect((await get(`/${fid}`, { Range: 'bytes=0-0,2-2,4-4,6-6,8-8,10-10' })).status).toBe(416)
    await storage.close()
    await start('open', { multiRange: false })
    expect((await get(`/${fid}`, { Range: 'bytes=0-9,100-109' })).status).toBe(416)
    expect((await get(`/${fid}`, { Range: 'bytes=0-9' })).status).toBe(206)
  })

  it('are refused where they name no file', async () => {
    await start('open')
    const fid = store(randomBytes(100), 'txt')
    const statuses: number[] = []
    for (const path of ['/M00/00/00/short', '/nonsense/of/some/length', `/${fid}-m`, `/group2/${fid.slice(7)}`]) {
      statuses.push((await get(path)).status)
    }
    expect(statuses).toEqual([400, 400, 400, 404])
    expect((await call(storage.http.port, { method: 'POST', path: `/${fid}` })).status).toBe(405)
  })

  it('tell the type by a mime.types file where there is one', async () => {
    const mimeTypesFile = join(folder, 'mime.types')
    writeFileSync(mimeTypesFile, 'types {\n  image/special  xyz jpg; # odd\n}\n')
    await start('open', { mimeTypesFile, defaultContentType: 'application/x-unknown' })
    const types: unknown[] = []
    for (const ext of ['jpg', 'xyz', 'png'])
      types.push((await get(`/${store(randomBytes(9), ext)}`)).headers['content-type'])
    expect(types).toEqual(['image/special', 'image/special', 'application/x-unknown'])
  })
})

describe('links at http_access = anti_steal', () => {
  it('are good with the MD5 of name without group, key and time', async () => {
    await start('anti_steal')
    const fid = store(randomBytes(100), 'txt')
    const name = fid.slice('group1/'.length)
    const status = async (ts: number, tok: string, path = fid) => (await get(`/${path}?token=${tok}&ts=${ts}`)).status
    const time = now()
    expect(await status(time, token(name, time))).toBe(200)
    expect(await status(time, token(name, time), name)).toBe(200)
    expect(await status(0, token(name, 0))).toBe(200)
    expect(await status(time + 5000, token(name, time + 5000))).toBe(200)
    expect(await status(time, token(fid, time))).toBe(400)
    expect(await status(time, token(name, time).toUpperCase())).toBe(400)
    expect(await status(time, token(name, time, 'other'))).toBe(400)
    expect(await status(time - 700, token(name, time - 700))).toBe(400)
    expect((await get(`/${fid}`)).status).toBe(400)
    expect((await get(`/${fid}?token=${token(name, time)}`)).status).toBe(400)
  })

  it('that are not good get the configured file, with status 200', async () => {
    const tokenCheckFail = join(folder, 'anti-steal.jpg')
    writeFileSync(tokenCheckFail, 'stop')
    await start('anti_steal', { tokenCheckFail })
    const answer = await get(`/${store(randomBytes(100), 'txt')}?token=${'0'.repeat(32)}&ts=${now()}`)
    expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([200, 'image/jpeg', 'stop'])
  })

  it('are computed as FastDFS computes them', async () => {
    // Client protocol §8.1, from the C program.
    const name = 'M00/00/00/wAACAmsBFO2AHdmyAAAABjY6MCA212.txt'
    expect(token(name, 1_700_000_000)).toBe('7037d3af32c124be95e7e60320be2f48')
    await start('anti_steal', { tokenTtlSeconds: 1_000_000_000 })
    // It passes the check of the token and is not here.
    expect((await get(`/${name}?token=7037d3af32c124be95e7e60320be2f48&ts=1700000000`)).status).toBe(404)
  })
})

describe('a file that has not come here yet', () => {
  const findAtSource = () =>
    Promise.resolve({ size: 9, mtime: 1, read: () => Promise.resolve(Readable.from([Buffer.from('elsewhere')])) })

  it('is fetched from its source, or the client is sent there, once', async () => {
    await start('open', {}, { findAtSource, sourceHost: '10.0.0.7' })
    expect((await get(`/${foreign(5)}`)).body.toString()).toBe('elsewhere')
    await storage.close()
    await start('open', { responseMode: 'redirect' }, { findAtSource, sourceHost: '10.0.0.7' })
    const name = foreign(5)
    const answer = await get(`/${name}?filename=a.txt`)
    expect([answer.status, answer.headers.location]).toEqual([
      302,
      `http://10.0.0.7:${storage.http.port}/${name}?filename=a.txt&redirect=1`,
    ])
    expect((await get(`/${name}?redirect=1`)).status).toBe(400)
  })

  it('is not here when everybody must have it, or nobody else can', async () => {
    await start('open', {}, { findAtSource, sourceHost: '10.0.0.7' })
    expect((await get(`/${foreign(90_000)}`)).status).toBe(404)
    await storage.close()
    await start('open', {}, { findAtSource })
    expect((await get(`/${foreign(5)}`)).status).toBe(404)
  })
})
