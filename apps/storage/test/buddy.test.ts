import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { PartState, ServerError, Status } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadStatFile } from '../src/disk/stat-file.ts'
import { allActive, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { receiptOf, tusCalls } from './http/http-call.ts'
import { addWebMember } from './http/web-member.ts'
import { createWebKeys, newUploadId, sha256, type WebKeys } from './http/web-storage.ts'

// Two storages of one group, which keep each other's uploads.

const MIB = 1024 * 1024
const SIZE = 24 * MIB

let cluster: TestCluster
let one: TestStorage
let two: TestStorage
let web: WebKeys
let isStopped = false

beforeAll(async () => {
  cluster = await startCluster([])
  web = createWebKeys(cluster.folder)
  one = await addWebMember(cluster, '100001')
  two = await addWebMember(cluster, '100002')
  await allActive(cluster)
})
afterAll(() => cluster.close())

afterEach(async () => {
  if (!isStopped) return
  await one.start()
  isStopped = false
  await allActive(cluster)
})

/** Until the end of the test, unless it starts it again. */
async function stopOne(): Promise<void> {
  await one.stop()
  isStopped = true
}

function callsAt(storage: TestStorage, upl: string, ep: number, len = SIZE) {
  return tusCalls(storage.running.httpPort, upl, web.upload({ upl, len, ep, mem: storage.id }))
}

/** What a storage says of an upload; null when it knows nothing of it. */
async function statAt(storage: TestStorage, upl: string) {
  try {
    return await storage.client.partStat(upl)
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return null
    throw error
  }
}

const hasBytes = async (storage: TestStorage, upl: string, count: number) =>
  (await statAt(storage, upl))?.offset === count

const pathAt = (storage: TestStorage, fileId: string) =>
  join(storage.basePath, 'data', fileId.slice('group1/M00/'.length))

function partFiles(storage: TestStorage): string[] {
  const names = readdirSync(join(storage.basePath, 'data/.cairn-parts'), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /\.(part|json)$/.test(name))
}

describe('an upload of 24 MiB in a group of two', () => {
  it('is kept at the other member while it comes, and its bytes cross the network once', async () => {
    const body = randomBytes(SIZE)
    const upl = newUploadId()
    const calls = callsAt(one, upl, 1)
    await calls.create(SIZE)
    await calls.patch(0, body.subarray(0, SIZE / 2))
    await until('the first half is at the other member', () => hasBytes(two, upl, SIZE / 2))
    expect(await statAt(two, upl)).toEqual({ epoch: 1, offset: SIZE / 2, state: PartState.open })
    await calls.patch(SIZE / 2, body.subarray(SIZE / 2))
    const { fid } = web.receipt(await receiptOf(calls))
    await until('replication has come behind the file', () => existsSync(`${pathAt(two, fid)}-m`))
    for (const storage of [one, two]) expect(sha256(readFileSync(pathAt(storage, fid)))).toBe(sha256(body))
    await until('its parts are gone', () => [...partFiles(one), ...partFiles(two)].length === 0)
    const log = readFileSync(join(two.basePath, 'data/sync/binlog.000'), 'latin1')
    expect(log).toContain(` c ${fid.slice('group1/'.length)}\n`)
    await stopOne()
    const sent = loadStatFile(one.basePath).counters.successSyncOutBytes
    expect(sent).toBeGreaterThanOrEqual(SIZE)
    expect(sent).toBeLessThan(SIZE + 1000)
  })

  it('goes on at the other member when its storage is gone, and the storage that comes back has no say in it', async () => {
    const body = randomBytes(SIZE)
    const upl = newUploadId()
    const first = callsAt(one, upl, 1)
    await first.create(SIZE)
    await first.patch(0, body.subarray(0, 16 * MIB))
    await until('they are at the other member', () => hasBytes(two, upl, 16 * MIB))
    await stopOne()
    const second = callsAt(two, upl, 2)
    expect((await second.head()).headers['upload-offset']).toBe(String(16 * MIB))
    await second.patch(16 * MIB, body.subarray(16 * MIB))
    const { fid, ep } = createWebKeys(cluster.folder, '100002', two.basePath).receipt(await receiptOf(second))
    expect(ep).toBe(2)
    await one.start()
    isStopped = false
    await until('what it had of the upload is gone', () => partFiles(one).length === 0)
    expect((await callsAt(one, upl, 1).head()).status).toBe(410)
    await until('the file is there as well', () => existsSync(`${pathAt(one, fid)}-m`))
    for (const storage of [one, two]) expect(sha256(readFileSync(pathAt(storage, fid)))).toBe(sha256(body))
  })

  it('refuses the lower epoch while the higher one sends, at both members', async () => {
    const body = randomBytes(SIZE)
    const upl = newUploadId()
    const first = callsAt(one, upl, 1)
    await first.create(SIZE)
    await first.patch(0, body.subarray(0, 4 * MIB))
    await until('they are at the other member', () => hasBytes(two, upl, 4 * MIB))
    const second = callsAt(two, upl, 2)
    expect((await second.head()).headers['upload-offset']).toBe(String(4 * MIB))
    // The first storage does not know yet; what it takes comes to nothing.
    await first.patch(4 * MIB, body.subarray(4 * MIB, 8 * MIB))
    await until('the first storage has heard of it', async () => (await first.head()).status === 410)
    expect((await second.head()).headers['upload-offset']).toBe(String(4 * MIB))
    expect((await second.patch(4 * MIB, body.subarray(4 * MIB))).status).toBe(204)
    await receiptOf(second)
    expect((await statAt(two, upl))?.epoch).toBe(2)
  })

  it('is sent whole by replication when the copy was spoilt while its member was down', async () => {
    const body = randomBytes(SIZE)
    const upl = newUploadId()
    const calls = callsAt(one, upl, 1)
    await calls.create(SIZE)
    await calls.patch(0, body.subarray(0, 12 * MIB))
    await until('it is at the other member', () => hasBytes(two, upl, 12 * MIB))
    await two.stop()
    const fd = openSync(join(two.basePath, 'data/.cairn-parts', upl.slice(0, 2), `${upl}.part`), 'r+')
    writeSync(fd, Buffer.from([(body[MIB] ?? 0) ^ 1]), 0, 1, MIB)
    closeSync(fd)
    await two.start()
    await allActive(cluster)
    await until('it is there again', () => hasBytes(two, upl, 12 * MIB))
    await calls.patch(12 * MIB, body.subarray(12 * MIB))
    const { fid } = web.receipt(await receiptOf(calls))
    await until('replication has sent it', () => existsSync(`${pathAt(two, fid)}-m`))
    expect(await statAt(two, upl)).toBeNull()
    expect(partFiles(two)).toEqual([])
    for (const storage of [one, two]) expect(sha256(readFileSync(pathAt(storage, fid)))).toBe(sha256(body))
  })

  it('is dropped at both when it is ended', async () => {
    const upl = newUploadId()
    const calls = callsAt(one, upl, 1)
    await calls.create(SIZE)
    await calls.patch(0, randomBytes(MIB))
    await until('it is at the other member', () => hasBytes(two, upl, MIB))
    expect((await calls.end()).status).toBe(204)
    await until('nothing is left', () => [...partFiles(one), ...partFiles(two)].length === 0)
  })

  it('answers with a receipt at the other member, when its own died between file and receipt', async () => {
    const body = randomBytes(SIZE)
    const upl = newUploadId()
    const first = callsAt(one, upl, 1)
    await first.createWith(SIZE, body)
    const { fid } = web.receipt(await receiptOf(first))
    await stopOne()
    const second = callsAt(two, upl, 2)
    const receipt = createWebKeys(cluster.folder, '100002', two.basePath).receipt(await receiptOf(second))
    expect(receipt).toMatchObject({ fid, ep: 2, mem: '100002', size: SIZE, sha256: sha256(body) })
  })
})

describe('an upload of less than 16 MiB', () => {
  it('is only where it was sent, until it is a file', async () => {
    const upl = newUploadId()
    const calls = callsAt(one, upl, 1, 15 * MIB)
    await calls.create(15 * MIB)
    await calls.patch(0, randomBytes(14 * MIB))
    expect(await statAt(one, upl)).toEqual({ epoch: 1, offset: 14 * MIB, state: PartState.open })
    expect(await statAt(two, upl)).toBeNull()
  })
})
