import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { UploadTicket } from '@cairn/dfs-core/tickets'
import { describe, expect, it } from 'vitest'
import { call, type HttpAnswer, receiptIn, TUS, TUS_BODY, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { createWebKeys, GROUP, newFolder, newUploadId, removeFolder, sha256, storedFiles } from './http/web-storage.ts'

const used = ownWebStorage()

function upload(len: number, fields: Partial<UploadTicket> = {}) {
  const upl = newUploadId()
  const ticket = used.web.upload({ upl, len, ...fields })
  return { upl, ticket, ...tusCalls(used.port, upl, ticket) }
}

/** A refusal has its status and its code, leaves nothing on the disk, and the next upload works. */
async function expectRefused(answer: HttpAnswer, status: number, code: string, left: string[] = []) {
  expect([answer.status, answer.headers['cairn-error']]).toEqual([status, code])
  if (answer.body.length > 0) expect(answer.json).toMatchObject({ code, message: expect.any(String) as string })
  expect(storedFiles(used.folder)).toEqual(left)
  const content = Buffer.from('the next one works')
  const next = await upload(content.length).createWith(content.length, content)
  expect(used.web.receipt(String(next.headers['cairn-receipt'])).sha256).toBe(sha256(content))
}

describe('a ticket', () => {
  const content = randomBytes(1000)

  it('that is missing is refused', async () => {
    const headers = { ...TUS_BODY, 'Upload-Length': '1000' }
    await expectRefused(
      await call(used.port, { method: 'POST', path: '/files/', headers, body: content }),
      401,
      'ticket_invalid',
    )
  })

  it('in the query does not count', async () => {
    const { ticket } = upload(1000)
    const headers = { ...TUS_BODY, 'Upload-Length': '1000' }
    const answer = await call(used.port, { method: 'POST', path: `/files/?t=${ticket}`, headers, body: content })
    await expectRefused(answer, 401, 'ticket_invalid')
  })

  it('with any character changed is refused', async () => {
    const { upl, ticket } = upload(1000)
    for (const at of [0, 5, 30, ticket.length - 60, ticket.length - 2]) {
      const forged = ticket.slice(0, at) + (ticket[at] === 'A' ? 'B' : 'A') + ticket.slice(at + 1)
      const answer = await tusCalls(used.port, upl, forged).createWith(1000, content)
      expect([answer.status, answer.json['code']]).toEqual([401, 'ticket_invalid'])
    }
    expect(storedFiles(used.folder)).toEqual([])
  })

  it('that has expired asks for a new one', async () => {
    const past = Math.floor(Date.now() / 1000) - 120
    await expectRefused(await upload(1000, { exp: past }).createWith(1000, content), 401, 'ticket_expired')
  })

  it('of other keys is refused', async () => {
    const other = newFolder()
    const { upl } = upload(1000)
    const forged = createWebKeys(other).upload({ upl, len: 1000 })
    removeFolder(other)
    await expectRefused(await tusCalls(used.port, upl, forged).createWith(1000, content), 401, 'ticket_invalid')
  })

  it('of another member is refused', async () => {
    await expectRefused(await upload(1000, { mem: '100002' }).createWith(1000, content), 403, 'forbidden')
  })

  it('of another upload opens nothing', async () => {
    const mine = upload(1000)
    await mine.create(1000)
    const other = upload(1000)
    for (const request of [
      tusCalls(used.port, mine.upl, other.ticket).head(),
      tusCalls(used.port, mine.upl, other.ticket).patch(0, content),
      tusCalls(used.port, mine.upl, other.ticket).end(),
      tusCalls(used.port, mine.upl, other.ticket).receipt(),
    ]) {
      const answer = await request
      expect([answer.status, answer.headers['cairn-error']]).toEqual([403, 'forbidden'])
    }
    expect((await mine.head()).headers['upload-offset']).toBe('0')
  })

  it('allows only its operations', async () => {
    const { upl, head, patch, end, createWith } = upload(1000, { ops: ['create'] })
    for (const request of [createWith(1000, content), head(), patch(0, content), end()]) {
      expect((await request).status).toBe(403)
    }
    expect(
      (await tusCalls(used.port, upl, used.web.upload({ upl, len: 1000, ops: ['create'] })).create(1000)).status,
    ).toBe(201)
  })

  it('of another kind is refused', async () => {
    const { upl } = upload(1000)
    const download = used.web.download({ fid: `${GROUP}/M00/00/00/oYYBAF8AAAAAAAAAAAAABcv0OSYAAAAA.txt`, sz: 1 })
    await expectRefused(await tusCalls(used.port, upl, download).createWith(1000, content), 401, 'ticket_invalid')
  })

  it('for a range of a parallel upload is refused as not supported', async () => {
    await expectRefused(await upload(1000, { off: 0 }).createWith(1000, content), 501, 'unsupported')
  })
})

describe('content', () => {
  it('above the limit of the storage is refused', async () => {
    await used.restart({ uploadSizeMax: 5000 })
    await expectRefused(await upload(5001).create(5001), 413, 'too_large')
  })

  it.each([
    ['longer than the ticket', 1001, 413, 'too_large'],
    ['shorter than the ticket', 999, 400, 'length_mismatch'],
    ['empty, where the ticket is not,', 0, 400, 'length_mismatch'],
  ])('%s is refused', async (_name, length, status, code) => {
    await expectRefused(await upload(1000).create(length), status, code)
  })

  it('longer than declared is refused whole, whatever its headers say', async () => {
    const { upl, ticket, create, patch, head, receipt } = upload(200_000)
    await create(200_000)
    await patch(0, Buffer.alloc(100_000))
    expect((await patch(100_000, Buffer.alloc(100_001))).json['code']).toBe('too_large')
    const chunked = await sendChunked(`/files/${upl}`, {
      ...TUS_BODY,
      Authorization: `Bearer ${ticket}`,
      'Upload-Offset': '100000',
    })
    expect(chunked).toBe(413)
    expect((await head()).headers['upload-offset']).toBe('100000')
    const last = await patch(100_000, Buffer.alloc(100_000, 'x'))
    const whole = Buffer.concat([Buffer.alloc(100_000), Buffer.alloc(100_000, 'x')])
    expect(used.web.receipt(await receiptIn(last, { receipt })).sha256).toBe(sha256(whole))
  })

  it('of one small request that is longer than declared is refused', async () => {
    await expectRefused(await upload(1000).createWith(1000, Buffer.alloc(1001)), 413, 'too_large')
  })

  it('that breaks off in a small request leaves nothing', async () => {
    const { ticket, head } = upload(1000)
    const headers = {
      ...TUS_BODY,
      Expect: '100-continue',
      Authorization: `Bearer ${ticket}`,
      'Upload-Length': '1000',
      'Content-Length': '1000',
    }
    const request = httpRequest({
      host: '127.0.0.1',
      port: used.port,
      method: 'POST',
      path: '/files/',
      headers,
      agent: false,
    })
    request.on('error', () => undefined)
    // The server has read the head when it wants the body.
    request.flushHeaders()
    await once(request, 'continue')
    await new Promise((resolve) => request.write(Buffer.alloc(500), resolve))
    request.destroy()
    await expect.poll(() => used.log.some((line) => line.includes('"path":"/files/"'))).toBe(true)
    expect((await head()).status).toBe(404)
    expect(storedFiles(used.folder)).toEqual([])
  })

  it('with a wrong checksum is refused, also when it is small', async () => {
    const wrong = { 'Upload-Checksum': `sha1 ${createHash('sha1').update('x').digest('base64')}` }
    await expectRefused(await upload(1000).createWith(1000, randomBytes(1000), wrong), 460, 'checksum_mismatch')
    const { create, patch, head } = upload(200_000)
    await create(200_000)
    expect((await patch(0, randomBytes(150_000), wrong)).status).toBe(460)
    expect((await head()).headers['upload-offset']).toBe('0')
  })

  it('that waits for its checksum is no file yet, whoever asks for its receipt', async () => {
    const content = randomBytes(200_000)
    const { upl, ticket, create, patch, head, receipt } = upload(content.length)
    await create(content.length)
    const auth = { ...TUS_BODY, Authorization: `Bearer ${ticket}`, 'Upload-Offset': '0' }
    const headers = { ...auth, Trailer: 'Upload-Checksum', 'Transfer-Encoding': 'chunked' }
    const request = httpRequest({ port: used.port, method: 'PATCH', path: `/files/${upl}`, headers, agent: false })
    const answered = once(request, 'response') as Promise<[{ statusCode: number }]>
    request.write(content)
    await expect.poll(async () => (await receipt()).json).toMatchObject({ state: 'open', offset: content.length })
    request.addTrailers({ 'Upload-Checksum': `sha256 ${createHash('sha256').update('another').digest('base64')}` })
    request.end()
    expect((await answered)[0].statusCode).toBe(460)
    expect((await head()).headers['upload-offset']).toBe('0')
    const stored = await receiptIn(await patch(0, content), { receipt })
    expect(used.web.receipt(stored).sha256).toBe(sha256(content))
  })

  it('that does not fit is refused before a byte of it is taken', async () => {
    await used.restart({ reserve: { kind: 'ratio', ratio: 0.999 } })
    const answer = await upload(1000).createWith(1000, randomBytes(1000))
    expect([answer.status, answer.json['code']]).toEqual([507, 'disk_full'])
    expect(storedFiles(used.folder)).toEqual([])
  })

  it('that open uploads have spoken for is refused, and admitted when they end', async () => {
    const [space] = used.storage.store.space()
    const free = (space?.freeBytes ?? 0) - (space?.reservedBytes ?? 0)
    const most = Math.floor(free * 0.9)
    const first = upload(most)
    expect((await first.create(most)).status).toBe(201)
    const second = upload(most)
    expect((await second.create(most)).json['code']).toBe('disk_full')
    expect((await first.end()).status).toBe(204)
    expect((await second.create(most)).status).toBe(201)
  })
})

describe('an upload', () => {
  it('is not written at a wrong offset', async () => {
    const { create, patch, head } = upload(1000)
    await create(1000)
    for (const offset of [1, 999, 1000]) {
      const answer = await patch(offset, Buffer.alloc(1))
      expect([answer.status, answer.json['code']]).toEqual([409, 'offset_conflict'])
    }
    expect((await head()).headers['upload-offset']).toBe('0')
  })

  it('that is ended is gone, with its bytes, for its ticket', async () => {
    const { create, patch, head, end, createWith } = upload(1000)
    await create(1000)
    await patch(0, Buffer.alloc(10))
    expect((await end()).status).toBe(204)
    expect(storedFiles(used.folder)).toEqual([])
    await expectRefused(await head(), 410, 'gone')
    expect((await createWith(1000, Buffer.alloc(1000))).json['code']).toBe('gone')
    await used.restart({})
    expect((await tusCalls(used.port, 'f'.repeat(32), 'x').head()).status).toBe(401)
  })

  it('stays gone after a restart, and may come back with a higher epoch', async () => {
    const { upl, create, end } = upload(1000)
    await create(1000)
    await end()
    await used.restart({})
    const same = tusCalls(used.port, upl, used.web.upload({ upl, len: 1000 }))
    expect((await same.create(1000)).json['code']).toBe('gone')
    const higher = tusCalls(used.port, upl, used.web.upload({ upl, len: 1000, ep: 2 }))
    expect((await higher.create(1000)).status).toBe(201)
  })

  it('that is finished cannot be ended or completed a second time', async () => {
    const calls = upload(100_000)
    const { create, patch, end, head } = calls
    const content = randomBytes(100_000)
    await create(100_000)
    const receipt = await receiptIn(await patch(0, content), calls)
    // A receipt may come a moment before the part is gone.
    await expect.poll(() => storedFiles(used.folder).length).toBe(2)
    const files = storedFiles(used.folder)
    const ended = await end()
    expect([ended.status, ended.json['code']]).toEqual([403, 'upload_finished'])
    expect((await patch(0, content)).json['code']).toBe('offset_conflict')
    expect((await patch(100_000, content)).json['code']).toBe('too_large')
    expect((await patch(100_000, Buffer.alloc(0))).status).toBe(204)
    expect(used.web.receipt(String((await head()).headers['cairn-receipt']))).toEqual(used.web.receipt(receipt))
    expect(storedFiles(used.folder)).toEqual(files)
  })

  it('cannot be created again with another length', async () => {
    const { upl, create } = upload(1000)
    await create(1000)
    const other = tusCalls(used.port, upl, used.web.upload({ upl, len: 2000 }))
    expect((await other.create(2000)).json['code']).toBe('length_mismatch')
  })
})

describe('metadata', () => {
  it.each([
    ['a path upwards', '../../../../etc/passwd'],
    ['a path from the root', '/etc/passwd'],
    ['a zero byte', 'a\0b'],
    ['letters that turn the order', '\u202Egpj.exe'],
    ['a device', 'CON'],
    ['a script', '<script>alert(1)</script>'],
    ['a line of the ledger', 'a\n1 finished'],
  ])('with %s as its name is told as it came, and names nothing', async (_name, filename) => {
    const content = randomBytes(70_000)
    const { upl, ticket, create, patch, receipt } = upload(content.length)
    const metadata = `filename ${Buffer.from(filename).toString('base64')}`
    expect((await create(content.length, { 'Upload-Metadata': metadata })).status).toBe(201)
    const stored = used.web.receipt(await receiptIn(await patch(0, content), { receipt }))
    expect(stored.sha256).toBe(sha256(content))
    await expect.poll(() => storedFiles(used.folder).length).toBe(2)
    const path = stored.fid.slice(`${GROUP}/M00/`.length)
    expect(storedFiles(used.folder)).toEqual([path, `${path}-m`])
    await used.restart()
    expect((await tusCalls(used.port, upl, ticket).head()).headers['upload-metadata']).toBe(metadata)
  })
})

describe('a path', () => {
  it.each([
    '/files/../../../etc/passwd',
    '/files/%2e%2e/%2e%2e/etc/passwd',
    '/files/%252e%252e%252fetc',
    '/files//etc/passwd',
    '/files/0123456789abcdef0123456789abcde%00',
    '/files/0123456789ABCDEF0123456789ABCDEF',
    '/files/0123456789abcdef0123456789abcdef/',
    '/files/0123456789abcdef0123456789abcdef/receipt/..',
    `/files/${'a'.repeat(1000)}`,
  ])('%s leads nowhere', async (path) => {
    const { ticket } = upload(10)
    for (const method of ['HEAD', 'PATCH', 'DELETE']) {
      const answer = await call(used.port, {
        method,
        path,
        headers: { ...TUS_BODY, Authorization: `Bearer ${ticket}`, 'Upload-Offset': '0' },
        ...(method === 'PATCH' && { body: 'x' }),
      })
      expect([answer.status, answer.headers['cairn-error']]).toEqual([404, 'not_found'])
    }
    expect(storedFiles(used.folder)).toEqual([])
  })
})

describe('the log', () => {
  it('never has a cookie, a ticket or an Authorization header, also when something fails', async () => {
    const { ticket, upl } = upload(1000)
    const headers = {
      ...TUS_BODY,
      Cookie: 'cairn.session.3000=secret-cookie',
      Authorization: `Bearer ${ticket}`,
      'Upload-Length': '1000',
    }
    const created = await call(used.port, {
      method: 'POST',
      path: '/files/?t=secret-query',
      headers,
      body: randomBytes(1000),
    })
    expect(created.status).toBe(201)
    expect(created.headers['set-cookie']).toBeUndefined()
    await call(used.port, { method: 'PATCH', path: `/files/${upl}?t=secret-query`, headers, body: 'x' })
    await call(used.port, { path: '/nothing?t=secret-query', headers: { Cookie: 'cairn.session.3000=secret-cookie' } })
    await expect.poll(() => used.log.filter((line) => line.includes('"http"')).length).toBe(3)
    const text = used.log.join('')
    for (const secret of ['secret-cookie', 'secret-query', ticket, ticket.slice(-43)])
      expect(text).not.toContain(secret)
  })
})

/** A body without Content-Length, 150,000 bytes; gives the status. */
function sendChunked(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: used.port, method: 'PATCH', path, agent: false }
    const request = httpRequest({ ...options, headers: { ...headers, 'Transfer-Encoding': 'chunked' } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    for (let i = 0; i < 15; i += 1) request.write(Buffer.alloc(10_000))
    request.end()
  })
}

