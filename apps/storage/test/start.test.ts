import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConnectionPool, parseFileId, StorageClient, TrackerClient } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePorts } from '../../../scripts/lib/ports.mjs'
import { buildStorageIds, type StorageIds } from '../../tracker/src/cluster/storage-ids.ts'
import { defaultTrackerConfig } from '../../tracker/src/config.ts'
import { type RunningTracker, startTracker } from '../../tracker/src/tracker.ts'
import { loadStorageConfig, type StorageConfig, storageConfigDefaults } from '../src/config.ts'
import { type RunningStorage, startStorage } from '../src/storage.ts'
import { content, logger, startCluster, testStorageConfig, until } from './cluster.ts'

let folder: string
let pool: ConnectionPool
const closing: Array<{ close(): Promise<void> }> = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-start-'))
  pool = new ConnectionPool({ networkTimeoutMs: 5000 })
})
afterEach(async () => {
  for (const daemon of closing.splice(0).reverse()) await daemon.close()
  pool.close()
  rmSync(folder, { recursive: true })
})

/** Without lines of storage_ids.conf a tracker as FastDFS starts by default: members are known by their addresses. */
async function startPlainTracker(storageIds: StorageIds | null = null): Promise<RunningTracker> {
  mkdirSync(join(folder, 'tracker'))
  const config = defaultTrackerConfig(join(folder, 'tracker'))
  const tracker = await startTracker(
    {
      ...config,
      bindAddresses: ['127.0.0.1'],
      port: 0,
      http: { bindAddress: '127.0.0.1', port: -1 },
      storageIds,
      cluster: { ...config.cluster, idInFileName: storageIds !== null, reservedSpace: { kind: 'mb', mb: 1 } },
    },
    logger,
  )
  closing.push(tracker)
  return tracker
}

async function start(config: StorageConfig): Promise<RunningStorage> {
  const storage = await startStorage(config, logger)
  closing.push(storage)
  return storage
}

const base = (name: string) => {
  mkdirSync(join(folder, name), { recursive: true })
  return join(folder, name)
}

describe('a group without storage ids', () => {
  it('knows its members by their addresses, puts them into names, and replicates', async () => {
    const tracker = await startPlainTracker()
    const config = (name: string, bindAddress: string, port: number) => ({
      ...testStorageConfig(base(name), '', tracker.tcpPort),
      serverId: null,
      bindAddress,
      port,
    })
    const one = await start(config('one', '127.0.71.11', 0))
    const two = await start(config('two', '127.0.71.12', one.tcpPort))
    expect([one.storageId, two.storageId]).toEqual(['127.0.71.11', '127.0.71.12'])
    const client = new TrackerClient([`127.0.0.1:${tracker.tcpPort}`], pool)
    await until('both are ACTIVE', async () => {
      const members = await client.listStorages('group1')
      return members.length === 2 && members.every(({ status }) => status === 7)
    })
    const fileId = await new StorageClient(`127.0.71.11:${one.tcpPort}`, pool).uploadFile(content(5000), { ext: 'bin' })
    expect(parseFileId(fileId).source).toEqual({ kind: 'ip', ip: '127.0.71.11' })
    const replica = new StorageClient(`127.0.71.12:${two.tcpPort}`, pool)
    const path = join(folder, 'two/data', fileId.slice('group1/M00/'.length))
    await until('it is at the other', () => existsSync(path))
    expect((await replica.downloadBuffer(fileId)).equals(content(5000))).toBe(true)
    expect(await replica.queryFileInfo(fileId)).toMatchObject({ sourceIp: '127.0.71.11' })
    await until('the mark is named as C names it', () =>
      existsSync(join(folder, `one/data/sync/127.0.71.12_${one.tcpPort}.mark`)),
    )
  })
})

