import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, receiptOf, TUS, TUS_BODY, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { newUploadId, sha256 } from './http/web-storage.ts'

const MIB = 1024 * 1024
const SIZE = 5 * MIB
const THREADS = 2

const used = ownWebStorage()
const workers: Worker[] = []
const noteWorker = (worker: Worker) => workers.push(worker)
let sockets: Socket[] = []

beforeEach(async () => {
  process.on('worker', noteWorker)
  await used.restart({ http: { threads: THREADS } })
  sockets = []
})
afterEach(() => {
  process.off('worker', noteWorker)
  workers.length = 0
  for (const socket of sockets) socket.destroy()
})

const connections = () => used.storage.carriers.connections
const held = () => [...connections().values()].reduce((sum, count) => sum + count, 0)

/** A connection that has had an answer. */
async function answered(): Promise<Socket> {
  const socket = connect(used.port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined)
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  return socket
}

/** The same, and the thread that holds it. */
async function connected(): Promise<{ socket: Socket; thread: number }> {
  // The end of another one, which comes late, would hide it.
  await expect.poll(held).toBe(sockets.filter(({ destroyed }) => !destroyed).length)
  const before = connections()
  const socket = await answered()
  const [thread = 0] = [...connections()].find(([index, count]) => count > (before.get(index) ?? 0)) ?? []
  expect(thread).toBeGreaterThan(0)
  return { socket, thread }
}

function answersOf(socket: Socket): () => string[] {
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
  })
  return () => text.match(/HTTP\/1\.1 \d{3}/g)?.map((line) => line.slice(-3)) ?? []
}

/** Whether what was written has left soon: false when the other end takes no more, or is gone. */
function moved(socket: Socket): Promise<boolean> {
  const drained = once(socket, 'drain').then(
    () => true,
    () => false,
  )
  return Promise.race([drained, sleep(100, false)])
}

async function newUpload(size = SIZE) {
  const upl = newUploadId()
  const ticket = used.web.upload({ upl, len: size })
  const calls = tusCalls(used.port, upl, ticket)
  expect((await calls.create(size)).status).toBe(201)
  const head = (method: string, headers: Record<string, string>) =>
    `${method} /files/${upl} HTTP/1.1\r\n${Object.entries({ Host: 'x', Authorization: `Bearer ${ticket}`, ...headers })
      .map((header) => header.join(': '))
      .join('\r\n')}\r\n\r\n`
  const patchHead = (offset: number, length: number) =>
    head('PATCH', { ...TUS_BODY, 'Upload-Offset': `${offset}`, 'Content-Length': `${length}` })
  const offset = async () => Number((await calls.head()).headers['upload-offset'])
  return { upl, calls, head, patchHead, offset, part: join(partsOf(upl), `${upl}.part`) }
}

const partsOf = (upl: string) => join(used.folder, 'path0/data/.cairn-parts', upl.slice(0, 2))

async function expectStored(calls: ReturnType<typeof tusCalls>, content: Buffer): Promise<void> {
  const receipt = used.web.receipt(await receiptOf(calls))
  expect(receipt.sha256).toBe(sha256(content))
  const path = join(used.folder, 'path0/data', receipt.fid.split('/').slice(2).join('/'))
  expect(readFileSync(path).equals(content)).toBe(true)
}

/** So much of a part is in its file. */
const written = (part: string, size: number) => expect.poll(() => statSync(part).size).toBe(size)

