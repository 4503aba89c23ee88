import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DfsClient } from '@cairn/dfs-core'
import { createMasterKeys, type MasterKeys, openMasterKeys } from '@cairn/dfs-core/tickets'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const STORAGE_ID = '100001'
const GROUP = 'group1'
const START_TIMEOUT_MS = 20_000

export interface BenchCluster {
  host: string
  storagePort: number
  httpPort: number
  trackerPort: number
  group: string
  storageId: string
  keys: MasterKeys
  close(): Promise<void>
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = net.createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

/** Starts one tracker and one storage, as processes of their own with default settings, in `folder`. */
export async function startBenchCluster(folder: string): Promise<BenchCluster> {
  const [trackerPort, storagePort, httpPort] = [await freePort(), await freePort(), await freePort()]
  const keys = openMasterKeys(JSON.stringify(createMasterKeys()))
  const trackerConf = writeTrackerFiles(folder, trackerPort, storagePort)
  const storageConf = writeStorageFiles(folder, { trackerPort, storagePort, httpPort, keys })
  const tracker = startDaemon('tracker', trackerConf)
  const storage = startDaemon('storage', storageConf)
  const close = async () => {
    await Promise.all([tracker, storage].map(stopDaemon))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await waitForStorage(trackerPort)
  } catch (error) {
    await close()
    throw error
  }
  return { host: '127.0.0.1', storagePort, httpPort, trackerPort, group: GROUP, storageId: STORAGE_ID, keys, close }
}

function writeTrackerFiles(folder: string, port: number, storagePort: number): string {
  const base = path.join(folder, 'tracker')
  mkdirSync(base, { recursive: true })
  writeFileSync(path.join(base, 'storage_ids.conf'), `${STORAGE_ID} ${GROUP} 127.0.0.1:${storagePort}\n`)
  const conf = path.join(base, 'tracker.conf')
  const lines = [
    'bind_addr = 127.0.0.1',
    `port = ${port}`,
    'http_port = -1',
    `base_path = ${base}`,
    'reserved_storage_space = 1%',
    'use_storage_id = true',
    `storage_ids_filename = ${path.join(base, 'storage_ids.conf')}`,
    'id_type_in_filename = id',
  ]
  writeFileSync(conf, `${lines.join('\n')}\n`)
  return conf
}

function writeStorageFiles(
  folder: string,
  settings: { trackerPort: number; storagePort: number; httpPort: number; keys: MasterKeys },
): string {
  const base = path.join(folder, 'storage')
  mkdirSync(base, { recursive: true })
  const keysFile = path.join(base, 'keys.json')
  writeFileSync(keysFile, JSON.stringify(settings.keys.exportStorageKeys(GROUP, STORAGE_ID)), { mode: 0o600 })
  const conf = path.join(base, 'storage.conf')
  const lines = [
    `group_name = ${GROUP}`,
    'bind_addr = 127.0.0.1',
    `port = ${settings.storagePort}`,
    `http_port = ${settings.httpPort}`,
    `base_path = ${base}`,
    `store_path0 = ${base}`,
    `tracker_server = 127.0.0.1:${settings.trackerPort}`,
    'heart_beat_interval = 1',
    `keys_file = ${keysFile}`,
  ]
  writeFileSync(conf, `${lines.join('\n')}\n`)
  return conf
}

function startDaemon(name: 'tracker' | 'storage', conf: string): ChildProcess {
  const child = spawn(process.execPath, [path.join(root, 'apps', name, 'dist/main.js'), conf], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // As `npm start` starts storages.
    env: { UV_THREADPOOL_SIZE: '16', ...process.env },
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return child
}

async function stopDaemon(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

async function waitForStorage(trackerPort: number): Promise<void> {
  const client = new DfsClient({ trackers: [`127.0.0.1:${trackerPort}`] })
  const deadline = Date.now() + START_TIMEOUT_MS
  try {
    for (;;) {
      try {
        await client.tracker.queryStore(GROUP)
        return
      } catch (error) {
        if (Date.now() > deadline) throw new Error('the storage did not become active', { cause: error })
        await sleep(50)
      }
    }
  } finally {
    client.close()
  }
}
