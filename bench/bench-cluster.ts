import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
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
  /** Process ids. */
  pids(): { tracker: number; storage: number }
  /** Stops the storage and starts it again on what it has; resolves with the milliseconds from start to ready. */
  restartStorage(): Promise<number>
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

/** Connections that a daemon of the benchmark takes. */
const CONNECTIONS_MAX = 1024

/** Starts one tracker and one storage, as processes of their own, in `folder`; defaults but for `upload_durability`. */
export async function startBenchCluster(folder: string, durability: 'none' | 'group' = 'none'): Promise<BenchCluster> {
  const [trackerPort, storagePort, httpPort] = [await freePort(), await freePort(), await freePort()]
  const keys = openMasterKeys(JSON.stringify(createMasterKeys()))
  const trackerConf = writeTrackerFiles(folder, trackerPort, storagePort)
  const storageConf = writeStorageFiles(folder, { trackerPort, storagePort, httpPort, keys, durability })
  const tracker = startDaemon('tracker', trackerConf)
  let storage = startDaemon('storage', storageConf)
  const close = async () => {
    await Promise.all([tracker, storage].map(({ child }) => stopDaemon(child)))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await waitForStorage(trackerPort)
  } catch (error) {
    await close()
    throw error
  }
  return {
    host: '127.0.0.1',
    storagePort,
    httpPort,
    trackerPort,
    group: GROUP,
    storageId: STORAGE_ID,
    keys,
    pids: () => ({ tracker: tracker.child.pid ?? 0, storage: storage.child.pid ?? 0 }),
    async restartStorage() {
      await stopDaemon(storage.child)
      storage = startDaemon('storage', storageConf)
      return await storage.readyMs
    },
    close,
  }
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
    `max_connections = ${CONNECTIONS_MAX}`,
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
  settings: {
    trackerPort: number
    storagePort: number
    httpPort: number
    keys: MasterKeys
    durability: 'none' | 'group'
  },
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
    `max_connections = ${CONNECTIONS_MAX}`,
    `upload_durability = ${settings.durability}`,
    `keys_file = ${keysFile}`,
  ]
  writeFileSync(conf, `${lines.join('\n')}\n`)
  return conf
}

interface Daemon {
  readonly child: ChildProcess
  /** Milliseconds from its start until it serves. */
  readonly readyMs: Promise<number>
}

function startDaemon(name: 'tracker' | 'storage', conf: string): Daemon {
  const started = performance.now()
  // Flags and threads as `npm start` starts them.
  const flags = name === 'tracker' ? ['--max-semi-space-size=1', '--v8-pool-size=1'] : []
  const child = spawn(process.execPath, [...flags, path.join(root, 'apps', name, 'dist/main.js'), conf], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { UV_THREADPOOL_SIZE: '16', ...process.env },
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const readyMs = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"msg":"ready"')) resolve(performance.now() - started)
    })
    child.once('exit', () => reject(new Error(`the ${name} ended before it was ready`)))
  })
  // Who does not wait for it hears of the end from the first request that fails.
  readyMs.catch(() => undefined)
  return { child, readyMs }
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
