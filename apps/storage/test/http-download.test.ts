import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { truncateSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import { HttpError } from '@cairn/dfs-http'
import { describe, expect, it } from 'vitest'
import { call } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { GROUP } from './http/web-storage.ts'

const NAME_LENGTH = 27
const used = ownWebStorage()

/** Stores a file as a FastDFS client would. */
function store(content: Buffer, ext = 'bin'): string {
  const [storePath] = used.storage.store.storePaths
  if (storePath === undefined) throw new Error('no store path')
  const name = used.storage.store.createWhole(content, { storePath, ext })
  used.storage.store.publish(name, { durability: 'none' }, () => undefined)
  return name.fileId
}

const fileName = (fid: string) => fid.slice(fid.lastIndexOf('/') + 1)
const pathOf = (fid: string) => join(used.folder, 'path0/data', fid.split('/').slice(2).join('/'))

function get(
  fid: string,
  sz: number,
  {
    headers = {},
    method = 'GET',
    ...fields
  }: Partial<DownloadTicket> & { headers?: Record<string, string>; method?: string } = {},
) {
  const t = used.web.download({ fid, sz, ...fields })
  return call(used.port, { method, path: `/${fid}?t=${t}`, headers })
}

describe('a download', () => {
  it.each([1, 4096, 128 * 1024, 128 * 1024 + 1, 1_500_000])('of %i bytes is what was stored', async (size) => {
    const content = randomBytes(size)
    const fid = store(content)
    const answer = await get(fid, size)
    expect([answer.status, answer.headers['content-length']]).toEqual([200, `${size}`])
    expect(answer.body.equals(content)).toBe(true)
    const head = await get(fid, size, { method: 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, `${size}`, 0])
  })

  it('says what the ticket says about it, and nothing that a browser could run', async () => {
    const content = Buffer.from('<script>alert(document.cookie)</script>')
    const fid = store(content, 'html')
    const exp = Math.floor(Date.now() / 1000) + 600
    const answer = await get(fid, content.length, { ct: 'text/html', cd: 'i', fn: '项目 "计划".html', exp })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-site',
      'referrer-policy': 'no-referrer',
      'accept-ranges': 'bytes',
      etag: `"${fileName(fid).slice(0, NAME_LENGTH)}"`,
    })
    expect(answer.headers['content-disposition']).toContain(
      "filename*=UTF-8''%E9%A1%B9%E7%9B%AE%20%22%E8%AE%A1%E5%88%92%22.html",
    )
    expect(answer.headers['content-disposition']).toMatch(/^inline; filename="[\x20-\x7e]+";/)
    const maxAge = Number(/^private, max-age=(\d+)$/.exec(answer.headers['cache-control'] ?? '')?.[1])
    expect(maxAge).toBeGreaterThan(590)
    expect(maxAge).toBeLessThanOrEqual(600)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it.each([
    ['image/png', undefined],
    ['video/mp4', undefined],
    ['image/svg+xml', "sandbox; default-src 'none'"],
    ['application/pdf', "sandbox; default-src 'none'"],
  ])('of %s has the policy %s', async (ct, policy) => {
    const fid = store(Buffer.from('x'))
    expect((await get(fid, 1, { ct })).headers['content-security-policy']).toBe(policy)
  })

  it('gives one range, several, or none', async () => {
    const content = randomBytes(1000)
    const fid = store(content)
    const range = (value: string, more: Record<string, string> = {}) =>
      get(fid, 1000, { headers: { Range: value, ...more } })
    const one = await range('bytes=10-19')
    expect([one.status, one.headers['content-range']]).toEqual([206, 'bytes 10-19/1000'])
    expect(one.body.equals(content.subarray(10, 20))).toBe(true)
    const head = await get(fid, 1000, { method: 'HEAD', headers: { Range: 'bytes=10-19' } })
    expect([head.status, head.headers['content-length']]).toEqual([200, '1000'])
    expect((await range('bytes=-5')).body.equals(content.subarray(995))).toBe(true)

    const many = await range('bytes=0-1,500-509')
    const boundary = /boundary=(\S+)$/.exec(many.headers['content-type'] ?? '')?.[1]
    expect(many.status).toBe(206)
    const part = (start: number, end: number) =>
      `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${start}-${end}/1000\r\n\r\n${content.toString('latin1', start, end + 1)}`
    expect(many.body.toString('latin1')).toBe(`${part(0, 1)}\r\n${part(500, 509)}\r\n--${boundary}--\r\n`)
    expect(many.headers['content-length']).toBe(`${many.body.length}`)

    const none = await range('bytes=1000-')
    expect([none.status, none.headers['content-range'], none.json['code']]).toEqual([
      416,
      'bytes */1000',
      'range_not_satisfiable',
    ])
    expect((await range('bytes=0-0,2-2,4-4,6-6,8-8,10-10')).status).toBe(200)
  })

  it('If-Range gives the range only of the same file, If-None-Match nothing of it', async () => {
    const content = randomBytes(1000)
    const fid = store(content)
    const etag = `"${fileName(fid).slice(0, NAME_LENGTH)}"`
    const ask = (headers: Record<string, string>) => get(fid, 1000, { headers })
    expect((await ask({ Range: 'bytes=0-9', 'If-Range': etag })).status).toBe(206)
    expect((await ask({ Range: 'bytes=0-9', 'If-Range': '"other"' })).status).toBe(200)
    expect((await ask({ Range: 'bytes=0-9', 'If-Range': 'Sat, 21 Nov 2026 08:00:00 GMT' })).status).toBe(200)
    const unchanged = await ask({ 'If-None-Match': `"x", W/${etag}` })
    expect([unchanged.status, unchanged.headers.etag, unchanged.body.length]).toEqual([304, etag, 0])
  })

  it('of a client that stops reading holds one piece, and ends with it', async () => {
    const content = randomBytes(30_000_000)
    const fid = store(content)
    const t = used.web.download({ fid, sz: content.length })
    const socket = connect(used.port, '127.0.0.1')
    socket.write(`GET /${fid}?t=${t} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await once(socket, 'readable')
    socket.destroy()
    await expect.poll(() => used.log.some((line) => line.includes('"whole":false'))).toBe(true)
    expect((await get(fid, content.length)).body.equals(content)).toBe(true)
  })

  it('of a file that is shorter than its name says is refused', async () => {
    const fid = store(randomBytes(1000))
    truncateSync(pathOf(fid), 999)
    const answer = await get(fid, 1000)
    expect([answer.status, answer.json['code']]).toEqual([500, 'damaged'])
  })

  it('by another method is refused', async () => {
    const fid = store(Buffer.from('x'))
    const answer = await get(fid, 1, { method: 'POST' })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})

describe('a ticket', () => {
  it('is for one file, and needed', async () => {
    const fid = store(Buffer.from('mine'))
    const other = store(Buffer.from('other'))
    const t = used.web.download({ fid: other, sz: 5 })
    const wrong = await call(used.port, { path: `/${fid}?t=${t}` })
    expect([wrong.status, wrong.json['code']]).toEqual([403, 'forbidden'])
    const none = await call(used.port, { path: `/${fid}` })
    expect([none.status, none.json['code']]).toEqual([401, 'ticket_invalid'])
    const forged = await call(used.port, { path: `/${fid}?t=${t.slice(0, -3)}AAA` })
    expect([forged.status, forged.json['code']]).toEqual([401, 'ticket_invalid'])
  })

  it('that has expired is renewed by the web application, once, and not for scripts', async () => {
    await used.restart({ http: { webUrl: 'http://127.0.0.1:3000/' } })
    const fid = store(Buffer.from('mine'))
    const exp = Math.floor(Date.now() / 1000) - 61
    const t = used.web.download({ fid, sz: 4, exp })
    const ask = (headers: Record<string, string> = {}) => call(used.port, { path: `/${fid}?t=${t}`, headers })
    const script = await ask({ 'Sec-Fetch-Mode': 'cors' })
    expect([script.status, script.json['code']]).toEqual([401, 'ticket_expired'])
    const first = await ask()
    expect([first.status, first.headers.location, first.headers['cache-control']]).toEqual([
      302,
      `http://127.0.0.1:3000/r?t=${encodeURIComponent(t)}`,
      'no-store',
    ])
    expect((await ask()).status).toBe(401)
  })

  it.each([
    ['192.168.1.7:8888', 'http://192.168.1.7:3000'],
    ['Files.Example:8888', 'https://files.example'],
    ['127.0.0.1:8888', 'http://127.0.0.1:3000'],
    ['elsewhere.example:8888', 'http://127.0.0.1:3000'],
  ])('that has expired is renewed under the name that the browser knows: asked as %s, at %s', async (host, base) => {
    const webOrigins = ['http://localhost:3000', 'http://192.168.1.7:3000', 'https://files.example']
    await used.restart({ http: { webUrl: 'http://127.0.0.1:3000', webOrigins } })
    const fid = store(Buffer.from('mine'))
    const t = used.web.download({ fid, sz: 4, exp: Math.floor(Date.now() / 1000) - 61 })
    const answer = await call(used.port, { path: `/${fid}?t=${t}`, headers: { Host: host } })
    expect([answer.status, answer.headers.location]).toEqual([302, `${base}/r?t=${encodeURIComponent(t)}`])
  })

  it('that has expired and is for another file is not renewed', async () => {
    await used.restart({ http: { webUrl: 'http://127.0.0.1:3000' } })
    const fid = store(Buffer.from('mine'))
    const other = store(Buffer.from('other'))
    const t = used.web.download({ fid: other, sz: 5, exp: Math.floor(Date.now() / 1000) - 61 })
    expect((await call(used.port, { method: 'HEAD', path: `/${fid}?t=${t}` })).status).toBe(401)
  })

  it('is judged when the download begins, not while it runs', async () => {
    const content = randomBytes(20_000_000)
    const fid = store(content)
    const begin = async () => {
      // The last three of the 60 seconds that are granted for clocks; a busy machine may need them all to come to here.
      const t = used.web.download({ fid, sz: content.length, exp: Math.floor(Date.now() / 1000) - 57 })
      const place = { host: '127.0.0.1', port: used.port, path: `/${fid}?t=${t}`, agent: false }
      const [response] = (await once(httpRequest(place).end(), 'response')) as [IncomingMessage]
      return { t, response }
    }
    let { t, response } = await begin()
    while (response.statusCode !== 200) ({ t, response } = await begin())
    await expect.poll(async () => (await call(used.port, { method: 'HEAD', path: `/${fid}?t=${t}` })).status).toBe(401)
    let size = 0
    for await (const chunk of response) size += (chunk as Buffer).length
    expect(size).toBe(content.length)
  })

  it('of a limited share serves three times the file to each visitor', async () => {
    const fid = store(randomBytes(1000))
    const askAs = async (vis: string) => {
      const t = used.web.download({ fid, sz: 1000, pol: 'limited', vis })
      return (await call(used.port, { path: `/${fid}?t=${t}` })).status
    }
    const first = 'visitor1'
    expect([await askAs(first), await askAs(first), await askAs(first), await askAs(first)]).toEqual([
      200, 200, 200, 403,
    ])
    expect(await askAs('visitor2')).toBe(200)
  })

  it('of a limited share serves no more to answers that run side by side', async () => {
    const size = 20_000_000
    const fid = store(randomBytes(size))
    const t = used.web.download({ fid, sz: size, pol: 'limited', vis: 'visitor3' })
    const begin = async () => {
      const place = { host: '127.0.0.1', port: used.port, path: `/${fid}?t=${t}`, agent: false }
      const [response] = (await once(httpRequest(place).end(), 'response')) as [IncomingMessage]
      return response
    }
    // None of them is read to its end before the last has begun.
    const answers = [await begin(), await begin(), await begin(), await begin()]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 403])
    for (const answer of answers) answer.destroy()
  })

  it('of a limited share counts a broken answer for what it sent: a place in a film may be looked for', async () => {
    const size = 60_000_000
    const fid = store(randomBytes(size))
    const t = used.web.download({ fid, sz: size, pol: 'limited', vis: 'visitor4' })
    const seek = async (from: number) => {
      const headers = { Range: `bytes=${from}-` }
      const place = { host: '127.0.0.1', port: used.port, path: `/${fid}?t=${t}`, agent: false, headers }
      const [response] = (await once(httpRequest(place).end(), 'response')) as [IncomingMessage]
      response.destroy()
      return response.statusCode
    }
    for (let from = 0; from < 6; from += 1) await expect.poll(() => seek(from)).toBe(206)
  })
})

