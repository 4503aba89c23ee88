import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ConnectionPool, ServerError, Status } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PartShipper } from '../src/buddy/part-shipper.ts'
import { StorageStatus } from '../src/engine/members.ts'
import { startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { ForgetfulMember } from './http/forgetful-member.ts'
import { HoldingProxy } from './http/holding-proxy.ts'
import { call, receiptOf, TUS_BODY, tusCalls } from './http/http-call.ts'
import { segmentCalls, sendInLanes } from './http/segment-calls.ts'
import { addWebMember } from './http/web-member.ts'
import {
  createWebKeys,
  newUploadId,
  sha256,
  startWebStorage,
  type WebKeys,
  type WebStorage,
} from './http/web-storage.ts'
import { frame } from './probe.ts'

// One storage ships to another one, and what is between them holds or cuts what is sent.

const MIB = 1024 * 1024
const BUDDY = '100002'

let cluster: TestCluster
let two: TestStorage
let proxy: HoldingProxy
let web: WebKeys
let one: WebStorage
let pool: ConnectionPool
let count = 0
const reports: string[] = []

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

beforeAll(async () => {
  cluster = await startCluster([])
  web = createWebKeys(cluster.folder)
  two = await addWebMember(cluster, BUDDY)
})
afterAll(() => cluster.close())

beforeEach(async () => {
  proxy = new HoldingProxy(two.running.tcpPort)
  await proxy.listen()
  pool = new ConnectionPool()
})
afterEach(async () => {
  await one.close()
  pool.close()
  await proxy.close()
})

/** The first storage, which finds the second one at this port. */
async function startOne({ port = proxy.port, answerMs = 60_000 } = {}): Promise<void> {
  count += 1
  const folder = join(cluster.folder, `one-${count}`)
  mkdirSync(folder)
  createWebKeys(cluster.folder, '100001', folder)
  const member = { id: BUDDY, ip: '127.0.0.1', port, status: StorageStatus.ACTIVE }
  one = await startWebStorage({
    folder,
    startShipping: (superseded) =>
      new PartShipper({
        ...{ pool, group: 'group1', storageId: '100001', answerMs, superseded },
        members: () => new Map([[BUDDY, member]]),
        shipped: () => undefined,
        report: (message, error) => reports.push(`${message}: ${error}`),
      }),
  })
}

function upload(size: number) {
  const upl = newUploadId()
  const ticket = web.upload({ upl, len: size })
  return { upl, ticket, ...tusCalls(one.http.port, upl, ticket) }
}

/** A PATCH whose body the test sends bit by bit. */
function slowPatch(
  { upl, ticket }: { upl: string; ticket: string },
  { offset, length, checksum }: { offset: number; length: number; checksum: string },
) {
  const headers = {
    ...TUS_BODY,
    Authorization: `Bearer ${ticket}`,
    'Upload-Offset': offset,
    'Content-Length': length,
    'Upload-Checksum': checksum,
  }
  const request = httpRequest({
    host: '127.0.0.1',
    port: one.http.port,
    method: 'PATCH',
    path: `/files/${upl}`,
    headers,
  })
  const status = new Promise<number | undefined>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => resolve(response.resume().statusCode))
  })
  return { request, status }
}

async function offsetAtTwo(upl: string): Promise<number | null> {
  try {
    return (await two.client.partStat(upl)).offset
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return null
    throw error
  }
}

const offsetAtOne = (upl: string) => one.parts.progress(upl)?.offset ?? 0

