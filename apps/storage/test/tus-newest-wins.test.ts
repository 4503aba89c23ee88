import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { parseFileId } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import { type HttpAnswer, receiptIn, receiptOf, TUS_BODY, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { openRequest, segmentCalls, sendInLanes } from './http/segment-calls.ts'
import { newUploadId, sha256, storedFiles } from './http/web-storage.ts'

// A request for an upload may come on any connection at any time (decision 053).

const CONNECTIONS = 20
/** Of each connection at least, and until something is acknowledged. */
const ATTEMPTS = 8
const SEGMENT = 100_000

const used = ownWebStorage()

async function opened(content: Buffer) {
  const upl = newUploadId()
  const ticket = used.web.upload({ upl, len: content.length })
  const { port } = used.storage.http
  const calls = tusCalls(port, upl, ticket)
  const headers = { ...TUS_BODY, Authorization: `Bearer ${ticket}` }
  const offset = async () => Number((await calls.head()).headers['upload-offset'])
  expect((await calls.create(content.length)).status).toBe(201)
  return { ...calls, upl, headers, port, content, offset, segments: segmentCalls(port, upl, ticket) }
}
type Opened = Awaited<ReturnType<typeof opened>>

async function expectStored({ content }: Opened, receipt: string): Promise<void> {
  const { logicName } = parseFileId(used.web.receipt(receipt).fid)
  const relative = logicName.slice('M00/'.length)
  expect(used.web.receipt(receipt).sha256).toBe(sha256(content))
  expect(readFileSync(join(used.folder, 'path0/data', relative)).equals(content)).toBe(true)
  await expect.poll(() => storedFiles(used.folder)).toEqual([relative, `${relative}-m`])
}

const progressOf = ({ upl }: Opened) => used.storage.parts.progress(upl)?.offset

/** The beginning of a request, and then nothing: neither bytes nor an end, and no answer is read. */
async function silentRequest({ port }: Opened, head: readonly string[], bytes: Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause()
  await once(socket, 'connect')
  socket.write(`${head.join('\r\n')}\r\nHost: 127.0.0.1\r\n\r\n`)
  socket.write(bytes)
  return socket
}

/** Of the upload, or of one of its segments. It promises all the rest. */
const silentPatch = (made: Opened, offset: number, bytes: Buffer, segment = '') =>
  silentRequest(
    made,
    [
      `PATCH /files/${made.upl}${segment} HTTP/1.1`,
      ...Object.entries(made.headers).map(([name, value]) => `${name}: ${value}`),
      `Upload-Offset: ${offset}`,
      `Content-Length: ${made.content.length - offset}`,
    ],
    bytes,
  )

const silentSegment = (made: Opened, bytes: Buffer) =>
  silentRequest(
    made,
    [
      'POST /files HTTP/1.1',
      ...Object.entries(made.headers).map(([name, value]) => `${name}: ${value}`),
      'Upload-Concat: partial',
      'Upload-Segment: 0',
      `Upload-Length: ${made.content.length}`,
      `Content-Length: ${made.content.length}`,
    ],
    bytes,
  )

describe('the PATCHes of one upload', () => {
  it('come on whatever connection there is: a new one for each, and several in turn that stay open', async () => {
    const made = await opened(randomBytes(1_200_000))
    const agents = [1, 2, 3].map(() => new Agent({ keepAlive: true, maxSockets: 1 }))
    const PIECE = 50_000
    let last: HttpAnswer | undefined
    for (let n = 0; n * PIECE < made.content.length; n += 1) {
      const bytes = made.content.subarray(n * PIECE, (n + 1) * PIECE)
      const agent = n % 4 < 3 ? agents[n % 4] : undefined
      last = agent === undefined ? await made.patch(n * PIECE, bytes) : await patchOn(agent, made, n * PIECE, bytes)
      expect([last.status, last.headers['upload-offset']]).toEqual([204, `${(n + 1) * PIECE}`])
    }
    for (const agent of agents) agent.destroy()
    await expectStored(made, await receiptIn(last!, made))
  })

  it('take over from one that is silent on a half-open connection, at once and with its bytes', async () => {
    const made = await opened(randomBytes(600_000))
    const silent: Socket[] = []
    silent.push(await silentPatch(made, 0, made.content.subarray(0, 200_000)))
    await expect.poll(() => progressOf(made)).toBe(200_000)
    // No HEAD before: the newer request may know from elsewhere what is there.
    const newer = await made.patch(200_000, made.content.subarray(200_000, 300_000))
    expect([newer.status, newer.headers['upload-offset']]).toEqual([204, '300000'])
    silent.push(await silentPatch(made, 300_000, made.content.subarray(300_000, 300_001)))
    await expect.poll(() => progressOf(made)).toBe(300_001)
    const last = await made.patch(300_001, made.content.subarray(300_001))
    expect(last.status).toBe(204)
    await expectStored(made, await receiptIn(last, made))
    for (const socket of silent) socket.destroy()
  })

  it('of which one is silent do not keep it from being ended, or its receipt from being asked for', async () => {
    const made = await opened(randomBytes(600_000))
    const silent = await silentPatch(made, 0, made.content.subarray(0, 200_000))
    await expect.poll(() => progressOf(made)).toBe(200_000)
    expect((await made.receipt()).json).toMatchObject({ state: 'open', offset: 200_000 })
    expect((await made.end()).status).toBe(204)
    expect((await made.head()).status).toBe(410)
    silent.destroy()
  })

  it('leave a whole file when twenty connections fight for it and are cut at random', async () => {
    const made = await opened(randomBytes(4_000_000))
    let told = 0
    const fight = async () => {
      for (let attempt = 0; attempt < ATTEMPTS || told === 0; attempt += 1) {
        const known = told
        const head = await made.head()
        if (head.status === 423) continue
        const from = Number(head.headers['upload-offset'])
        expect([head.status, from >= known]).toEqual([200, true])
        if (from === made.content.length) return
        const end = Math.min(made.content.length, from + randomInt(1, 300_000))
        const answer = await patchAndCut(made, from, end)
        if (answer === null) continue
        expect([204, 409, 423]).toContain(answer.status)
        told = Math.max(told, acknowledged(answer, 'upload-offset'))
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, fight))
    const from = await made.offset()
    expect(from).toBeGreaterThanOrEqual(told)
    expect(from).toBeGreaterThan(0)
    await expectStored(made, await receiptIn(await made.patch(from, made.content.subarray(from)), made))
  })
})

describe('the segments of one upload', () => {
  it('take over from one that is silent on a half-open connection, at once and with its bytes', async () => {
    const made = await opened(randomBytes(600_000))
    const silent = await silentSegment(made, made.content.subarray(0, 200_000))
    await expect.poll(() => progressOf(made)).toBe(200_000)
    const newer = await made.segments.patch(0, 200_000, made.content.subarray(200_000, 400_000))
    expect([newer.status, newer.headers['upload-prefix']]).toEqual([204, '400000'])
    const again = await silentPatch(made, 400_000, made.content.subarray(400_000, 400_001), '.0')
    await expect.poll(() => progressOf(made)).toBe(400_001)
    const last = await made.segments.patch(0, 400_001, made.content.subarray(400_001))
    expect([last.status, last.headers['upload-prefix']]).toEqual([204, '600000'])
    await expectStored(made, await receiptIn(last, made))
    for (const socket of [silent, again]) socket.destroy()
  })

  it('leave a whole file when twenty connections fight for it and are cut at random', async () => {
    const made = await opened(randomBytes(4_000_000))
    let told = 0
    const fight = async () => {
      for (let attempt = 0; attempt < ATTEMPTS || told === 0; attempt += 1) {
        const known = told
        const place = Math.floor(known / SEGMENT) + randomInt(0, 8)
        const [off, end] = [place * SEGMENT, Math.min(made.content.length, (place + 1) * SEGMENT)]
        if (off >= end) return
        const answer = await segmentAndCut(made, off, end)
        if (answer === null) continue
        expect([201, 403, 404, 409, 410, 423]).toContain(answer.status)
        const prefix = Number(answer.headers['upload-prefix'] ?? Number.POSITIVE_INFINITY)
        expect(prefix).toBeGreaterThanOrEqual(known)
        told = Math.max(told, acknowledged(answer, 'upload-prefix'))
        // Somebody who knows nothing of segments looks at the upload itself now and then.
        if (randomInt(0, 6) === 0) expect([200, 423]).toContain((await made.head()).status)
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, fight))
    const from = await made.offset()
    expect(from).toBeGreaterThanOrEqual(told)
    expect(from).toBeGreaterThan(0)
    const sent = await sendInLanes(made.segments, made.content, { from, size: SEGMENT, lanes: 3 })
    expect(sent.failed).toBeNull()
    await expectStored(made, sent.receipt ?? (await receiptOf(made)))
  })
})

function patchOn(
  agent: Agent,
  { port, upl, headers: own }: Opened,
  offset: number,
  bytes: Buffer,
): Promise<HttpAnswer> {
  const headers = { ...own, 'Upload-Offset': `${offset}` }
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method: 'PATCH', path: `/files/${upl}`, headers, agent }
    const request = httpRequest(options, (response) => {
      const { statusCode = 0, headers: told } = response.resume()
      response.on('end', () => resolve({ status: statusCode, headers: told, body: Buffer.alloc(0), json: {} }))
    })
    request.on('error', reject).end(bytes)
  })
}

const acknowledged = ({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>, header: string) =>
  status < 300 ? Number(headers[header]) : 0

/** One in three loses its connection after some of its bytes; null then, and when a connection was ended. */
async function sendAndCut(request: ReturnType<typeof openRequest>, bytes: Buffer) {
  const cut = randomInt(0, 3) === 0 ? randomInt(0, bytes.length) : bytes.length
  await request.send(bytes.subarray(0, cut)).catch(() => undefined)
  if (cut < bytes.length) request.destroy()
  return await request.answer.catch(() => null)
}

function patchAndCut({ port, upl, headers: own, content }: Opened, from: number, end: number) {
  const headers = { ...own, 'Upload-Offset': `${from}`, 'Content-Length': `${end - from}` }
  return sendAndCut(openRequest(port, { method: 'PATCH', path: `/files/${upl}`, headers }), content.subarray(from, end))
}

function segmentAndCut({ segments, content }: Opened, off: number, end: number) {
  return sendAndCut(segments.begin(off, end - off), content.subarray(off, end))
}