describe('a path', () => {
  it.each([
    '/group1/M00/00/00/../../../../../../etc/passwd',
    '/group1/M00/../../../../../etc/passwd',
    '/group1/M00/00/00/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/group1/M00/00/00/%252e%252e%252fetc',
    '/group1/M00/00/00/..',
    '/group1/M00/00/00/file%00.txt',
    '//etc/passwd',
    '/etc/passwd',
    '/group1/M00/.cairn-parts/00/x',
    '/group1/M00/.cairn-parts/uploads.log',
    '/group1/MFF/00/00/oYYBAF8AAAAAAAAAAAAABcv0OSYAAAAA.txt',
    '/group2/M00/00/00/oYYBAF8AAAAAAAAAAAAABcv0OSYAAAAA.txt',
  ])('%s leads nowhere, with a ticket or without', async (path) => {
    writeFileSync(join(used.folder, 'path0/data/secret'), 'secret')
    for (const access of ['open', 'ticket'] as const) {
      await used.restart({ http: { access } })
      const answer = await call(used.port, { path })
      expect([400, 401, 404]).toContain(answer.status)
      expect(answer.body.toString()).not.toContain('secret')
    }
  })

  it('of a metadata file leads nowhere', async () => {
    const fid = store(Buffer.from('x'))
    writeFileSync(`${pathOf(fid)}-m`, 'own\x02somebody')
    await used.restart({ http: { access: 'open' } })
    expect((await call(used.port, { path: `/${fid}` })).status).toBe(200)
    expect((await call(used.port, { path: `/${fid}-m` })).status).toBe(400)
  })
})

