import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DfsClient } from '@cairn/dfs-core'
import pino from 'pino'
import { freePorts } from '../../../../scripts/lib/ports.mjs'
import { loadStorageConfig } from '../../../storage/src/config.ts'
import { type RunningStorage, startStorage } from '../../../storage/src/storage.ts'
import { loadTrackerConfig } from '../../../tracker/src/config.ts'
import { type RunningTracker, startTracker } from '../../../tracker/src/tracker.ts'
import { FastDfsOnlyProxy } from './fastdfs-only-proxy.ts'
import { GROUP, storageKeyFile } from './receipts.ts'

const STATUS_ACTIVE = 7
// Of the loopback too: behind proxies at the address that the tracker knows.
const BEHIND_PROXY = '127.0.0.2'
const silent = pino({ level: 'silent' })

interface StoragePlace {
  id: string
  port: number
  httpPort: number
  dir: string
}

function conf(values: Record<string, string | number | boolean>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`still not so after 60 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/**
 * A real tracker and two real storages of group1 in this process, on free ports, in a folder of their own. `fastDfsOnly`:
 * they serve no HTTP, and whatever is not FastDFS's own is refused as a C storage refuses it.
 */
export class TestCluster {
  readonly storages = new Map<string, RunningStorage>()
  readonly proxies = new Map<string, FastDfsOnlyProxy>()
  private readonly fastDfsOnly: boolean
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'cairn-test-dfs-'))
  private readonly places: StoragePlace[] = []
  private tracker: RunningTracker | undefined
  private client: DfsClient | undefined

  constructor({ fastDfsOnly = false } = {}) {
    this.fastDfsOnly = fastDfsOnly
  }

  async start(): Promise<void> {
    for (const id of ['100001', '100002']) {
      const dir = path.join(this.folder, id)
      mkdirSync(dir)
      writeFileSync(path.join(dir, 'keys.json'), storageKeyFile(id), { mode: 0o600 })
      const [port = 0, httpPort = 0] = await freePorts(2)
      this.places.push({ id, dir, port, httpPort })
    }
    const tracker = await this.startTracker()
    this.tracker = tracker
    process.env['CAIRN_TRACKERS'] = `127.0.0.1:${tracker.tcpPort}`
    this.client = new DfsClient({ trackers: [`127.0.0.1:${tracker.tcpPort}`] })
    if (this.fastDfsOnly) await this.startProxies()
    await Promise.all(this.places.map((place) => this.startStorage(place.id)))
    await this.whenActive(['100001', '100002'])
  }

  async startStorage(id: string): Promise<void> {
    const { dir, port, httpPort } = this.place(id)
    const text = conf({
      group_name: GROUP,
      server_id: id,
      bind_addr: '127.0.0.1',
      port,
      http_port: httpPort,
      base_path: dir,
      store_path0: dir,
      tracker_server: `127.0.0.1:${this.tracker?.tcpPort}`,
      heart_beat_interval: 1,
      // More of them are files of a build; here everything runs in this process.
      work_threads: 1,
      keys_file: path.join(dir, 'keys.json'),
      web_origins: 'http://drive.test:3000',
      web_url: 'http://drive.test:3000',
      ...(this.fastDfsOnly ? { bind_addr: BEHIND_PROXY, client_bind: false, http_port: -1 } : {}),
    })
    writeFileSync(path.join(dir, 'storage.conf'), text)
    this.storages.set(id, await startStorage(await loadStorageConfig(path.join(dir, 'storage.conf')), silent))
  }

  async stopStorage(id: string): Promise<void> {
    await this.storages.get(id)?.close()
    this.storages.delete(id)
  }

  /** Of a stopped storage: nothing is left of what was being uploaded, as after the loss of a disk. */
  loseUploads(id: string): void {
    rmSync(path.join(this.place(id).dir, 'data/.cairn-parts'), { recursive: true })
  }

  async whenActive(ids: string[]): Promise<void> {
    await until(`${ids} are active`, async () => {
      const records = await this.client?.tracker.listStorages(GROUP).catch(() => [])
      return ids.every((id) => records?.some((record) => record.id === id && record.status === STATUS_ACTIVE))
    })
  }

  async close(): Promise<void> {
    this.client?.close()
    for (const id of [...this.storages.keys()]) await this.stopStorage(id)
    await this.tracker?.close()
    for (const proxy of this.proxies.values()) await proxy.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async startProxies(): Promise<void> {
    for (const { id, port } of this.places) {
      const proxy = new FastDfsOnlyProxy({ host: BEHIND_PROXY, port })
      await proxy.listen(port, '127.0.0.1')
      this.proxies.set(id, proxy)
    }
  }

  private async startTracker(): Promise<RunningTracker> {
    const dir = path.join(this.folder, 'tracker')
    mkdirSync(dir)
    const lines = this.places.map(({ id, port }) => `${id} ${GROUP} 127.0.0.1:${port}\n`)
    writeFileSync(path.join(dir, 'storage_ids.conf'), lines.join(''))
    const text = conf({
      bind_addr: '127.0.0.1',
      port: 0,
      http_port: -1,
      base_path: dir,
      store_lookup: 0,
      reserved_storage_space: '0MB',
      use_storage_id: true,
      storage_ids_filename: path.join(dir, 'storage_ids.conf'),
      id_type_in_filename: 'id',
    })
    writeFileSync(path.join(dir, 'tracker.conf'), text)
    return await startTracker(await loadTrackerConfig(path.join(dir, 'tracker.conf')), silent)
  }

  private place(id: string): StoragePlace {
    const place = this.places.find((known) => known.id === id)
    if (!place) throw new Error(`there is no storage ${id}`)
    return place
  }
}
