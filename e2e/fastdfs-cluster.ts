// A cluster that the drive knows only as FastDFS: a tracker and two storages of ours without HTTP, each behind a proxy that
// refuses what is Cairn's own as a C storage does.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { FastDfsOnlyProxy } from '../apps/web/test/support/fastdfs-only-proxy.ts'
import { DfsClient } from '../packages/dfs-core/dist/client.js'
import { Member } from '../scripts/lib/member.mjs'
import { freePorts } from '../scripts/lib/ports.mjs'
import { root } from '../scripts/lib/run.mjs'
import { until } from '../scripts/lib/until.mjs'

const ACTIVE = 7
const KNOWN_ADDRESS = '127.0.0.1'
const BEHIND_PROXY = '127.0.0.2'
const REGENERATE = 38

export interface FastDfsCluster {
  trackers: string
  /** Whether a storage was asked to make a file of an appender, which loses data on C storages. */
  wasAskedToRegenerate(): boolean
  close(): Promise<void>
}

export async function startFastDfsCluster(): Promise<FastDfsCluster> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-e2e-fastdfs-'))
  const [trackerPort = 0, ...ports] = await freePorts(3)
  const storages = ports.map((port, index) => ({ id: `10000${index + 1}`, port }))
  const members = [
    member(folder, 'tracker', 'tracker', trackerConf(folder, trackerPort)),
    ...storages.map(({ id, port }) => member(folder, 'storage', id, storageConf(folder, { id, port, trackerPort }))),
  ]
  const ids = storages.map(({ id, port }) => `${id} group1 ${KNOWN_ADDRESS}:${port}\n`)
  fs.writeFileSync(path.join(folder, 'storage_ids.conf'), ids.join(''))
  const proxies = await Promise.all(storages.map(({ port }) => startProxy(port)))
  const trackers = `${KNOWN_ADDRESS}:${trackerPort}`
  for (const process of members) {
    process.start()
    await process.ready
  }
  await allActive(trackers, storages.length)
  return {
    trackers,
    wasAskedToRegenerate: () => proxies.some((proxy) => proxy.count(REGENERATE) > 0),
    async close() {
      await Promise.all(members.map((process) => process.stop()))
      await Promise.all(proxies.map((proxy) => proxy.close()))
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startProxy(port: number): Promise<FastDfsOnlyProxy> {
  const proxy = new FastDfsOnlyProxy({ host: BEHIND_PROXY, port })
  await proxy.listen(port, KNOWN_ADDRESS)
  return proxy
}

function member(
  folder: string,
  app: 'tracker' | 'storage',
  name: string,
  conf: Record<string, string | number>,
): Member {
  const dir = path.join(folder, name)
  fs.mkdirSync(dir)
  const file = path.join(dir, `${app}.conf`)
  const lines = Object.entries(conf).map(([key, value]) => `${key} = ${value}\n`)
  fs.writeFileSync(file, lines.join(''))
  return new Member({
    name,
    args: [path.join(root, `apps/${app}/dist/main.js`), file],
    cwd: dir,
    env: process.env,
    logFile: path.join(dir, 'log'),
    runDir: folder,
  })
}

function trackerConf(folder: string, port: number) {
  return {
    bind_addr: KNOWN_ADDRESS,
    port,
    http_port: -1,
    base_path: path.join(folder, 'tracker'),
    store_lookup: 0,
    reserved_storage_space: '100MB',
    use_storage_id: 'true',
    storage_ids_filename: path.join(folder, 'storage_ids.conf'),
    id_type_in_filename: 'id',
  }
}

function storageConf(folder: string, { id, port, trackerPort }: { id: string; port: number; trackerPort: number }) {
  return {
    group_name: 'group1',
    server_id: id,
    bind_addr: BEHIND_PROXY,
    client_bind: 'false',
    port,
    http_port: -1,
    http_access: 'open',
    base_path: path.join(folder, id),
    store_path0: path.join(folder, id),
    tracker_server: `${KNOWN_ADDRESS}:${trackerPort}`,
    heart_beat_interval: 1,
  }
}

async function allActive(trackers: string, count: number): Promise<void> {
  const client = new DfsClient({ trackers: [trackers] })
  try {
    await until(
      async () => {
        const storages = await client.tracker.listStorages('group1')
        return storages.filter(({ status }: { status: number }) => status === ACTIVE).length === count
      },
      { what: 'all storages active at the tracker', timeoutMs: 60_000 },
    )
  } finally {
    client.close()
  }
}