describe('a client of an upload that is shipped', () => {
  it('is held while the other member takes nothing more, and goes on when it does', async () => {
    await startOne()
    const body = randomBytes(40 * MIB)
    const calls = upload(body.length)
    await calls.create(body.length)
    await calls.patch(0, body.subarray(0, MIB))
    await until('the first MiB is there', async () => (await offsetAtTwo(calls.upl)) === MIB)
    proxy.hold()
    const rest = calls.patch(MIB, body.subarray(MIB))
    await until('as much as may be sent again is here', () => offsetAtOne(calls.upl) > 24 * MIB)
    // Turns enough to take the rest, if it were not held.
    for (let turn = 0; turn < 100; turn += 1) await call(one.http.port, { path: '/healthz' })
    expect(offsetAtOne(calls.upl)).toBeLessThan(30 * MIB)
    proxy.pass()
    expect((await rest).status).toBe(204)
    expect(web.receipt(await receiptOf(calls)).sha256).toBe(sha256(body))
    await until('it is a file there as well', async () => (await two.client.partStat(calls.upl)).state === 2)
  })

  it('is held when it sends segments, too, with what lies ahead of a gap', async () => {
    await startOne()
    const body = randomBytes(40 * MIB)
    const calls = upload(body.length)
    const segments = segmentCalls(one.http.port, calls.upl, calls.ticket)
    const send = (from: number, to: number) => segments.create(from * MIB, body.subarray(from * MIB, to * MIB))
    await calls.create(body.length)
    await send(0, 1)
    await until('the first MiB is there', async () => (await offsetAtTwo(calls.upl)) === MIB)
    proxy.hold()
    expect((await send(1, 12)).status).toBe(201)
    expect((await send(20, 25)).status).toBe(201)
    let isAnswered = false
    const far = send(25, 28).finally(() => {
      isAnswered = true
    })
    const part = join(
      one.store.storePaths[0]?.dataDir ?? '',
      '.cairn-parts',
      calls.upl.slice(0, 2),
      `${calls.upl}.part`,
    )
    await until('some of it is here', () => statSync(part).size > 25 * MIB)
    // Turns enough to take the rest, if it were not held.
    for (let turn = 0; turn < 100; turn += 1) await call(one.http.port, { path: '/healthz' })
    expect([isAnswered, offsetAtOne(calls.upl)]).toEqual([false, 12 * MIB])
    proxy.pass()
    expect((await far).status).toBe(201)
    await send(12, 20)
    await sendInLanes(segments, body, { from: 28 * MIB, size: MIB, lanes: 3 })
    expect(web.receipt(await receiptOf(calls)).sha256).toBe(sha256(body))
    await until('it is a file there as well', async () => (await two.client.partStat(calls.upl)).state === 2)
  })

  it('is not held for long by a member that does not answer', async () => {
    await startOne({ answerMs: 200 })
    const body = randomBytes(32 * MIB)
    const calls = upload(body.length)
    await calls.create(body.length)
    await calls.patch(0, body.subarray(0, MIB))
    await until('the first MiB is there', async () => (await offsetAtTwo(calls.upl)) === MIB)
    proxy.hold()
    const rest = calls.patch(MIB, body.subarray(MIB))
    // Nor when memory is cleared up meanwhile, which has taken the limit of time away once.
    await until('the client is held', () => offsetAtOne(calls.upl) > 24 * MIB)
    collectGarbage()
    expect((await rest).status).toBe(204)
    expect(web.receipt(await receiptOf(calls)).sha256).toBe(sha256(body))
  })

  it('notices nothing of a member that is gone, which gets what it lacks when it is back', async () => {
    await startOne()
    const body = randomBytes(20 * MIB)
    const calls = upload(body.length)
    await calls.create(body.length)
    await calls.patch(0, body.subarray(0, MIB))
    await until('the first MiB is there', async () => (await offsetAtTwo(calls.upl)) === MIB)
    proxy.refuse()
    expect((await calls.patch(MIB, body.subarray(MIB, 19 * MIB))).status).toBe(204)
    expect(await offsetAtTwo(calls.upl)).toBe(MIB)
    proxy.pass()
    await until('the rest is there', async () => (await offsetAtTwo(calls.upl)) === 19 * MIB)
  })

  it('notices nothing of a member that loses a piece, which gets it again before anything that follows it', async () => {
    const member = new ForgetfulMember(3)
    await member.listen()
    await startOne({ port: member.port })
    const body = randomBytes(17 * MIB)
    const calls = upload(body.length)
    await calls.create(body.length)
    await calls.patch(0, body.subarray(0, 16 * MIB))
    // So every piece is read while the one before it is on its way.
    member.answer()
    await until('it has what it lost, and the rest', () => member.size === 16 * MIB)
    expect([sha256(member.content), member.gaps]).toEqual([sha256(body.subarray(0, 16 * MIB)), []])
    await calls.patch(16 * MIB, body.subarray(16 * MIB))
    expect(web.receipt(await receiptOf(calls)).sha256).toBe(sha256(body))
    await member.close()
  })

  it('notices nothing of a storage of FastDFS, which is asked once what it is', async () => {
    const commands: number[] = []
    const fastDfs = createServer((socket: Socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => {
        commands.push(chunk[8] ?? 0)
        socket.end(frame(100, Buffer.alloc(0), Status.EINVAL))
      })
    })
    await new Promise<void>((resolve) => fastDfs.listen(0, '127.0.0.1', resolve))
    await startOne({ port: (fastDfs.address() as AddressInfo).port })
    const body = randomBytes(17 * MIB)
    const calls = upload(body.length)
    await calls.create(body.length)
    await calls.patch(0, body.subarray(0, MIB))
    await until('it was asked', () => commands.length > 0)
    await calls.patch(MIB, body.subarray(MIB))
    expect(web.receipt(await receiptOf(calls)).sha256).toBe(sha256(body))
    expect(commands).toEqual([200])
    await new Promise((resolve) => fastDfs.close(resolve))
  })
})

