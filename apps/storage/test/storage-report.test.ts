import { randomBytes } from 'node:crypto'
import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskBusyMs } from '../src/disk/disk-busy.ts'
import { diskIdentities } from '../src/disk/disk-identity.ts'
import type { StorageReport } from '../src/storage-report.ts'
import { allActive, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { call, tusCalls } from './http/http-call.ts'
import { addWebMember } from './http/web-member.ts'
import { createWebKeys, newUploadId, type WebKeys } from './http/web-storage.ts'

let cluster: TestCluster
let one: TestStorage
let two: TestStorage
let web: WebKeys

beforeEach(async () => {
  cluster = await startCluster([])
  web = createWebKeys(cluster.folder)
  one = await addWebMember(cluster, '100001')
  two = await addWebMember(cluster, '100002')
  await allActive(cluster)
})

afterEach(() => cluster.close())

async function report(): Promise<StorageReport> {
  const headers = { Authorization: `Bearer ${web.service('status', '')}` }
  const answer = await call(one.running.httpPort, { method: 'POST', path: '/cairn/v1/status', headers })
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body.toString()) as StorageReport
}

async function settle(action: string, ids: string[]): Promise<string[]> {
  const body = JSON.stringify({ action, ids })
  const headers = { Authorization: `Bearer ${web.service('aside', body)}` }
  const answer = await call(one.running.httpPort, { method: 'POST', path: '/cairn/v1/aside', headers, body })
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body.toString()).done
}

async function reportWhen(what: string, holds: (report: StorageReport) => boolean): Promise<StorageReport> {
  let last = await report()
  await until(what, async () => {
    last = await report()
    return holds(last)
  })
  return last
}

describe('what a storage tells an administrator', () => {
  it('counts its files and their bytes, own ones and received ones, but not what was deleted', async () => {
    await one.client.uploadFile(randomBytes(5000), { storePathIndex: 0, ext: 'bin' })
    const gone = await one.client.uploadFile(randomBytes(300), { storePathIndex: 0, ext: 'bin' })
    await two.client.uploadFile(randomBytes(70_000), { storePathIndex: 0, ext: 'bin' })
    await one.client.deleteFile(gone)
    const { storePaths } = await reportWhen('the other file has come', ({ files }) => files === 2)
    const [path] = storePaths
    expect(path).toMatchObject({ path: 'M00', usedBytes: 75_000, writable: true })
    expect(path?.totalBytes).toBeGreaterThan(path?.freeBytes ?? 0)
  })

  it('tells what a member that is away has not got yet, and that it has it when it is back', async () => {
    await reportWhen('it is connected', ({ peers }) => peers[0]?.connected === true)
    await two.stop()
    await one.client.uploadFile(randomBytes(5000), { storePathIndex: 0, ext: 'bin' })
    await one.client.uploadFile(randomBytes(700), { storePathIndex: 0, ext: 'bin' })
    const away = await reportWhen(
      'it is away',
      ({ peers }) => peers[0]?.connected === false && peers[0].recordsBehind === 2,
    )
    expect(away.peers).toMatchObject([{ storageId: '100002', ip: '127.0.0.1', recordsBehind: 2, bytesBehind: 5700 }])
    await two.start()
    const back = await reportWhen(
      'it has everything',
      ({ peers: [peer] }) => peer?.recordsBehind === 0 && peer.connected,
    )
    expect(back.peers).toMatchObject([{ bytesBehind: 0, lagSeconds: 0 }])
  })

  it('tells how fast content goes to a member, while it goes, and how much of it went in all', async () => {
    await reportWhen('it is connected', ({ peers }) => peers[0]?.connected === true)
    await one.client.uploadFile(randomBytes(3_000_000), { storePathIndex: 0, ext: 'bin' })
    await reportWhen('the large one has gone', ({ peers }) => peers[0]?.sentBytes === 3_000_000)
    for (let files = 0; files < 20; files += 1) {
      await one.client.uploadFile(randomBytes(1000), { storePathIndex: 0, ext: 'bin' })
    }
    await reportWhen('the small ones, too', ({ peers }) => peers[0]?.sentBytes === 3_020_000)
    // This one goes there while it is uploaded, and is not sent again.
    const upl = newUploadId()
    const len = 20_000_000
    const calls = tusCalls(one.running.httpPort, upl, web.upload({ upl, len }))
    expect((await calls.createWith(len, randomBytes(len))).status).toBe(201)
    const sent = (told: StorageReport) => told.peers[0]?.sentBytes ?? 0
    const whole = await reportWhen(
      'the upload, too',
      (told) => sent(told) >= 23_020_000 && told.peers[0]?.recordsBehind === 0,
    )
    // Its metadata are content as well.
    expect(sent(whole)).toBeLessThan(23_021_000)
    const text = (await call(one.running.httpPort, { path: '/metrics' })).body.toString()
    expect(text).toMatch(/^cairn_store_peer_sent_bytes_total\{peer="100002"\} 2302\d{4}$/m)
    // However busy this machine is: as long as files go, there is a rate.
    await until('it has a rate', async () => {
      await one.client.uploadFile(randomBytes(100_000), { storePathIndex: 0, ext: 'bin' })
      return ((await report()).peers[0]?.sentBytesPerSecond ?? 0) > 0
    })
  })

  it('tells which disk a store path lies on, and how long it was busy, as the machine counts it', async () => {
    const { dev } = statSync(one.basePath)
    const [before] = diskBusyMs([dev])
    const [path] = (await report()).storePaths
    expect(path?.disk).toBe(diskIdentities([dev])[0])
    const told = path?.busyMs
    const [after] = diskBusyMs([dev])
    if (before === null) expect(told).toBe(null)
    else expect([before, told, after].toSorted((a, b) => Number(a) - Number(b))).toEqual([before, told, after])
  })

  it('lists what no member takes, with the reason, newest first', async () => {
    // Too fresh to be tried again.
    const now = Math.floor(Date.now() / 1000)
    const lines = [
      `${now} C M00/00/00/old.txt # too bad`,
      `1700000002 D M00/00/00/new.txt # ${now + 2} the disk is broken`,
      `binlog.000 at offset 3: not a binlog record # ${now + 1} damaged line`,
    ]
    await one.stop()
    appendFileSync(join(one.basePath, 'data/sync/100002.quarantine'), lines.map((line) => `${line}\n`).join(''))
    await one.start()
    const { setAside } = await reportWhen('it knows its peer', ({ peers }) => peers.length === 1)
    expect(setAside.count).toBe(3)
    const id = expect.stringMatching(/^[0-9a-f]{16}$/)
    expect(setAside.items).toEqual([
      { id, fileId: 'group1/M00/00/00/new.txt', op: 'D', reason: 'the disk is broken', at: now + 2, peer: '100002' },
      {
        id,
        fileId: null,
        op: null,
        reason: 'binlog.000 at offset 3: not a binlog record: damaged line',
        at: now + 1,
        peer: '100002',
      },
      { id, fileId: 'group1/M00/00/00/old.txt', op: 'C', reason: 'too bad', at: now, peer: '100002' },
    ])
    const [first, damaged, gone] = setAside.items.map((item) => item.id)
    // What is not there any more has nothing to copy: tried again, it is done.
    expect(await settle('retry', [gone ?? ''])).toEqual([gone])
    await reportWhen('it was tried again', (told) => told.setAside.count === 2)
    expect(await settle('dismiss', [first ?? '', damaged ?? '', gone ?? ''])).toEqual([first, damaged])
    await reportWhen('they are forgotten', (told) => told.setAside.count === 0)
  })

  it('counts the uploads that are under way', async () => {
    const upl = newUploadId()
    await tusCalls(one.running.httpPort, upl, web.upload({ upl, len: 10 })).create(10)
    expect((await reportWhen('it is counted', ({ openUploads }) => openUploads === 1)).startedAt).toBeGreaterThan(0)
  })
})