describe('a request that is no tus request', () => {
  it('gets 412 and the version that is spoken', async () => {
    const { ticket, upl } = upload(10)
    const answer = await call(used.port, {
      method: 'HEAD',
      path: `/files/${upl}`,
      headers: { Authorization: `Bearer ${ticket}` },
    })
    expect([answer.status, answer.headers['tus-version']]).toEqual([412, '1.0.0'])
  })

  it('a preflight is answered only for the origins of the web application', async () => {
    const ask = (origin: string) =>
      call(used.port, {
        method: 'OPTIONS',
        path: '/files/',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'PATCH',
          'Access-Control-Request-Headers': 'authorization',
        },
      })
    const ours = await ask('http://127.0.0.1:3000')
    expect([ours.status, ours.headers['access-control-allow-origin']]).toEqual([204, 'http://127.0.0.1:3000'])
    expect(ours.headers['access-control-allow-headers']).toContain('Upload-Offset')
    expect(ours.headers['access-control-max-age']).toBe('7200')
    expect(ours.headers['access-control-allow-credentials']).toBeUndefined()
    const other = await ask('http://127.0.0.1:3001')
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
    expect(other.headers.vary).toBe('Origin')
  })

  it('answers of uploads can be read by the web application', async () => {
    const { create, head } = upload(10)
    const created = await create(10, { Origin: 'http://127.0.0.1:3000' })
    expect(created.headers['access-control-allow-origin']).toBe('http://127.0.0.1:3000')
    expect(created.headers['access-control-expose-headers']).toContain('Cairn-Receipt')
    expect((await head()).headers['access-control-allow-origin']).toBeUndefined()
  })

  it('OPTIONS without a preflight tells what is supported', async () => {
    const answer = await call(used.port, { method: 'OPTIONS', path: '/files/', headers: TUS })
    expect(answer.headers['tus-extension']).toBe(
      'creation,creation-with-upload,creation-defer-length,expiration,checksum,checksum-trailer,termination,concatenation',
    )
  })
})