describe('bytes that are taken back', () => {
  it('never reach the other member: a body counts when its checksum is right', async () => {
    await startOne()
    const body = randomBytes(20 * MIB)
    const calls = upload(body.length)
    await calls.create(body.length)
    await calls.patch(0, body.subarray(0, MIB))
    await until('the first MiB is there', async () => (await offsetAtTwo(calls.upl)) === MIB)
    const wrong = createHash('sha256').update('something else').digest('base64')
    const slow = slowPatch(calls, { offset: MIB, length: 3 * MIB, checksum: `sha256 ${wrong}` })
    slow.request.write(body.subarray(MIB, 3 * MIB))
    await until('most of it is here', () => offsetAtOne(calls.upl) === 3 * MIB)
    for (let turn = 0; turn < 20; turn += 1) expect(await offsetAtTwo(calls.upl)).toBe(MIB)
    slow.request.end(body.subarray(3 * MIB, 4 * MIB))
    expect(await slow.status).toBe(460)
    await calls.patch(MIB, body.subarray(MIB, 2 * MIB))
    await until('what counts is there', async () => (await offsetAtTwo(calls.upl)) === 2 * MIB)
    await calls.patch(2 * MIB, body.subarray(2 * MIB))
    expect(web.receipt(await receiptOf(calls)).sha256).toBe(sha256(body))
    await until('it is a file there as well', async () => (await two.client.partStat(calls.upl)).state === 2)
  })
})

describe('a member without room for a copy', () => {
  it('refuses it, and the upload is stored all the same', async () => {
    const full = await startCluster([], {}, { cluster: { reservedSpace: { kind: 'ratio', ratio: 1 } } })
    const member = await addWebMember(full, BUDDY, cluster.folder)
    await startOne({ port: member.running.tcpPort })
    const body = randomBytes(17 * MIB)
    const calls = upload(body.length)
    await calls.create(body.length)
    await calls.patch(0, body.subarray(0, MIB))
    await until('the member has refused', () => reports.some((report) => report.includes('ENOSPC')))
    await calls.patch(MIB, body.subarray(MIB))
    expect(web.receipt(await receiptOf(calls)).sha256).toBe(sha256(body))
    await expect(member.client.partStat(calls.upl)).rejects.toMatchObject({ status: Status.ENOENT })
    await full.close()
  })
})
