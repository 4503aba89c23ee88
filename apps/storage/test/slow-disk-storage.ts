import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectionPool, StorageClient } from '@cairn/dfs-core'
import { startCluster, type TestCluster, type TrackerChange, until } from './cluster.ts'
import { type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'
import { createWebKeys, type WebKeys } from './http/web-storage.ts'

const SLOW_MS = 100

/** A storage with two store paths, whose first one may be made slow, or hang (`slow-disk-calls.mjs`). */
export class SlowDiskStorage {
  readonly cluster: TestCluster
  readonly daemon: Daemon
  readonly httpPort: number
  readonly web: WebKeys
  readonly #slowRoot: string
  readonly #pools: ConnectionPool[] = []

  private constructor(
    cluster: TestCluster,
    { daemon, web, slowRoot }: { daemon: Daemon; web: WebKeys; slowRoot: string },
  ) {
    this.cluster = cluster
    this.daemon = daemon
    this.web = web
    this.#slowRoot = slowRoot
    const ready = daemon.lines.map((line) => JSON.parse(line) as { httpPort?: number })
    this.httpPort = ready.find((line) => line.httpPort !== undefined)?.httpPort ?? -1
  }

  static async start(
    bundle: DaemonBundle,
    more: Readonly<Record<string, string>> = {},
    tracker: TrackerChange = {},
  ): Promise<SlowDiskStorage> {
    const cluster = await startCluster([], {}, tracker)
    const folder = join(cluster.folder, '100001')
    const slowRoot = join(cluster.folder, 'slow')
    const quickRoot = join(cluster.folder, 'quick')
    for (const path of [folder, slowRoot, quickRoot]) mkdirSync(path)
    createWebKeys(cluster.folder, '100001', folder)
    const web = createWebKeys(cluster.folder)
    execFileSync('mkfifo', [join(slowRoot, 'gate')])
    const calls = join(import.meta.dirname, 'slow-disk-calls.mjs')
    const keys = {
      port: 0,
      server_id: '100001',
      tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}`,
      heart_beat_interval: 1,
      store_path_count: 2,
      store_path0: slowRoot,
      store_path1: quickRoot,
      work_threads: 2,
      http_port: 0,
      http_threads: process.env['CAIRN_TEST_HTTP_THREADS'] ?? '0',
      keys_file: join(folder, 'keys.json'),
      upload_durability: 'group',
      ...more,
    }
    const environment = { SLOW_ROOT: slowRoot, SLOW_MS, UV_THREADPOOL_SIZE: 16, NODE_OPTIONS: `--import=${calls}` }
    const before = Object.entries(environment).map(([key, value]) => `${key}='${value}'`)
    const daemon = await startDaemon(bundle, folder, keys, before.join(' '))
    await until('the storage is ACTIVE', async () => {
      const [member] = await cluster.dfs.tracker.listStorages('group1', '100001').catch(() => [])
      return member?.status === 7
    })
    return new SlowDiskStorage(cluster, { daemon, web, slowRoot })
  }

  /** The first disk answers some calls every 100 ms, or none. */
  become(state: 'slow' | 'hang'): void {
    writeFileSync(join(this.#slowRoot, state), '')
  }

  recover(): void {
    for (const state of ['hang', 'slow']) rmSync(join(this.#slowRoot, state), { force: true })
  }

  client(): StorageClient {
    return new StorageClient(`127.0.0.1:${this.daemon.tcpPort}`, this.pool())
  }

  /** Of connections that end with the storage. */
  pool(): ConnectionPool {
    const pool = new ConnectionPool({ networkTimeoutMs: 60_000 })
    this.#pools.push(pool)
    return pool
  }

  async close(): Promise<void> {
    await kill(this.daemon)
    for (const pool of this.#pools) pool.close()
    await this.cluster.close()
  }
}

/** Clients that do the same again and again until they are told to stop. */
export class Crowd {
  done = 0
  #goOn = true
  readonly #clients: Promise<unknown>

  constructor(count: number, work: (round: number, client: number) => Promise<void>) {
    const run = async (index: number) => {
      for (let round = 0; this.#goOn; round += 1) {
        await work(round, index)
        this.done += 1
      }
    }
    this.#clients = Promise.all(Array.from({ length: count }, (_, index) => run(index)))
    this.#clients.catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#goOn = false
    await this.#clients
  }
}
