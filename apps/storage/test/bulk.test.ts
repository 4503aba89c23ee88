import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BULK_TYPE, type BulkFile, bulkBody, bulkFile, linesOf, sendBulk } from './http/bulk-call.ts'
import { call, receiptOf, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import {
  binlogLines,
  createWebKeys,
  newFolder,
  removeFolder,
  sha256,
  startWebStorage,
  storedFiles,
  WEB_ORIGIN,
} from './http/web-storage.ts'

const WHOLE = 64 * 1024
const used = ownWebStorage()

const file = (content: Buffer, fields: object = {}): BulkFile => bulkFile(used.web, content, fields)
const contentOf = (fid: string) => readFileSync(join(used.folder, 'path0', 'data', fid.split('/').slice(2).join('/')))
const send = async (files: readonly Pick<BulkFile, 'ticket' | 'content'>[]) =>
  linesOf(await sendBulk(used.port, bulkBody(files)))

/** Contents on the disk, without their metadata files. */
const contentsStored = () => storedFiles(used.folder).filter((name) => !name.endsWith('-m'))

describe('many files in one request', () => {
  it('are stored like single ones and answered in their order', async () => {
    const files = [1, 4096, WHOLE, ...Array.from({ length: 97 }, (_, index) => 100 + index)].map((size) =>
      file(randomBytes(size), { ext: 'dat' }),
    )
    const answer = await sendBulk(used.port, bulkBody(files))
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson'])
    const lines = linesOf(answer)
    expect(lines.map(({ upl }) => upl)).toEqual(files.map(({ upl }) => upl))
    for (const [index, { receipt }] of lines.entries()) {
      const { upl, content } = files[index] ?? file(Buffer.alloc(1))
      const told = used.web.receipt(String(receipt))
      expect(told).toMatchObject({
        upl,
        size: content.length,
        sha256: sha256(content),
        head: sha256(content),
        dur: 'group',
      })
      expect(told.fid).toMatch(/\.dat$/)
      expect(contentOf(told.fid).equals(content)).toBe(true)
    }
    expect(contentsStored()).toHaveLength(100)
    expect(binlogLines(used.folder)).toHaveLength(200)
  })

  it('count and are logged one by one', async () => {
    await send([file(Buffer.from('one')), file(Buffer.from('two')), file(Buffer.from('three'), { mem: '100002' })])
    const metrics = await call(used.port, { path: '/metrics' })
    expect(metrics.body.toString()).toContain('cairn_store_http_requests_total{method="POST",status="201"} 2')
    expect(metrics.body.toString()).toContain('cairn_store_http_requests_total{method="POST",status="403"} 1')
    const files = used.log.filter((line) => line.includes('one of many files')).map((line) => JSON.parse(line).status)
    expect(files.toSorted()).toEqual([201, 201, 403])
    expect(used.log.join('')).not.toMatch(/v1\.[^"]{40}/)
  })

  it('may be sent by a page of the web application, whose browser asks once in two hours', async () => {
    const asked = await call(used.port, {
      method: 'OPTIONS',
      path: '/files/bulk',
      headers: {
        Origin: WEB_ORIGIN,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    })
    expect(asked.headers).toMatchObject({ 'access-control-allow-origin': WEB_ORIGIN, 'access-control-max-age': '7200' })
    expect(asked.headers['access-control-allow-headers']).toContain('Content-Type')
    const answer = await sendBulk(used.port, bulkBody([file(Buffer.from('x'))]), {
      ...BULK_TYPE,
      Origin: WEB_ORIGIN,
    })
    expect(answer.headers['access-control-allow-origin']).toBe(WEB_ORIGIN)
  })

  it('are answered also when the client reads nothing before it has sent everything', async () => {
    const files = Array.from({ length: 200 }, () => file(randomBytes(WHOLE)))
    const body = bulkBody(files)
    const socket = connect(used.port, '127.0.0.1').pause()
    const head = `POST /files/bulk HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${BULK_TYPE['Content-Type']}\r\nContent-Length: ${body.length}\r\n\r\n`
    socket.write(head)
    await new Promise((resolve) => socket.write(body, resolve))
    let text = ''
    for await (const chunk of socket.resume()) text += String(chunk)
    expect(text.match(/"receipt":"v1\./g)).toHaveLength(200)
  })
})

describe('what is sent again', () => {
  it('is found, and stored once', async () => {
    const files = Array.from({ length: 20 }, (_, index) => file(randomBytes(1000 + index)))
    const first = (await send(files)).map(({ receipt }) => used.web.receipt(String(receipt)).fid)
    const again = (await send(files)).map(({ receipt }) => used.web.receipt(String(receipt)).fid)
    expect(again).toEqual(first)
    expect(contentsStored()).toHaveLength(20)
  })

  it('is found within one request, too', async () => {
    const twice = file(randomBytes(1000))
    const [first, second] = (await send([twice, twice])).map(({ receipt }) => used.web.receipt(String(receipt)).fid)
    expect(second).toBe(first)
    expect(contentsStored()).toHaveLength(1)
  })

  it('is found when the connection broke before the answer: the files that had come are stored, half a file is not', async () => {
    const files = Array.from({ length: 30 }, () => file(randomBytes(3000)))
    const body = bulkBody(files)
    const half = body.length - 1500
    await new Promise<void>((resolve) => {
      const request = httpRequest({
        port: used.port,
        method: 'POST',
        path: '/files/bulk',
        headers: { ...BULK_TYPE, 'Content-Length': String(body.length) },
      })
      // The last lines come when everything before the half file is stored.
      request.on('response', (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += String(chunk)
          if (text.split('\n').length === 30) request.destroy()
        })
        // Node.js tells of a connection that this side ended.
        response.on('error', () => undefined).on('close', () => resolve())
      })
      request.write(body.subarray(0, half))
    })
    expect(contentsStored()).toHaveLength(29)
    const before = new Set(contentsStored())
    const lines = await send(files)
    expect(lines.every(({ receipt }) => receipt !== undefined)).toBe(true)
    expect(contentsStored().filter((name) => !before.has(name))).toHaveLength(1)
  })

  it('goes on by tus when it was begun by tus, and is found when it was ended there', async () => {
    const content = randomBytes(5000)
    const begun = file(content)
    const ended = file(randomBytes(10))
    const calls = tusCalls(used.port, begun.upl, begun.ticket)
    await calls.create(content.length)
    await calls.patch(0, content.subarray(0, 100))
    const gone = tusCalls(used.port, ended.upl, ended.ticket)
    await gone.create(10)
    await gone.end()
    expect(await send([begun, ended])).toMatchObject([
      { upl: begun.upl, status: 409, code: 'offset_conflict' },
      { upl: ended.upl, status: 410, code: 'gone' },
    ])
    await calls.patch(100, content.subarray(100))
    const finished = used.web.receipt(await receiptOf(calls))
    expect((await send([begun])).map(({ receipt }) => used.web.receipt(String(receipt)).fid)).toEqual([finished.fid])
  })
})

describe('a bad file', () => {
  it('is refused for itself, with the status that it would have alone, and disturbs no other', async () => {
    const now = Math.floor(Date.now() / 1000)
    const content = randomBytes(2000)
    const moved = file(content)
    await send([{ ...moved, ticket: used.web.upload({ upl: moved.upl, len: 2000, ep: 2 }) }])
    const forged = file(content)
    const bad: [BulkFile, number, string][] = [
      [file(content, { exp: now - 120 }), 401, 'ticket_expired'],
      [{ ...forged, ticket: `${forged.ticket.slice(0, -4)}AAAA` }, 401, 'ticket_invalid'],
      [{ ...file(content), ticket: 'nonsense' }, 401, 'ticket_invalid'],
      [{ ...file(content), ticket: '' }, 401, 'ticket_invalid'],
      [file(content, { mem: '100002' }), 403, 'forbidden'],
      [file(content, { ops: ['head', 'end'] }), 403, 'forbidden'],
      [file(content, { len: 1999 }), 413, 'too_large'],
      [file(content, { len: 2001 }), 400, 'length_mismatch'],
      [file(Buffer.alloc(0)), 400, 'bad_request'],
      [file(randomBytes(WHOLE + 1)), 413, 'too_large'],
      [moved, 410, 'superseded'],
    ]
    const good = bad.map(() => file(randomBytes(3000)))
    const lines = await send(bad.flatMap(([one], index) => [one, good[index] ?? one]))
    expect(lines.filter((_, index) => index % 2 === 0)).toMatchObject(bad.map(([, status, code]) => ({ status, code })))
    const stored = lines.filter((_, index) => index % 2 === 1)
    expect(stored.map(({ receipt }) => used.web.receipt(String(receipt)).upl)).toEqual(good.map(({ upl }) => upl))
    expect(contentsStored()).toHaveLength(good.length + 1)
  })

  it('that does not fit on the disk keeps nothing', async () => {
    const other = newFolder()
    const keys = createWebKeys(other)
    const full = await startWebStorage({ folder: other, reserve: { kind: 'ratio', ratio: 0.999 } })
    try {
      const lines = linesOf(await sendBulk(full.http.port, bulkBody([bulkFile(keys, randomBytes(1000))])))
      expect(lines).toMatchObject([{ status: 507, code: 'disk_full' }])
      expect(storedFiles(other)).toEqual([])
    } finally {
      await full.close()
      removeFolder(other)
    }
  })
})

describe('a body that is no row of files', () => {
  it('is answered for what came whole before, and then with what is wrong', async () => {
    const good = file(randomBytes(100))
    const torn = bulkBody([good, file(randomBytes(50))]).subarray(0, -1)
    const answer = linesOf(await sendBulk(used.port, torn))
    expect(answer).toMatchObject([{ upl: good.upl }, { upl: null, status: 400, code: 'bad_request' }])
    const long = Buffer.concat([bulkBody([good]), Buffer.from([0x04, 0x01, 0, 0, 0, 1]), Buffer.alloc(2000)])
    expect(linesOf(await sendBulk(used.port, long))).toMatchObject([{ upl: good.upl }, { upl: null, status: 400 }])
    expect(contentsStored()).toHaveLength(1)
  })

  it('is refused as a whole when nothing came before', async () => {
    const status = async (body: Buffer) => (await sendBulk(used.port, body)).status
    expect(await status(Buffer.alloc(0))).toBe(400)
    expect(await status(Buffer.alloc(5))).toBe(400)
    expect(await status(Buffer.from([0xff, 0xff, 0, 0, 0, 1]))).toBe(400)
    const plain = await sendBulk(used.port, bulkBody([file(Buffer.from('x'))]), {
      'Content-Type': 'text/plain',
    })
    expect(plain.status).toBe(415)
    expect((await call(used.port, { path: '/files/bulk' })).status).toBe(405)
    expect(storedFiles(used.folder)).toEqual([])
  })

  it('has at most 200 files and 16 MiB', async () => {
    const many = await send(Array.from({ length: 201 }, () => file(Buffer.from('x'))))
    expect(many.at(-1)).toMatchObject({ upl: null, status: 413, code: 'too_large' })
    expect(many).toHaveLength(201)
    const first = file(Buffer.from('first'))
    const huge = { ...file(Buffer.alloc(17 * 1024 * 1024)), ticket: 'nonsense' }
    const answer = await send([first, huge])
    expect(answer).toMatchObject([{ upl: first.upl }, { upl: null, status: 413, code: 'too_large' }])
  })

  it('of any bytes stores nothing that no ticket allows, and the next request is served', async () => {
    const whole = bulkBody(Array.from({ length: 4 }, () => file(randomBytes(200))))
    const change = fc.record({
      at: fc.integer({ min: 0, max: whole.length - 1 }),
      to: fc.integer({ min: 0, max: 255 }),
    })
    const broken = fc.record({
      size: fc.integer({ min: 0, max: whole.length }),
      changes: fc.array(change, { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(broken, async ({ size, changes }) => {
        const body = Buffer.from(whole)
        for (const { at, to } of changes) body[at] = to
        const answer = await sendBulk(used.port, body.subarray(0, size))
        expect([200, 400, 413]).toContain(answer.status)
        if (answer.status === 200) expect(linesOf(answer).length).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
    expect(contentsStored().length).toBeLessThanOrEqual(4)
    expect(used.log.filter((line) => line.includes('"level":50'))).toEqual([])
    expect(await send([file(Buffer.from('served'))])).toMatchObject([{ receipt: expect.stringMatching(/^v1\./) }])
  })
})
