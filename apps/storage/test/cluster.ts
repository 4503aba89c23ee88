import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectionPool, DfsClient, StorageClient } from '@cairn/dfs-core'
import { pino } from 'pino'
import { freePorts } from '../../../scripts/lib/ports.mjs'
import { buildStorageIds } from '../../tracker/src/cluster/storage-ids.ts'
import { defaultTrackerConfig, type TrackerConfig } from '../../tracker/src/config.ts'
import { type RunningTracker, startTracker } from '../../tracker/src/tracker.ts'
import { type StorageConfig, storageConfigDefaults } from '../src/config.ts'
import { type RunningStorage, startStorage } from '../src/storage.ts'

/** Set CAIRN_TEST_LOG=debug to see what the daemons say. */
export const logger = pino({ level: process.env['CAIRN_TEST_LOG'] ?? 'silent' })

export interface TestStorage {
  readonly id: string
  readonly basePath: string
  readonly config: StorageConfig
  running: RunningStorage
  client: StorageClient
  address: string
  stop(): Promise<void>
  start(change?: Partial<StorageConfig>): Promise<void>
}

export interface TestCluster {
  readonly folder: string
  tracker: RunningTracker
  readonly dfs: DfsClient
  readonly storages: TestStorage[]
  /** On the same port, from what it saved, with other settings if given. */
  restartTracker(change?: TrackerChange): Promise<void>
  addStorage(id: string, change?: Partial<StorageConfig>): Promise<TestStorage>
  close(): Promise<void>
}

/** What a test wants of its tracker. */
export interface TrackerChange {
  readonly cluster?: Partial<TrackerConfig['cluster']>
  readonly trunk?: Partial<TrackerConfig['trunk']>
  readonly statLayout?: TrackerConfig['statLayout']
}

/** A tracker with storage ids on free ports, in this process; its storages live in one temporary folder. */
export async function startCluster(
  ids: readonly string[] = ['100001'],
  change: Partial<StorageConfig> = {},
  tracker: TrackerChange = {},
): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-storage-'))
  // Nobody else is given these while a daemon is restarted on them.
  const [trackerPort = 0] = await freePorts(1)
  const running = await startTestTracker(join(folder, 'tracker'), trackerPort, tracker)
  const pool = new ConnectionPool({ networkTimeoutMs: 10_000 })
  const dfs = new DfsClient({ trackers: [`127.0.0.1:${running.tcpPort}`] })
  const storages: TestStorage[] = []
  const cluster: TestCluster = {
    folder,
    tracker: running,
    dfs,
    storages,
    async restartTracker(own = tracker) {
      const port = cluster.tracker.tcpPort
      await cluster.tracker.close()
      cluster.tracker = await startTestTracker(join(folder, 'tracker'), port, own)
    },
    async addStorage(id, own = {}) {
      const storage = await startTestStorage({
        folder,
        id,
        tracker: cluster.tracker,
        pool,
        change: { ...change, ...own },
      })
      storages.push(storage)
      return storage
    },
    async close() {
      dfs.close()
      pool.close()
      await Promise.all(storages.map((storage) => storage.stop()))
      await cluster.tracker.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  for (const id of ids) await cluster.addStorage(id)
  await allActive(cluster)
  return cluster
}

export function testStorageConfig(basePath: string, id: string, trackerPort: number): StorageConfig {
  return {
    ...storageConfigDefaults,
    group: 'group1',
    bindAddress: '127.0.0.1',
    port: 0,
    serverId: id,
    trackers: [{ hosts: ['127.0.0.1'], port: trackerPort }],
    basePath,
    storePaths: [{ path: basePath, readonly: false }],
    heartBeatIntervalMs: 200,
    diskReportIntervalMs: 1000,
    http: { ...storageConfigDefaults.http, port: -1, access: 'open' },
  }
}

/** Bytes that differ by seed, by position and between kilobytes. */
export function content(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  for (let i = 0; i < size; i += 1) bytes[i] = i * 31 + seed * 7 + (i >> 8)
  return bytes
}

/** Waits until `condition` holds; fails with `what` when it does not for longer than a busy machine explains. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export async function allActive(cluster: TestCluster): Promise<void> {
  await until('all storages are ACTIVE', async () => {
    const members = await cluster.dfs.tracker.listStorages('group1').catch(() => [])
    return members.length === cluster.storages.length && members.every(({ status }) => status === 7)
  })
}

/** Ids that a test may use; ports are only there because the file needs them, storages are told apart by their id. */
const IDS = ['100001', '100002', '100003']

function startTestTracker(basePath: string, port: number, own: TrackerChange): Promise<RunningTracker> {
  mkdirSync(basePath, { recursive: true })
  const entries = IDS.map((id, index) => ({
    id,
    group: 'group1',
    hosts: ['127.0.0.1'],
    port: index + 1,
    rw: { read: true, write: true },
  }))
  const config = defaultTrackerConfig(basePath)
  return startTracker(
    {
      ...config,
      bindAddresses: ['127.0.0.1'],
      port,
      http: { bindAddress: '127.0.0.1', port: -1 },
      storageIds: buildStorageIds(entries, 'storage_ids.conf'),
      cluster: {
        ...config.cluster,
        idInFileName: true,
        reservedSpace: { kind: 'mb', mb: 1 },
        ...own.cluster,
      },
      trunk: { ...config.trunk, ...own.trunk },
      statLayout: own.statLayout ?? config.statLayout,
    },
    logger.child({ daemon: 'tracker' }),
  )
}

interface Place {
  readonly folder: string
  readonly id: string
  readonly tracker: RunningTracker
  readonly pool: ConnectionPool
  readonly change: Partial<StorageConfig>
}

async function startTestStorage({ folder, id, tracker, pool, change }: Place): Promise<TestStorage> {
  const basePath = join(folder, id)
  mkdirSync(basePath, { recursive: true })
  const [port = 0] = await freePorts(1)
  const config = { ...testStorageConfig(basePath, id, tracker.tcpPort), port, ...change }
  const daemon = logger.child({ daemon: id })
  const first = await startStorage(config, daemon)
  const addressOf = (running: RunningStorage) => `127.0.0.1:${running.tcpPort}`
  let isRunning = true
  const storage: TestStorage = {
    id,
    basePath,
    config,
    running: first,
    address: addressOf(first),
    client: new StorageClient(addressOf(first), pool),
    async stop() {
      if (!isRunning) return
      isRunning = false
      await storage.running.close()
    },
    async start(own = {}) {
      storage.running = await startStorage({ ...config, ...own }, daemon)
      isRunning = true
    },
  }
  return storage
}
