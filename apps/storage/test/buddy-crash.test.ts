import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectionPool, StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { bundleDaemon, type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'
import { receiptOf, tusCalls } from './http/http-call.ts'
import { segmentCalls, sendInLanes } from './http/segment-calls.ts'
import { addWebMember } from './http/web-member.ts'
import { createWebKeys, newUploadId, sha256, type WebKeys } from './http/web-storage.ts'

// Storages that are killed in the middle of an upload: one is a process of its own, the other lives in this one.

const MIB = 1024 * 1024
const SIZE = 24 * MIB

let bundle: DaemonBundle
let cluster: TestCluster
let inside: TestStorage
let web: WebKeys
let pool: ConnectionPool
let folder: string
const daemons: Daemon[] = []

beforeAll(async () => {
  bundle = await bundleDaemon()
})
afterAll(() => bundle.remove())
beforeEach(async () => {
  cluster = await startCluster([])
  web = createWebKeys(cluster.folder)
  inside = await addWebMember(cluster, '100002')
  pool = new ConnectionPool()
  folder = join(cluster.folder, '100001')
  mkdirSync(folder)
  createWebKeys(cluster.folder, '100001', folder)
})
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await kill(daemon)
  pool.close()
  await cluster.close()
})

/** Starts the process of storage 100001 and waits until uploads are sent to both. */
async function startOutside(port = 0): Promise<Daemon & { httpPort: number; client: StorageClient }> {
  const daemon = await startDaemon(bundle, folder, {
    port,
    server_id: '100001',
    tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}`,
    heart_beat_interval: 1,
    http_port: 0,
    http_access: 'ticket',
    keys_file: join(folder, 'keys.json'),
  })
  daemons.push(daemon)
  await until('both are ACTIVE', async () => {
    const members = await cluster.dfs.tracker.listStorages('group1').catch(() => [])
    return members.length === 2 && members.every(({ status }) => status === 7)
  })
  const ready = daemon.lines.find((line) => line.includes('"msg":"ready"')) ?? ''
  const { httpPort } = JSON.parse(ready) as { httpPort: number }
  return { ...daemon, httpPort, client: new StorageClient(`127.0.0.1:${daemon.tcpPort}`, pool) }
}

const pathAt = (base: string, fileId: string) => join(base, 'data', fileId.slice('group1/M00/'.length))

async function bothHave(fid: string, body: Buffer): Promise<void> {
  await until('both have the file', () =>
    [folder, inside.basePath].every((base) => existsSync(`${pathAt(base, fid)}-m`)),
  )
  for (const base of [folder, inside.basePath]) expect(sha256(readFileSync(pathAt(base, fid)))).toBe(sha256(body))
}

it('an upload goes on at the other member when its storage is killed, and both have the file when it is back', async () => {
  const outside = await startOutside()
  const body = randomBytes(SIZE)
  const upl = newUploadId()
  const first = tusCalls(outside.httpPort, upl, web.upload({ upl, len: SIZE, mem: '100001' }))
  await first.create(SIZE)
  // Nobody waits for the end of this: the storage dies in the middle of it.
  const broken = first.patch(0, body).then(
    () => 'answered',
    () => 'broken',
  )
  await until('some of it is at the other member', async () => {
    const part = await inside.client.partStat(upl).catch(() => null)
    return part !== null && part.offset >= MIB
  })
  await kill(outside)
  await broken
  const second = tusCalls(inside.running.httpPort, upl, web.upload({ upl, len: SIZE, mem: '100002', ep: 2 }))
  const offset = Number((await second.head()).headers['upload-offset'])
  expect(offset).toBeGreaterThanOrEqual(MIB)
  await second.patch(offset, body.subarray(offset))
  const { fid, ep } = createWebKeys(cluster.folder, '100002', inside.basePath).receipt(await receiptOf(second))
  expect(ep).toBe(2)
  await startOutside(outside.tcpPort)
  await bothHave(fid, body)
})

it('an upload in segments goes on at the other member, and both have the file', async () => {
  const outside = await startOutside()
  const body = randomBytes(SIZE)
  const upl = newUploadId()
  const ticket = web.upload({ upl, len: SIZE, mem: '100001' })
  await tusCalls(outside.httpPort, upl, ticket).create(SIZE)
  const lanes = { from: 0, size: MIB, lanes: 3 }
  // Nobody waits for the end of this: the storage dies in the middle of it.
  const broken = sendInLanes(segmentCalls(outside.httpPort, upl, ticket), body, lanes).catch(() => null)
  await until('some of it is at the other member', async () => {
    const part = await inside.client.partStat(upl).catch(() => null)
    return part !== null && part.offset >= MIB
  })
  await kill(outside)
  await broken
  const moved = web.upload({ upl, len: SIZE, mem: '100002', ep: 2 })
  const second = tusCalls(inside.running.httpPort, upl, moved)
  const from = Number((await second.head()).headers['upload-offset'])
  expect(from).toBeGreaterThanOrEqual(MIB)
  const { failed } = await sendInLanes(segmentCalls(inside.running.httpPort, upl, moved), body, { ...lanes, from })
  expect(failed).toBeNull()
  const { fid } = createWebKeys(cluster.folder, '100002', inside.basePath).receipt(await receiptOf(second))
  await startOutside(outside.tcpPort)
  await bothHave(fid, body)
})

it('an upload does not notice that the other member is killed, and both have the file when it is back', async () => {
  const outside = await startOutside()
  const body = randomBytes(SIZE)
  const upl = newUploadId()
  const calls = tusCalls(inside.running.httpPort, upl, web.upload({ upl, len: SIZE, mem: '100002' }))
  await calls.create(SIZE)
  await calls.patch(0, body.subarray(0, 8 * MIB))
  await until('some of it is at the other member', async () => {
    const part = await outside.client.partStat(upl).catch(() => null)
    return part?.offset === 8 * MIB
  })
  await kill(outside)
  expect((await calls.patch(8 * MIB, body.subarray(8 * MIB, 16 * MIB))).status).toBe(204)
  const back = await startOutside(outside.tcpPort)
  await until('it has what came meanwhile', async () => (await back.client.partStat(upl)).offset === 16 * MIB)
  await calls.patch(16 * MIB, body.subarray(16 * MIB))
  const { fid } = createWebKeys(cluster.folder, '100002', inside.basePath).receipt(await receiptOf(calls))
  await bothHave(fid, body)
})