describe('a member without storage id that starts at another address', () => {
  it('goes on under the new one; the old one is known to have moved', async () => {
    const tracker = await startPlainTracker()
    const config = (name: string, bindAddress: string, port: number) => ({
      ...testStorageConfig(base(name), '', tracker.tcpPort),
      serverId: null,
      bindAddress,
      port,
    })
    const client = new TrackerClient([`127.0.0.1:${tracker.tcpPort}`], pool)
    const states = async () =>
      Object.fromEntries((await client.listStorages('group1').catch(() => [])).map(({ id, status }) => [id, status]))
    const one = await start(config('one', '127.0.72.11', 0))
    const two = await start(config('two', '127.0.72.12', one.tcpPort))
    const both = { '127.0.72.11': ACTIVE, '127.0.72.12': ACTIVE }
    await until('both are ACTIVE', async () => isDeepStrictEqual(await states(), both))
    const before = await new StorageClient(`127.0.72.11:${one.tcpPort}`, pool).uploadFile(content(50), { ext: 'bin' })
    const replica = new StorageClient(`127.0.72.12:${two.tcpPort}`, pool)
    await until('it is at the other', () => hasFile(replica, before))

    await two.close()
    const moved = await start(config('two', '127.0.72.13', one.tcpPort))
    expect(moved.storageId).toBe('127.0.72.13')
    const after = { '127.0.72.11': ACTIVE, '127.0.72.12': IP_CHANGED, '127.0.72.13': ACTIVE }
    await until('it has moved', async () => isDeepStrictEqual(await states(), after))
    const later = await new StorageClient(`127.0.72.11:${one.tcpPort}`, pool).uploadFile(content(60), { ext: 'bin' })
    const there = new StorageClient(`127.0.72.13:${moved.tcpPort}`, pool)
    await until('what came later is at the new address', () => hasFile(there, later))
    expect((await there.downloadBuffer(before)).equals(content(50))).toBe(true)
    const mark = (ip: string) => existsSync(join(folder, `one/data/sync/${ip}_${one.tcpPort}.mark`))
    // Before the file has come it is told of by its source.
    await until('it is known how far the new address is', () => mark('127.0.72.13'))
    // A mark that was being written while it moved is put aside once its replicator has ended.
    await until('nothing says how far the old address was', () => !mark('127.0.72.12'))
  })
})

describe('a tracker with two addresses', () => {
  it('is reached at the second when nobody answers at the first', async () => {
    const tracker = await startPlainTracker()
    const trackers = [{ hosts: ['127.0.72.99', '127.0.0.1'], port: tracker.tcpPort }]
    const config = { ...testStorageConfig(base('s'), '', tracker.tcpPort), serverId: null, trackers }
    const storage = await start({ ...config, bindAddress: '127.0.72.21' })
    const client = new TrackerClient([`127.0.0.1:${tracker.tcpPort}`], pool)
    const states = async () => (await client.listStorages('group1').catch(() => [])).map(({ status }) => status)
    await until('it is ACTIVE', async () => isDeepStrictEqual(await states(), [ACTIVE]))
    expect(storage.storageId).toBe('127.0.72.21')
    const peer = await start({
      ...config,
      basePath: base('t'),
      storePaths: [{ path: join(folder, 't'), readonly: false }],
      bindAddress: '127.0.72.22',
      port: storage.tcpPort,
    })
    await until('both are ACTIVE', async () => isDeepStrictEqual(await states(), [ACTIVE, ACTIVE]))
    const fileId = await new StorageClient(`127.0.72.21:${storage.tcpPort}`, pool).uploadFile(content(50), {
      ext: 'bin',
    })
    const replica = new StorageClient(`127.0.72.22:${peer.tcpPort}`, pool)
    await until('the file is at the other', () => hasFile(replica, fileId))
  })
})

const [ACTIVE, IP_CHANGED] = [7, 3]

async function hasFile(storage: StorageClient, fileId: string): Promise<boolean> {
  return await storage.queryFileInfo(fileId).then(
    () => true,
    () => false,
  )
}

describe('a storage that is told neither its id nor its group', () => {
  it('finds both by its address and port', async () => {
    const [port = 0] = await freePorts(1)
    const line = { id: '4711', group: 'group1', hosts: ['127.0.0.1'], port, rw: { read: true, write: true } }
    const tracker = await startPlainTracker(buildStorageIds([line], 'storage_ids.conf'))
    const config = testStorageConfig(base('s'), '', tracker.tcpPort)
    const storage = await start({ ...config, serverId: null, group: null, port })
    expect(storage.storageId).toBe('4711')
    const fileId = await new StorageClient(`127.0.0.1:${port}`, pool).uploadFile(content(5), { ext: 'bin' })
    expect(parseFileId(fileId)).toMatchObject({ group: 'group1', source: { kind: 'id', id: 4711 } })
  })
})