describe('http_access = open', () => {
  it('serves without a ticket, and knows types by extension', async () => {
    await used.restart({ http: { access: 'open' } })
    const fid = store(Buffer.from('x'), 'png')
    const answer = await call(used.port, { path: `/${fid}` })
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png'])
    expect(answer.headers['cache-control']).toBe('public, max-age=3600')
    const slave = `/${fid.replace(/\.png$/, '_80x80.png')}`
    writeFileSync(pathOf(slave.slice(1)), 'thumbnail')
    expect((await call(used.port, { path: slave })).body.toString()).toBe('thumbnail')
  })
})

describe('a file that has not arrived', () => {
  const fid = `${GROUP}/M00/00/00/oYYBAF8AAAAAAAAAAAAABcv0OSYAAAAA.txt`

  it('is read from its source, whole or in ranges', async () => {
    const content = randomBytes(500_000)
    const asked: string[] = []
    await used.restart({
      findAtSource: (fileId) => {
        asked.push(fileId)
        const read = (offset: number, length: number) =>
          Promise.resolve(Readable.from([content.subarray(offset, offset + length)]))
        return Promise.resolve({ size: content.length, mtime: 1_700_000_000, read })
      },
    })
    expect((await get(fid, content.length)).body.equals(content)).toBe(true)
    const range = await get(fid, content.length, { headers: { Range: 'bytes=100-199' } })
    expect([range.status, range.body.equals(content.subarray(100, 200))]).toEqual([206, true])
    expect(
      (await get(fid, content.length, { headers: { Range: 'bytes=0-9,100-109' } })).body.includes(
        content.subarray(100, 110),
      ),
    ).toBe(true)
    expect((await get(fid, content.length, { method: 'HEAD' })).headers['content-length']).toBe(`${content.length}`)
    expect(asked).toEqual([fid, fid, fid, fid])
  })

  it('and whose source is down is 503 with Retry-After', async () => {
    await used.restart({
      findAtSource: () => Promise.reject(new HttpError(503, 'source_down', 'down', { 'Retry-After': '5' })),
    })
    const answer = await get(fid, 9)
    expect([answer.status, answer.json['code'], answer.headers['retry-after']]).toEqual([503, 'source_down', '5'])
  })

  it('and is nowhere is 404', async () => {
    const answer = await get(fid, 9)
    expect([answer.status, answer.json['code']]).toEqual([404, 'not_found'])
  })
})

describe('bytes that are no request', () => {
  it.each([
    ['nonsense', 'NONSENSE\r\n\r\n', '400'],
    ['headers without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, '431'],
  ])('%s are answered and the connection ends', async (_name, bytes, status) => {
    const socket = connect(used.port, '127.0.0.1')
    socket.end(bytes)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text).toContain(`HTTP/1.1 ${status}`)
    expect((await call(used.port, { path: '/healthz' })).json).toEqual({ ok: true })
  })
})