describe('/metrics of a storage', () => {
  const metrics = async (headers: Record<string, string> = {}) =>
    call(one.running.httpPort, { path: '/metrics', headers })

  it('tells Prometheus of requests, uploads, rounds of syncing, store paths and members', async () => {
    await one.client.uploadFile(randomBytes(5000), { storePathIndex: 0, ext: 'bin' })
    await expect(one.client.deleteFile('M00/00/00/nothing-that-is-there.bin')).rejects.toThrow()
    const upl = newUploadId()
    const calls = tusCalls(one.running.httpPort, upl, web.upload({ upl, len: 700 }))
    expect((await calls.createWith(700, randomBytes(700))).status).toBe(201)
    await reportWhen(
      'the other one has both, and they are counted',
      ({ peers: [peer], files }) => peer?.recordsBehind === 0 && peer.connected && files === 2,
    )
    const answer = await metrics()
    expect(answer.headers['content-type']).toContain('version=0.0.4')
    const text = answer.body.toString()
    for (const line of [
      'cairn_store_requests_total{command="UPLOAD_FILE",status="0"} 1',
      'cairn_store_requests_total{command="DELETE_FILE",status="22"} 1',
      'cairn_store_http_requests_total{method="POST",status="201"} 1',
      'cairn_store_content_bytes_total{direction="in",from="clients"} 5700',
      'cairn_store_upload_finish_seconds_count 1',
      'cairn_store_sync_rounds_total{durability="group"} 1',
      'cairn_store_sync_waiters{durability="group"} 0',
      'cairn_store_open_uploads 0',
      'cairn_store_set_aside_records 0',
      'cairn_store_files 2',
      'cairn_store_path_used_bytes{path="M00"} 5700',
      'cairn_store_path_writable{path="M00"} 1',
      'cairn_store_peer_connected{peer="100002"} 1',
      'cairn_store_peer_records_behind{peer="100002"} 0',
      'cairn_store_peer_lag_seconds{peer="100002"} 0',
      'cairn_store_binlog_index 0',
    ]) {
      expect(text).toContain(`${line}\n`)
    }
    for (const name of [
      'cairn_store_path_free_bytes{path="M00"}',
      'cairn_store_connections{protocol="fastdfs"}',
      'cairn_store_connections{protocol="http"}',
      'cairn_store_binlog_offset_bytes',
      'nodejs_eventloop_delay_seconds{quantile="0.99"}',
      'process_resident_memory_bytes',
    ]) {
      expect(text).toMatch(new RegExp(`^${name.replaceAll(/[{}]/g, '\\$&')} [0-9.e-]+$`, 'm'))
    }
  })

  it('is for nobody but those that metrics_allow names, and not through a proxy', async () => {
    expect((await metrics({ 'X-Forwarded-For': '198.51.100.7' })).status).toBe(403)
    await one.stop()
    await one.start({ http: { ...one.config.http, metricsAllow: ['10.1.0.0/16'] } })
    const refused = await metrics()
    expect([refused.status, refused.json['code']]).toEqual([403, 'forbidden'])
  })
})