describe('a storage', () => {
  it('waits for its tracker, and stops waiting when it is told to', async () => {
    const stop = new AbortController()
    const starting = startStorage(testStorageConfig(base('s'), '100001', 1), logger, stop.signal)
    setTimeout(() => stop.abort(), 50)
    await expect(starting).rejects.toThrow('aborted')
    expect(existsSync(join(folder, 's/data/.cairn-running'))).toBe(false)
  })

  it('does not start on a store path that is not there', async () => {
    const config = testStorageConfig(base('s'), '100001', 1)
    const missing = { ...config, storePaths: [{ path: join(folder, 'not-mounted'), readonly: false }] }
    await expect(startStorage(missing, logger)).rejects.toThrow('not-mounted')
  })

  it('does not start when its log is damaged in the middle', async () => {
    mkdirSync(join(base('s'), 'data/sync'), { recursive: true })
    writeFileSync(join(folder, 's/data/sync/binlog.000'), '1 C M00/00/00/a\ndamaged\n2 C M00/00/00/b\n')
    const config = testStorageConfig(join(folder, 's'), '100001', 1)
    await expect(startStorage(config, logger)).rejects.toThrow('binlog.000 is damaged at offset 16')
  })

  it('spreads files over its store paths, passes over the read-only one, and serves all of them', async () => {
    const cluster = await startCluster([])
    closing.push(cluster)
    const paths = ['p0', 'p1', 'p2'].map((name) => ({ path: base(name), readonly: name === 'p1' }))
    const storage = await cluster.addStorage('100001', { storePaths: paths })
    const fileIds: string[] = []
    for (let i = 0; i < 6; i += 1) fileIds.push(await storage.client.uploadFile(content(100, i), { ext: 'bin' }))
    expect(fileIds.map((fileId) => parseFileId(fileId).storePathIndex)).toEqual([0, 2, 0, 2, 0, 2])
    const asked = await storage.client.uploadFile(content(5), { ext: 'bin', storePathIndex: 1 })
    expect(parseFileId(asked).storePathIndex).not.toBe(1)
    for (const [i, fileId] of fileIds.entries()) {
      expect((await storage.client.downloadBuffer(fileId)).equals(content(100, i))).toBe(true)
    }
    expect(existsSync(join(folder, 'p2/data/.fastdfs_vars'))).toBe(true)
  })

  it('serves HTTP beside the protocol of FastDFS, and says on which port', async () => {
    const cluster = await startCluster([])
    closing.push(cluster)
    const http = { ...storageConfigDefaults.http, bindAddress: '127.0.0.1', port: 0, access: 'open' as const }
    const storage = await cluster.addStorage('100001', { http })
    const { httpPort } = storage.running
    expect(await storage.client.status()).toMatchObject({ httpPort, storageId: '100001', group: 'group1' })
    const fileId = await storage.client.uploadFile(content(7000), { ext: 'bin' })
    const answer = await fetch(`http://127.0.0.1:${httpPort}/${fileId}`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(content(7000))).toBe(true)
  })

  it('refuses uploads that would eat into the reserve, and those above its limit', async () => {
    const cluster = await startCluster([])
    closing.push(cluster)
    const storage = await cluster.addStorage('100001', { uploadSizeMax: 1000 })
    await expect(storage.client.uploadFile(content(1001), { ext: 'bin' })).rejects.toMatchObject({ status: 27 })
    const huge = Buffer.concat([Buffer.from([0xff]), Buffer.from('0001000000000000', 'hex'), Buffer.alloc(6)])
    await expect(storage.client.request(11, huge)).rejects.toMatchObject({ status: 22 })
    await storage.client.uploadFile(content(1000), { ext: 'bin' })
  })

  it('tells the tracker what it counts', async () => {
    const cluster = await startCluster()
    closing.push(cluster)
    const [storage] = cluster.storages
    const fileId = await storage!.client.uploadFile(content(1234), { ext: 'bin' })
    await storage!.client.downloadBuffer(fileId)
    await storage!.client.deleteFile(fileId)
    await storage!.client.deleteFile(fileId).catch(() => undefined)
    await until('the tracker knows', async () => {
      const [record] = await cluster.dfs.tracker.listStorages('group1')
      return record?.stat.totalDeleteCount === 2
    })
    const [record] = await cluster.dfs.tracker.listStorages('group1')
    expect(record?.stat).toMatchObject({
      successUploadCount: 1,
      successUploadBytes: 1234,
      successDownloadCount: 1,
      successDownloadBytes: 1234,
      successDeleteCount: 1,
    })
    await storage!.stop()
    expect(readFileSync(join(storage!.basePath, 'data/storage_stat.dat'), 'latin1')).toContain(
      'success_upload_count=1\n',
    )
  })
})

