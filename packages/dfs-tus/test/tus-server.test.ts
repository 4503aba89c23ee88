import { createHash, randomBytes } from 'node:crypto'
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Upload } from 'tus-js-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTusServer, UploadError, type UploadGrant, UploadSlots } from '../src/index.ts'
import { MemoryPartStore } from './memory-part-store.ts'

interface Answer {
  status: number
  headers: IncomingMessage['headers']
  json: { code?: string; message?: string } | null
}

const UPL = '0123456789abcdef0123456789abcdef'
let store: MemoryPartStore
let server: Server
let port: number
let ticket: UploadGrant & { refuse?: UploadError }

beforeEach(async () => {
  store = new MemoryPartStore()
  ticket = { upl: UPL, ep: 1, len: 10, ext: 'txt', own: 'o', ent: 'e' }
  const tus = createTusServer({
    path: '/files',
    store,
    slots: new UploadSlots(500),
    sizeMax: 50 * 1024 * 1024,
    authorise: () => {
      if (ticket.refuse) throw ticket.refuse
      return ticket
    },
    completionHeaders: () => Promise.resolve({ 'Cairn-Receipt': `receipt-of-${ticket.upl}` }),
    answerError: (_request, response, error) => {
      const known = error instanceof UploadError ? error : new UploadError('internal', String(error))
      response.writeHead(known.status, { 'Content-Type': 'application/json', 'Cairn-Error': known.code })
      response.end(JSON.stringify({ code: known.code, message: known.message }))
    },
  })
  server = createServer((request, response) => void tus.handle(request, response))
  port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function send(method: string, path: string, headers: Record<string, string>, body?: Buffer): Promise<Answer> {
  const options: RequestOptions = {
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: { 'Tus-Resumable': '1.0.0', ...headers },
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const json = text === '' ? null : (JSON.parse(text) as Answer['json'])
        resolve({ status: response.statusCode ?? 0, headers: response.headers, json })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

const create = (length: number, body?: Buffer) =>
  send('POST', '/files/', { 'Upload-Length': String(length), ...(body ? BODY : {}) }, body)
const DEFERRED = { 'Upload-Defer-Length': '1' }
const BODY = { 'Content-Type': 'application/offset+octet-stream' }
const patch = (offset: number, body: Buffer, headers: Record<string, string> = {}) =>
  send('PATCH', `/files/${UPL}`, { 'Upload-Offset': String(offset), ...BODY, ...headers }, body)
const head = () => send('HEAD', `/files/${UPL}`, {})

describe('creation', () => {
  it('names the upload after the ticket', async () => {
    const answer = await create(10)
    expect([answer.status, answer.headers.location]).toEqual([201, `/files/${UPL}`])
    expect(answer.headers['upload-expires']).toMatch(/GMT$/)
    expect(answer.headers['access-control-expose-headers']).toBeUndefined()
  })

  it('is idempotent and truncates nothing', async () => {
    await create(10)
    await patch(0, Buffer.from('01234'))
    const again = await create(10)
    expect([again.status, again.headers.location]).toEqual([201, `/files/${UPL}`])
    expect((await head()).headers['upload-offset']).toBe('5')
  })

  it('with the whole body answers 201, the offset and the receipt', async () => {
    const answer = await create(10, Buffer.from('0123456789'))
    expect([answer.status, answer.headers['upload-offset'], answer.headers['cairn-receipt']]).toEqual([
      201,
      '10',
      `receipt-of-${UPL}`,
    ])
    expect(store.parts.get(UPL)?.content.toString()).toBe('0123456789')
  })

  it('repeated with a body writes nothing twice and tells the offset', async () => {
    await create(10, Buffer.from('0123'))
    const again = await create(10, Buffer.from('01234567'))
    expect([again.status, again.headers['upload-offset']]).toEqual([201, '4'])
    expect(store.parts.get(UPL)?.content.toString()).toBe('0123')
  })

  it.each([
    ['longer than the ticket', 11, 413, 'too_large'],
    ['shorter than the ticket', 9, 400, 'length_mismatch'],
    ['empty, when the ticket is not,', 0, 400, 'length_mismatch'],
  ])('%s is refused', async (_name, length, status, code) => {
    const answer = await create(length)
    expect([answer.status, answer.json?.code]).toEqual([status, code])
    expect(store.parts.size).toBe(0)
  })

  it('above the limit is refused', async () => {
    ticket.len = 51 * 1024 * 1024
    const answer = await create(ticket.len)
    expect([answer.status, answer.json?.code]).toEqual([413, 'too_large'])
  })

  it('with a body longer than declared keeps nothing of it', async () => {
    const answer = await create(10, Buffer.from('0123456789A'))
    expect([answer.status, answer.json?.code]).toEqual([413, 'too_large'])
    expect(store.parts.size).toBe(0)
  })

  it('with a lower epoch than seen is refused', async () => {
    ticket.ep = 2
    await create(10)
    ticket.ep = 1
    const answer = await create(10)
    expect([answer.status, answer.json?.code]).toEqual([410, 'superseded'])
    expect((await patch(0, Buffer.from('01'))).json?.code).toBe('superseded')
  })
})

describe('headers that are not understood', () => {
  type Misunderstood = [name: string, line: string, headers: Record<string, string>, error: string]

  it.each<Misunderstood>([
    ['no Tus-Resumable', 'POST /files/', { 'Tus-Resumable': '' }, '412 tus_version'],
    ['a length that is deferred and told', 'POST /files/', { ...DEFERRED, 'Upload-Length': '10' }, '400 bad_request'],
    ['a list of foreign URLs', 'POST /files/', { 'Upload-Concat': 'final;/etc/passwd' }, '404 not_found'],
    [
      'metadata with a line break',
      'POST /files/',
      { 'Upload-Length': '10', 'Upload-Metadata': 'a\tb' },
      '400 bad_request',
    ],
    ...[
      ['that is not base64', 'filename ???'],
      ['with a key twice', 'a YQ==,a Yg=='],
      ['with an empty pair', 'a YQ==,,b Yg=='],
      ['of 4,100 characters', `a ${'YWJj'.repeat(1024)}YQ`],
    ].map(([what, metadata = '']): Misunderstood => {
      return [
        `metadata ${what}`,
        'POST /files/',
        { 'Upload-Length': '10', 'Upload-Metadata': metadata },
        '400 bad_request',
      ]
    }),
    ...[`final;${`/files/${UPL} `.repeat(250)}`, 'final;', 'final;;', 'whole', 'partial;1'].map(
      (concat): Misunderstood => {
        return [`a join as ${concat.slice(0, 20)}`, 'POST /files/', { 'Upload-Concat': concat }, '400 bad_request']
      },
    ),
    ...['-1', '0x0', '1e1', '01', ' ', '9007199254740993', '99999999999999999'].map((offset): Misunderstood => {
      return [`the offset "${offset}"`, `PATCH /files/${UPL}`, { ...BODY, 'Upload-Offset': offset }, '400 bad_request']
    }),
    ...['sha1 ?', 'sha1 AAAA', 'crc32', `sha1 ${'A'.repeat(27)}= more`].map((sum): Misunderstood => {
      const headers = { ...BODY, 'Upload-Offset': '0', 'Upload-Checksum': sum }
      return [`the checksum "${sum}"`, `PATCH /files/${UPL}`, headers, '400 bad_request']
    }),
    ['a length in hex', 'POST /files/', { 'Upload-Length': '0xa' }, '400 bad_request'],
    ['a negative length', 'POST /files/', { 'Upload-Length': '-1' }, '400 bad_request'],
    ['GET', `GET /files/${UPL}`, {}, '405 method_not_allowed'],
    ['PATCH of the collection', 'PATCH /files/', {}, '405 method_not_allowed'],
    ['POST of an upload', `POST /files/${UPL}`, { 'Upload-Length': '1' }, '405 method_not_allowed'],
    ['a path upwards', 'HEAD /files/../../etc/passwd', {}, '404 not_found'],
    ['an encoded path', `HEAD /files/%30${UPL.slice(1)}`, {}, '404 not_found'],
    ['a name of another kind', 'HEAD /files/abc', {}, '404 not_found'],
    ['PATCH without offset', `PATCH /files/${UPL}`, BODY, '400 bad_request'],
    ['PATCH of another type', `PATCH /files/${UPL}`, { 'Upload-Offset': '0' }, '415 content_type'],
    [
      'an unknown checksum',
      `PATCH /files/${UPL}`,
      { ...BODY, 'Upload-Offset': '0', 'Upload-Checksum': 'md4 aaaa' },
      '400 checksum_algorithm',
    ],
  ])('%s', async (_name, line, headers, error) => {
    await create(10)
    const [method = '', path = ''] = line.split(' ')
    const answer = await send(method, path, headers)
    expect(`${answer.status} ${answer.headers['cairn-error']}`).toBe(error)
  })

  it('OPTIONS tells what the server can do', async () => {
    const answer = await send('OPTIONS', '/files/', {})
    expect(answer.status).toBe(204)
    expect(answer.headers['tus-extension']).toContain('creation-defer-length')
    expect(answer.headers['tus-checksum-algorithm']).toBe('sha1,sha256,crc32')
    expect(answer.headers['tus-max-size']).toBe(String(50 * 1024 * 1024))
  })
})

describe('writing', () => {
  it('at another offset is 409 and changes nothing', async () => {
    await create(10)
    await patch(0, Buffer.from('0123'))
    const answer = await patch(2, Buffer.from('xx'))
    expect([answer.status, answer.json?.code]).toEqual([409, 'offset_conflict'])
    expect(store.parts.get(UPL)?.content.toString()).toBe('0123')
  })

  it('beyond the end is 413 and changes nothing', async () => {
    await create(10)
    expect((await patch(0, Buffer.alloc(11))).json?.code).toBe('too_large')
    expect((await head()).headers['upload-offset']).toBe('0')
  })

  it('an unknown upload is 404', async () => {
    expect((await patch(0, Buffer.from('x'))).json?.code).toBe('not_found')
    expect((await head()).status).toBe(404)
  })

  it('a finished upload answers HEAD with its receipt', async () => {
    await create(10, Buffer.from('0123456789'))
    const answer = await head()
    expect([answer.status, answer.headers['upload-offset'], answer.headers['upload-length']]).toEqual([200, '10', '10'])
    expect(answer.headers['cairn-receipt']).toBe(`receipt-of-${UPL}`)
  })

  it('with a checksum that does not match is 460 and keeps nothing', async () => {
    await create(10)
    const body = Buffer.from('01234')
    const digest = createHash('sha1').update('other').digest('base64')
    const wrong = await patch(0, body, { 'Upload-Checksum': `sha1 ${digest}` })
    expect([wrong.status, wrong.json?.code]).toEqual([460, 'checksum_mismatch'])
    expect((await head()).headers['upload-offset']).toBe('0')
    const right = createHash('sha256').update(body).digest('base64')
    expect((await patch(0, body, { 'Upload-Checksum': `sha256 ${right}` })).status).toBe(204)
  })

  it('takes over from a request that hangs, and loses nothing that it brought', async () => {
    await create(10)
    const hanging = httpRequest({
      host: '127.0.0.1',
      port,
      method: 'PATCH',
      path: `/files/${UPL}`,
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', 'Content-Length': '10', ...BODY },
    })
    const hangingEnd = new Promise<number>((resolve) => {
      hanging.on('response', (response) => resolve(response.statusCode ?? 0))
      hanging.on('error', () => resolve(-1))
    })
    hanging.write('0123')
    await expect.poll(() => store.parts.get(UPL)?.content.length).toBe(4)
    expect((await head()).headers['upload-offset']).toBe('4')
    expect([423, -1]).toContain(await hangingEnd)
    expect((await patch(4, Buffer.from('456789'))).status).toBe(204)
    expect(store.parts.get(UPL)?.content.toString()).toBe('0123456789')
  })
})

describe('termination', () => {
  it('ends an open upload; after that it is gone', async () => {
    await create(10)
    expect((await send('DELETE', `/files/${UPL}`, {})).status).toBe(204)
    expect((await head()).status).toBe(410)
    expect((await create(10)).json?.code).toBe('gone')
  })

  it('of a finished upload is 403', async () => {
    await create(10, Buffer.from('0123456789'))
    const answer = await send('DELETE', `/files/${UPL}`, {})
    expect([answer.status, answer.json?.code]).toEqual([403, 'upload_finished'])
  })
})

describe('tickets', () => {
  it('what authorise refuses is answered with its status and nothing is stored', async () => {
    ticket.refuse = new UploadError('ticket_expired', 'the ticket has expired')
    const answer = await create(10, Buffer.from('0123456789'))
    expect([answer.status, answer.json?.code]).toEqual([401, 'ticket_expired'])
    expect(store.parts.size).toBe(0)
  })
})

describe('tus-js-client', () => {
  it.each([
    ['one PATCH', {}],
    ['chunks', { chunkSize: 100_000 }],
    ['the creation', { uploadDataDuringCreation: true }],
  ])('uploads by %s', async (_name, options) => {
    const content = randomBytes(1_000_000)
    ticket.len = content.length
    const receipt = await new Promise<string | undefined>((resolve, reject) => {
      new Upload(content, {
        endpoint: `http://127.0.0.1:${port}/files/`,
        retryDelays: null,
        ...options,
        onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Cairn-Receipt')),
        onError: reject,
      }).start()
    })
    expect(receipt).toBe(`receipt-of-${UPL}`)
    expect(store.parts.get(UPL)?.content.equals(content)).toBe(true)
  })
})
