import { randomBytes } from 'node:crypto'
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Upload } from 'tus-js-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTusServer, UploadError, UploadSlots } from '../src/index.ts'
import { MemoryPartStore } from './memory-part-store.ts'

const UPL = '0123456789abcdef0123456789abcdef'
const PATH = `/files/${UPL}`
const APPEND = { 'Content-Type': 'application/partial-upload' }

let store: MemoryPartStore
let server: Server
let port: number
let len: number

beforeEach(async () => {
  store = new MemoryPartStore()
  len = 10
  const tus = createTusServer({
    path: '/files',
    store,
    slots: new UploadSlots(500),
    sizeMax: 5_000_000,
    authorise: () => ({ upl: UPL, ep: 1, len, ext: 'txt', own: 'o', ent: 'e' }),
    completionHeaders: () => Promise.resolve({ 'Cairn-Receipt': 'receipt' }),
    answerError: (_request, response, error) => {
      const known = error instanceof UploadError ? error : new UploadError('internal', String(error))
      response.writeHead(known.status, { 'Cairn-Error': known.code }).end()
    },
  })
  server = createServer((request, response) => void tus.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** The interim responses before it. */
  interim: { statusCode: number; headers: NodeJS.Dict<string | string[]> }[]
}

function send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const interim: Answer['interim'] = []
  const all = { 'Upload-Draft-Interop-Version': '8', ...headers }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: all }, (response) => {
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, interim }))
    })
    request.on('information', (info) => interim.push(info))
    request.on('error', reject)
    request.end(body)
  })
}

const create = (complete: '?0' | '?1', body?: string, headers: Record<string, string> = {}) =>
  send('POST', '/files/', { 'Upload-Complete': complete, ...headers }, body)
const append = (offset: number, complete: '?0' | '?1', body: string, headers: Record<string, string> = {}) =>
  send('PATCH', PATH, { ...APPEND, 'Upload-Offset': `${offset}`, 'Upload-Complete': complete, ...headers }, body)
const stored = () => store.parts.get(UPL)?.content.toString()

describe('a resumable upload of the IETF draft', () => {
  it('in one request is announced by 104 and answered when it is complete', async () => {
    len = 2000
    const answer = await create('?1', 'x'.repeat(2000))
    expect(answer.interim).toMatchObject([
      {
        statusCode: 104,
        headers: { location: PATH, 'upload-limit': 'max-size=5000000', 'upload-draft-interop-version': '8' },
      },
    ])
    expect(answer).toMatchObject({ status: 201, headers: { 'upload-complete': '?1', 'cairn-receipt': 'receipt' } })
    expect(stored()?.length).toBe(2000)
  })

  it('in parts is complete when the client says so', async () => {
    const created = await create('?0', '0123')
    expect(created).toMatchObject({
      status: 201,
      headers: { location: PATH, 'upload-complete': '?0', 'upload-offset': '4' },
    })
    const second = await append(4, '?0', '45')
    expect(second).toMatchObject({ status: 204, headers: { 'upload-complete': '?0', 'upload-offset': '6' } })
    const last = await append(6, '?1', '6789')
    expect(last).toMatchObject({
      headers: { 'upload-complete': '?1', 'upload-offset': '10', 'cairn-receipt': 'receipt' },
    })
    expect(stored()).toBe('0123456789')
  })

  it('tells offset, completeness, length and limits to HEAD', async () => {
    await create('?0', '0123', { 'Upload-Length': '10' })
    expect(await send('HEAD', PATH, {})).toMatchObject({
      status: 204,
      headers: {
        'upload-offset': '4',
        'upload-complete': '?0',
        'upload-length': '10',
        'upload-limit': 'max-size=5000000',
        'cache-control': 'no-store',
      },
    })
    await append(4, '?1', '456789')
    expect((await send('HEAD', PATH, {})).headers).toMatchObject({ 'upload-complete': '?1', 'upload-offset': '10' })
  })

  it('without a known length ends where the last body ends', async () => {
    await create('?0', '0123')
    expect((await send('HEAD', PATH, {})).headers['upload-length']).toBeUndefined()
    const last = await append(4, '?1', '45', { 'Transfer-Encoding': 'chunked' })
    expect(last.headers).toMatchObject({ 'upload-complete': '?1', 'upload-offset': '6' })
    expect((await send('HEAD', PATH, {})).headers['upload-length']).toBe('6')
  })

  it('whose last bytes came before is completed by an empty request', async () => {
    await create('?0', '0123456789')
    const last = await append(10, '?1', '')
    expect(last).toMatchObject({ status: 204, headers: { 'upload-complete': '?1' } })
  })

  it('hears the right offset when it sends another', async () => {
    await create('?0', '0123')
    const answer = await append(2, '?0', 'xx')
    expect(answer).toMatchObject({ status: 409, headers: { 'upload-offset': '4' } })
    expect(stored()).toBe('0123')
  })

  it('is ended by DELETE', async () => {
    await create('?0', '0123')
    expect((await send('DELETE', PATH, {})).status).toBe(204)
    expect((await send('HEAD', PATH, {})).status).toBe(410)
  })

  it.each<[string, Record<string, string>, number]>([
    ['another type', { 'Content-Type': 'text/plain' }, 415],
    ['no Upload-Complete', { 'Upload-Complete': 'yes' }, 400],
    ['lengths that do not agree', { 'Upload-Length': '9', 'Upload-Complete': '?1' }, 400],
    ['another interop version', { 'Upload-Draft-Interop-Version': '3' }, 400],
    ['more than the ticket allows', { 'Upload-Length': '11' }, 413],
  ])('with %s is refused and stores nothing', async (_name, headers, status) => {
    await create('?0', '0123')
    expect((await append(4, '?0', '456789'.slice(0, 6), headers)).status).toBe(status)
    expect(stored()).toBe('0123')
  })

  it('above the limit hears the limit', async () => {
    len = 6_000_000
    const answer = await create('?0', '', { 'Upload-Length': '6000000' })
    expect(answer).toMatchObject({ status: 413, headers: { 'upload-limit': 'max-size=5000000' } })
  })

  it('is found out about by OPTIONS', async () => {
    const { headers } = await send('OPTIONS', '/files/', {})
    expect(headers['accept-patch']).toContain('application/partial-upload')
    expect(headers['upload-limit']).toBe('max-size=5000000')
  })

  it.each([{}, { chunkSize: 300_000 }])('comes from tus-js-client, which speaks draft 05, with %j', async (options) => {
    const content = randomBytes(1_000_000)
    len = content.length
    const versions = new Set<unknown>()
    server.on('request', ({ headers }) => versions.add(headers['upload-draft-interop-version']))
    // Its types do not know the option yet.
    const protocol: object = { protocol: 'ietf-draft-05' }
    await new Promise<void>((resolve, reject) => {
      new Upload(content, {
        endpoint: `http://127.0.0.1:${port}/files/`,
        ...protocol,
        retryDelays: null,
        ...options,
        onSuccess: () => resolve(),
        onError: reject,
      }).start()
    })
    expect([...versions]).toEqual(['6'])
    expect(store.parts.get(UPL)?.content.equals(content)).toBe(true)
  })
})