describe('storage.conf', () => {
  it('has the keys of FastDFS and defaults', async () => {
    const path = join(folder, 'storage.conf')
    writeFileSync(
      path,
      [
        'group_name=group7',
        'base_path=data',
        'store_path_count=2',
        'store_path0=data',
        'store_path1=/mnt/disk2',
        'store_path1_readonly=yes',
        'tracker_server=10.0.0.1:22122',
        'tracker_server=10.0.0.2,192.0.2.9:22123',
        'tracker_server=localhost',
        'heart_beat_interval = 5',
        'buff_size = 512KB',
        'allow_hosts = 10.0.1.0/24',
        'allow_hosts = 10.0.2.[8-9]',
        'log_level = warning',
        'http_access = open',
        'http_port = -1',
        'upload_durability = group',
        'no_such_key = 1',
        'work_threads = 4',
        'run_by_user = nobody',
      ].join('\n'),
    )
    const config = await loadStorageConfig(path)
    expect(config).toMatchObject({
      group: 'group7',
      port: 23000,
      basePath: join(folder, 'data'),
      storePaths: [
        { path: join(folder, 'data'), readonly: false },
        { path: '/mnt/disk2', readonly: true },
      ],
      trackers: [
        { hosts: ['10.0.0.1'], port: 22122 },
        { hosts: ['10.0.0.2', '192.0.2.9'], port: 22123 },
        { hosts: [expect.stringMatching(/^(127\.0\.0\.1|::1)$/)], port: 22122 },
      ],
      heartBeatIntervalMs: 5000,
      workThreads: 4,
      bufferBytes: 524_288,
      allowHosts: ['10.0.1.0/24', '10.0.2.8', '10.0.2.9'],
      logLevel: 'warn',
      uploadDurability: 'group',
      uploadSizeMax: 0,
    })
    expect(config.http.port).toBe(-1)
    expect(config.warnings).toEqual([
      `${path}:18: no_such_key is not a key of storage.conf`,
      `${path}: these keys have no effect in this storage: run_by_user`,
    ])
  })

  it('every key of FastDFS is known, and says so when it has no effect', async () => {
    // Client protocol §9.2, §9.5 and §8.3.
    const used = {
      disabled: 'no',
      group_name: 'g',
      bind_addr: '127.0.0.1',
      address_family: 'IPv4',
      client_bind: 'true',
      port: '1',
      server_id: '100001',
      connect_timeout: '1',
      network_timeout: '1',
      heart_beat_interval: '1',
      stat_report_interval: '1',
      base_path: '/a',
      max_connections: '1',
      work_threads: '1',
      buff_size: '256KB',
      sync_max_threads: 'auto',
      sync_interval: '20',
      sync_start_time: '22:00',
      sync_end_time: '06:30',
      write_mark_file_freq: '1',
      store_path_count: '1',
      store_path0: '/a',
      store_path0_readonly: 'false',
      subdir_count_per_path: '1',
      tracker_server: '10.0.0.1:22122',
      log_level: 'info',
      allow_hosts: '*',
      file_distribute_path_mode: '0',
      file_distribute_rotate_count: '1',
      sync_stat_file_interval: '1',
      upload_priority: '1',
      compress_binlog: 'true',
      compress_binlog_time: '04:15',
      check_file_duplicate: '1',
      check_store_path_mark: 'true',
      'http.default_content_type': 'text/plain',
      'http.mime_types_filename': '/m',
      'http.anti_steal.token_ttl': '1',
      'http.anti_steal.secret_key': 's',
      'http.anti_steal.token_check_fail': '/f',
      'http.multi_range.enabled': 'false',
      response_mode: 'redirect',
      http_access: 'open',
      storage_sync_file_max_delay: '1',
    }
    const idle =
      'use_io_uring use_send_zc accept_threads disk_rw_separated ' +
      'disk_reader_threads disk_writer_threads disk_recovery_threads sync_min_threads sync_wait_msec run_by_group ' +
      'run_by_user fsync_after_written_bytes sync_binlog_buff_interval thread_stack_size if_alias_prefix ' +
      'file_signature_method key_namespace keep_alive file_sync_skip_invalid_record use_connection_pool ' +
      'connection_pool_max_idle_time group_count group0 use_proxy proxy_addr ' +
      'proxy_port log_file_rotate_everyday log_file_compress_old log_file_delete_old_time http.disabled http.need_find_content_type http.server_port http.anti_steal.check_token'
    const path = join(folder, 'storage.conf')
    const lines = [
      ...Object.entries(used).map((entry) => entry.join(' = ')),
      ...idle.split(' ').map((key) => `${key} = 1`),
    ]
    writeFileSync(path, [...lines, '[access-log]', 'enabled = true', 'time_precision = us', ''].join('\n'))
    const config = await loadStorageConfig(path)
    expect(config.warnings.length).toBe(1)
    const told = config.warnings[0]?.split(': ').at(-1)?.split(', ')
    expect(new Set(told)).toEqual(new Set(idle.split(' ')))
    expect(config).toMatchObject({
      accessLog: { precision: 'us' },
      compressBinlogAt: { hour: 4, minute: 15 },
      syncIntervalMs: 20,
      syncHours: { startMinute: 1320, endMinute: 390 },
    })
    expect(config.http.plainLinks).toMatchObject({ secretKey: 's', multiRange: false, responseMode: 'redirect' })
  })

  it.each([
    ['http_access = anti_steal', 'http.anti_steal.secret_key'],
    ['sync_start_time = 25:00', 'sync_start_time'],
    ['upload_durability = often', 'upload_durability'],
    ['port = http', 'port'],
    ['store_path_count = 0', 'store_path_count'],
    ['tracker_server = :22122', 'tracker_server'],
    ['heart_beat_interval = 0', 'heart_beat_interval'],
    ['disabled = true', 'disabled'],
    ['bind_addr = 10.0.0.1,2001:db8::1', 'bind_addr'],
    ['address_family = IPv5', 'address_family'],
    ['group_name = my-group', 'group_name'],
    ['tracker_server = no..host:22122', 'the host no..host is not found'],
    ['log_level = loud', 'log_level'],
    ['allow_hosts = 10.0.0.[5-1]', 'allow_hosts'],
  ])('with %s is refused, and the key is named', async (line, key) => {
    const path = join(folder, 'storage.conf')
    writeFileSync(path, `group_name=group1\nbase_path=data\ntracker_server=10.0.0.1\n${line}\n`)
    await expect(loadStorageConfig(path)).rejects.toThrow(key)
  })

  it('of FastDFS alone starts a storage without HTTP, and says so', async () => {
    const path = join(folder, 'storage.conf')
    const text = `group_name=group1\nbase_path=${folder}\ntracker_server=10.0.0.1\n`
    writeFileSync(path, text)
    const { http, warnings } = await loadStorageConfig(path)
    expect([http.port, warnings]).toEqual([-1, [`${path}: no keys_file: HTTP is off`]])
    writeFileSync(path, `${text}http_access = open\n`)
    expect((await loadStorageConfig(path)).http.port).toBe(8888)
  })

  it('without a tracker is refused', async () => {
    const path = join(folder, 'storage.conf')
    writeFileSync(path, 'group_name=group1\nbase_path=data\n')
    await expect(loadStorageConfig(path)).rejects.toThrow('tracker_server is missing')
  })
})
