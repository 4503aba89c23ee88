import { trackerCommands } from '@cairn/dfs-core'
import { afterEach, describe, expect, it } from 'vitest'
import { Trackers, testConfig } from './support/running-tracker.ts'
import { StoragePeer } from './support/storage-peer.ts'

const trackers = new Trackers()
afterEach(() => trackers.cleanUp())

const NOW = 1_795_234_400
const fileId = 'group1/M00/00/00/oYYBAGsBGgKAAhBOAAAD6ES_WUg814.txt' // recorded; of 100001, at 1795234306

/** 100001 is ACTIVE and has taken uploads; 100002 has joined, reported nothing, and has files of 100001 up to 1795234129. */
async function startCluster() {
  const tracker = await trackers.start(testConfig(trackers.folder()), () => NOW)
  const trackerPort = tracker.tcpPort
  const first = await StoragePeer.active({ trackerPort, id: '100001', port: 23_000 })
  await first.beat({ lastSourceUpdate: 1_795_234_306, successUploadCount: 12 })
  const second = await StoragePeer.connect({ trackerPort, id: '100002', port: 23_001 })
  await second.join()
  await second.notify('', 0)
  const { syncReport } = trackerCommands
  const sources = [{ id: '100001', timestamp: 1_795_234_129 }]
  await second.wire.ask(syncReport.code, syncReport.request.encode({ sources }))
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${tracker.httpPort}${path}`, init)
  return { tracker, get, second }
}

describe('/status', () => {
  it('shows groups, members, space, lag, and why a member is not used', async () => {
    const { get, tracker } = await startCluster()
    const response = await get('/status')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({
      now: NOW,
      tcpPort: tracker.tcpPort,
      isLeader: true,
      leader: `127.0.0.1:${tracker.tcpPort}`,
      trackers: [{ ips: ['127.0.0.1'], port: tracker.tcpPort, isSelf: true, isLeader: true, secondsSincePing: null }],
      saveError: null,
      groups: [
        {
          name: 'group1',
          totalMb: 100_000,
          freeMb: 50_000,
          reservedMb: 1024,
          port: -1,
          trunk: null,
          readable: 1,
          writable: 1,
          whyNoUploads: null,
          storages: [
            { id: '100001', status: 'ACTIVE', whyNotReadable: null, whyNotWritable: null, syncLagSeconds: null },
            {
              id: '100002',
              port: 23_001,
              status: 'ONLINE',
              syncedFrom: { '100001': 1_795_234_129 },
              syncLagSeconds: 177,
              whyNotReadable: 'it has joined, but has not sent its first report',
              whyNotWritable: 'it has joined, but has not sent its first report',
            },
          ],
        },
      ],
    })
  })

  it('says what keeps uploads away', async () => {
    const { get, second } = await startCluster()
    await second.beat()
    const silent = { whyNotWritable: 'it has not reported its space yet' }
    expect(await (await get('/status')).json()).toMatchObject({ groups: [{ storages: [{}, silent] }] })
    await second.disk(1024, 100_000)
    const full = { whyNotWritable: 'no store path has more than its share of the reserved space free' }
    const whyNoUploads = '1024 MB are free, of which 1024 MB are reserved'
    expect(await (await get('/status')).json()).toMatchObject({ groups: [{ whyNoUploads, storages: [{}, full] }] })
  })

  it('explains who delivers a file', async () => {
    const { get, second } = await startCluster()
    await second.beat()
    const answer = await get(`/where?file_id=${encodeURIComponent(fileId)}`)
    expect(await answer.json()).toEqual({
      file: fileId,
      createdAt: 1_795_234_306,
      ageSeconds: expect.any(Number),
      canChange: false,
      source: '100001',
      syncFileMaxDelaySeconds: 86_400,
      syncFileMaxTimeSeconds: 300,
      readFrom: ['100001'],
      members: [
        {
          id: '100001',
          address: '127.0.0.1:23000',
          status: 'ACTIVE',
          serves: true,
          reason: 'is the source',
          syncedUpTo: null,
          why: 'took the upload',
        },
        {
          id: '100002',
          address: '127.0.0.1:23001',
          status: 'ACTIVE',
          serves: false,
          reason: 'not known to have the file yet',
          syncedUpTo: 1_795_234_129,
          why: 'what 100001 had up to 2026-11-21T04:08:49Z has arrived; the file is of 2026-11-21T04:11:46Z',
        },
      ],
    })
    const same = await get(`/status?file=${encodeURIComponent(fileId)}`)
    expect(await same.json()).toMatchObject({ file: fileId, readFrom: ['100001'] })
    const noFileId = ['', 'group1', 'group1/', 'group1/M00/00/00/x', fileId.slice(0, -8), `${fileId}%00`, `/${fileId}`]
    for (const text of [...noFileId, fileId.replace('group1', 'group9')]) {
      expect((await get(`/where?file_id=${text}`)).status, text).toBe(404)
    }
    expect((await get('/where')).status).toBe(404)
  })
})

describe('/metrics', () => {
  it('is text that Prometheus reads', async () => {
    const { get } = await startCluster()
    const text = await (await get('/metrics')).text()
    expect(text).toContain('# TYPE cairn_storage_active gauge\n')
    expect(text).toContain('cairn_storage_active{group="group1",storage="100001"} 1\n')
    expect(text).toContain('cairn_storage_active{group="group1",storage="100002"} 0\n')
    expect(text).toContain('cairn_storage_uploads_total{group="group1",storage="100001"} 12\n')
    expect(text).toContain('cairn_storage_sync_lag_seconds{group="group1",storage="100002"} 177\n')
    expect(text).toContain(`cairn_group_free_bytes{group="group1"} ${50_000 * 1024 * 1024}\n`)
    expect(text).toContain('cairn_tracker_requests_total{command="STORAGE_JOIN"} 2\n')
    expect(text).toContain('cairn_tracker_peers 1\n')
    expect(text).toContain(
      'cairn_storage_synced_until_seconds{group="group1",storage="100002",source="100001"} 1795234129\n',
    )
    for (const line of text
      .trimEnd()
      .split('\n')
      .filter((one) => one !== '')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? -?\d+(\.\d+)?)$/)
    }
  })
})

describe('/metrics is refused', () => {
  const allowing = async (metricsAllow: string[], headers = {}) => {
    const tracker = await trackers.start({ ...testConfig(trackers.folder()), metricsAllow })
    return (await fetch(`http://127.0.0.1:${tracker.httpPort}/metrics`, { headers })).status
  }

  it('to addresses that metrics_allow does not name', async () => {
    expect(await allowing(['10.1.0.0/16', '::1'])).toBe(403)
    expect(await allowing(['10.1.0.0/16', '127.0.0.1'])).toBe(200)
  })

  it('through a proxy, whose own address would be a local one', async () => {
    expect(await allowing(['127.0.0.1'], { 'X-Forwarded-For': '198.51.100.7' })).toBe(403)
    expect(await allowing(['127.0.0.1'], { Forwarded: 'for=198.51.100.7' })).toBe(403)
  })
})

describe('the status server', () => {
  it('says that it is healthy', async () => {
    const { get } = await startCluster()
    expect(await (await get('/healthz')).json()).toEqual({ ok: true })
    expect(await (await get('/healthz', { method: 'HEAD' })).text()).toBe('')
  })

  it('refuses other methods and paths in JSON', async () => {
    const { get } = await startCluster()
    const post = await get('/status', { method: 'POST', body: 'x' })
    expect(post.status).toBe(405)
    expect(await post.json()).toMatchObject({ code: 'method_not_allowed' })
    const nowhere = await get('//../etc/passwd')
    expect(nowhere.status).toBe(404)
    expect(await nowhere.json()).toMatchObject({ code: 'not_found' })
  })

  it('can be off', async () => {
    const config = testConfig(trackers.folder())
    const { httpPort } = await trackers.start({ ...config, http: { bindAddress: '127.0.0.1', port: -1 } })
    expect(httpPort).toBe(-1)
  })
})