describe('HTTP with several threads', () => {
  it('carries requests out in their order that come on one connection without waiting', async () => {
    const content = randomBytes(SIZE)
    const upload = await newUpload()
    const { socket } = await connected()
    const seen = answersOf(socket)
    const pieces = [Buffer.from(upload.patchHead(0, SIZE)), content, Buffer.from(upload.head('HEAD', TUS))]
    socket.write(Buffer.concat([...pieces, Buffer.from('GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n')]))
    await expect.poll(seen).toEqual(['204', '200', '404'])
    await expectStored(upload.calls, content)
  })

  it('keeps what came before a client went away, and refuses an offset behind it', async () => {
    const content = randomBytes(SIZE)
    const upload = await newUpload()
    const { socket } = await connected()
    socket.write(upload.patchHead(0, SIZE))
    socket.write(content.subarray(0, 3 * MIB + 5))
    await written(upload.part, 3 * MIB + 5)
    socket.destroy()
    expect(await upload.offset()).toBe(3 * MIB + 5)
    expect((await upload.calls.patch(4 * MIB, content.subarray(4 * MIB))).status).toBe(409)
    expect((await upload.calls.patch(3 * MIB + 5, content.subarray(3 * MIB + 5))).status).toBe(204)
    await expectStored(upload.calls, content)
  })

  it('loses no told byte with a thread that ends, takes another one, and believes nothing that was not told', async () => {
    const content = randomBytes(SIZE)
    const upload = await newUpload()
    const { socket, thread } = await connected()
    socket.write(upload.patchHead(0, SIZE))
    socket.write(content.subarray(0, 3 * MIB))
    await written(upload.part, 3 * MIB)
    const before = workers.length
    await Promise.all([once(socket, 'close'), workers[thread - 1]?.terminate()])
    const offset = await upload.offset()
    expect(offset).toBeLessThanOrEqual(3 * MIB)
    expect(statSync(upload.part).size).toBe(offset)
    await expect.poll(() => connections().size).toBe(THREADS)
    expect(workers.length).toBeGreaterThan(before)
    expect((await upload.calls.patch(offset, content.subarray(offset))).status).toBe(204)
    await expectStored(upload.calls, content)
  })

  it('is served by the main thread while all others have ended, and by them when they are back', async () => {
    await connected()
    await Promise.all(workers.map((worker) => worker.terminate()))
    await expect.poll(() => connections().size).toBe(0)
    const status = () =>
      call(used.port, { path: '/healthz' }).then(
        ({ status }) => status,
        () => 0,
      )
    await expect.poll(status).toBe(200)
    await expect.poll(() => connections().size).toBe(THREADS)
    expect((await connected()).thread).toBeGreaterThan(0)
    const content = randomBytes(SIZE)
    const upload = await newUpload()
    expect((await upload.calls.patch(0, content)).status).toBe(204)
    await expectStored(upload.calls, content)
  })

  it('stores what has come when it stops, and takes it up again', async () => {
    const content = randomBytes(SIZE)
    const upload = await newUpload()
    const { socket } = await connected()
    socket.write(upload.patchHead(0, SIZE))
    socket.write(content.subarray(0, 2 * MIB))
    await written(upload.part, 2 * MIB)
    await used.restart({ http: { threads: THREADS } })
    const calls = tusCalls(used.port, upload.upl, used.web.upload({ upl: upload.upl, len: SIZE }))
    expect(Number((await calls.head()).headers['upload-offset'])).toBe(2 * MIB)
    expect((await calls.patch(2 * MIB, content.subarray(2 * MIB))).status).toBe(204)
    await expectStored(calls, content)
  })

  it('tells who is refused in mid-body, keeps no connection and looks up only later why', async () => {
    const upload = await newUpload(64 * MIB)
    const { socket } = await connected()
    const broken: Error[] = []
    socket.on('error', (error) => broken.push(error)).pause()
    const headers = { ...TUS_BODY, 'Upload-Offset': '0', 'Content-Length': `${64 * MIB}`, Connection: 'close' }
    socket.write(upload.head('PATCH', headers))
    socket.write(Buffer.alloc(2 * MIB))
    await written(upload.part, 2 * MIB)
    expect(await upload.offset()).toBe(2 * MIB)
    while (socket.write(Buffer.alloc(64 * 1024)) || (await moved(socket)));
    expect(broken).toEqual([])
    const seen = answersOf(socket)
    socket.resume()
    await expect.poll(seen).toEqual(['423'])
  })

  it('asks for the body of a client that waits only when it is wanted', async () => {
    const content = randomBytes(SIZE)
    const upload = await newUpload()
    const { socket } = await connected()
    const seen = answersOf(socket)
    const headers = { ...TUS_BODY, 'Content-Length': `${SIZE}`, Expect: '100-continue' }
    socket.write(upload.head('PATCH', { ...headers, 'Upload-Offset': '7' }))
    await expect.poll(seen).toEqual(['409'])
    const other = await connected()
    const answers = answersOf(other.socket)
    other.socket.write(upload.head('PATCH', { ...headers, 'Upload-Offset': '0' }))
    await expect.poll(answers).toEqual(['100'])
    other.socket.write(content)
    await expect.poll(answers).toEqual(['100', '204'])
    await expectStored(upload.calls, content)
  })

  it('holds a client while the copy of its upload is too far behind', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const shipment = { advance: () => gate, commit: () => Promise.resolve(), drop: () => undefined }
    const startShipping = () => ({ follow: () => shipment, forget: () => undefined, close: () => Promise.resolve() })
    await used.restart({ http: { threads: THREADS }, startShipping })
    const content = randomBytes(8 * SIZE)
    const upload = await newUpload(content.length)
    const { socket } = await connected()
    const seen = answersOf(socket)
    socket.write(upload.patchHead(0, content.length))
    socket.write(content)
    await expect.poll(() => statSync(upload.part).size).toBeGreaterThan(0)
    await expect.poll(() => socket.writableLength).toBeGreaterThan(content.length / 2)
    expect(statSync(upload.part).size).toBeLessThan(9 * MIB)
    release()
    await expect.poll(seen).toEqual(['204'])
    await expectStored(upload.calls, content)
  })

  it('knows the client of a connection that a thread holds', async () => {
    await used.restart({ http: { threads: THREADS, trustedProxies: ['127.0.0.1'], metricsAllow: ['192.0.2.0/24'] } })
    const { socket } = await connected()
    const seen = answersOf(socket)
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(seen).toEqual(['403'])
    socket.write('GET /of-a-client HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n')
    await expect.poll(seen).toEqual(['403', '404'])
    await expect.poll(() => used.log.find((line) => line.includes('/of-a-client'))).toContain('"192.0.2.7"')
  })

  it('counts all connections together against the limit, and ends idle ones for new ones', async () => {
    for (let count = 0; count < 300; count += 1) await answered()
    const open = sockets.filter((socket) => !socket.closed)
    expect(open.length).toBeLessThanOrEqual(256)
    expect((await call(used.port, { path: '/healthz' })).status).toBe(200)
  })
})
