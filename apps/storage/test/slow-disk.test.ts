import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectionPool, StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until } from './cluster.ts'
import { bundleDaemon, type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'
import { receiptOf, tusCalls } from './http/http-call.ts'
import { createWebKeys, newUploadId, type WebKeys } from './http/web-storage.ts'

const KIB = 1024
const SLOW_MS = 100
/** Of the slow disk, and of the quick one. */
const SLOW_CLIENTS = 32
const QUICK_CLIENTS = 4
const HTTP_UPLOADERS = 6
/** Of each step: much has to wait, and a busy machine makes it wait longer. */
const LIMIT_MS = 150_000

let bundle: DaemonBundle
let cluster: TestCluster
let daemon: Daemon
let slowRoot: string
let httpPort: number
let web: WebKeys
const pools: ConnectionPool[] = []

beforeAll(async () => {
  bundle = await bundleDaemon()
})
afterAll(() => bundle.remove())

beforeEach(async () => {
  cluster = await startCluster([])
  const folder = join(cluster.folder, '100001')
  slowRoot = join(cluster.folder, 'slow')
  const quickRoot = join(cluster.folder, 'quick')
  for (const path of [folder, slowRoot, quickRoot]) mkdirSync(path)
  createWebKeys(cluster.folder, '100001', folder)
  web = createWebKeys(cluster.folder)
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
    keys_file: join(folder, 'keys.json'),
    upload_durability: 'group',
  }
  const environment = { SLOW_ROOT: slowRoot, SLOW_MS, UV_THREADPOOL_SIZE: 16, NODE_OPTIONS: `--import=${calls}` }
  const before = Object.entries(environment).map(([key, value]) => `${key}='${value}'`)
  daemon = await startDaemon(bundle, folder, keys, before.join(' '))
  const ready = daemon.lines.map((line) => JSON.parse(line) as { httpPort?: number })
  httpPort = ready.find((line) => line.httpPort !== undefined)?.httpPort ?? -1
  await until('the storage is ACTIVE', async () => {
    const [member] = await cluster.dfs.tracker.listStorages('group1', '100001').catch(() => [])
    return member?.status === 7
  })
})
afterEach(async () => {
  await kill(daemon)
  for (const pool of pools.splice(0)) pool.close()
  await cluster.close()
})

function client(): StorageClient {
  const pool = new ConnectionPool({ networkTimeoutMs: 60_000 })
  pools.push(pool)
  return new StorageClient(`127.0.0.1:${daemon.tcpPort}`, pool)
}

/** Clients that do the same again and again until they are told to stop. */
class Crowd {
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

/** What a client does again and again with files of a store path. */
const kinds: Record<string, (storePathIndex: number) => () => Promise<void>> = {
  'download 4 KiB': (index) => downloads(index, 4 * KIB),
  'download 700 KiB': (index) => downloads(index, 700 * KIB),
  'upload 4 KiB': (index) => uploads(index, 4 * KIB),
  'upload 300 KiB': (index) => uploads(index, 300 * KIB),
  'delete after upload': (index) => deletions(index, 4 * KIB),
  'GET 4 KiB': (index) => httpDownloads(index, 4 * KIB),
  'GET 700 KiB': (index) => httpDownloads(index, 700 * KIB),
}

function stored(storePathIndex: number, size: number): { fileId: Promise<string>; expected: Buffer } {
  const expected = content(size, 7)
  return { fileId: client().uploadFile(expected, { ext: 'bin', storePathIndex }), expected }
}

function downloads(storePathIndex: number, size: number): () => Promise<void> {
  const storage = client()
  const { fileId, expected } = stored(storePathIndex, size)
  return async () => {
    const body = await storage.downloadBuffer(await fileId)
    expect(body.equals(expected)).toBe(true)
  }
}

function httpDownloads(storePathIndex: number, size: number): () => Promise<void> {
  const { fileId, expected } = stored(storePathIndex, size)
  return async () => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/${await fileId}`)
    expect(Buffer.from(await response.arrayBuffer()).equals(expected)).toBe(true)
  }
}

function uploads(storePathIndex: number, size: number): () => Promise<void> {
  const storage = client()
  const body = content(size, 8)
  return async () => {
    const fileId = await storage.uploadFile(body, { ext: 'bin', storePathIndex })
    expect(fileId.startsWith(`group1/M0${storePathIndex}/`)).toBe(true)
    last.set(body, fileId)
  }
}

function deletions(storePathIndex: number, size: number): () => Promise<void> {
  const storage = client()
  const body = content(size, 9)
  return async () => storage.deleteFile(await storage.uploadFile(body, { ext: 'bin', storePathIndex }))
}

/** The last file of each kind of upload. */
const last = new Map<Buffer, string>()

/** Whole with their creation, and as parts; the storage chooses between the disks, in turn. */
function httpUploads(): (round: number) => Promise<void> {
  const [small, large] = [content(2 * KIB, 10), content(200 * KIB, 11)]
  return async (round) => {
    const body = round % 2 === 0 ? small : large
    const upl = newUploadId()
    const calls = tusCalls(httpPort, upl, web.upload({ upl, len: body.length, mem: '100001' }))
    const answers = body === small ? [await calls.createWith(body.length, body)] : [await calls.create(body.length)]
    if (body === large) answers.push(await calls.patch(0, body))
    expect(answers.map(({ status }) => status)).toEqual(body === small ? [201] : [201, 204])
    last.set(body, web.receipt(await receiptOf(calls)).fid)
  }
}

/** One crowd for each kind. */
function crowds(storePathIndex: number, clients: number): Map<string, Crowd> {
  const each = Math.ceil(clients / Object.keys(kinds).length)
  return new Map(Object.entries(kinds).map(([name, make]) => [name, new Crowd(each, make(storePathIndex))]))
}

const doneBy = (some: Map<string, Crowd>) => [...some.values()].map(({ done }) => done)

describe('clients of a quick disk', () => {
  it('go on while many wait for another disk that is slow, and while that one hangs', async () => {
    const slow = crowds(0, SLOW_CLIENTS)
    const quick = crowds(1, QUICK_CLIENTS)
    const both = new Crowd(HTTP_UPLOADERS, httpUploads())
    const all = [...slow.values(), ...quick.values(), both]
    await until('everybody was served', () => all.every(({ done }) => done >= 8))
    writeFileSync(join(slowRoot, 'slow'), '')
    const served = doneBy(slow)
    const uploaded = both.done
    const isFelt = () => doneBy(slow).every((done, kind) => done > (served[kind] ?? 0) + 2)
    await until('each kind felt it', () => isFelt() && both.done > uploaded + HTTP_UPLOADERS, LIMIT_MS)

    const before = [doneBy(slow), doneBy(quick)] as const
    const isServedAgain = () => doneBy(slow).every((done, kind) => done >= (before[0][kind] ?? 0) + 8)
    await until('each kind was served again', isServedAgain, LIMIT_MS)
    const whileSlow = [doneBy(slow), doneBy(quick)] as const
    const names = Object.keys(kinds)
    const done = (which: 0 | 1, kind: number) => (whileSlow[which][kind] ?? 0) - (before[which][kind] ?? 0)
    const rows = names.map((name, kind) => ({ name, slow: done(0, kind), quick: done(1, kind) }))
    // A client of the quick disk does many times what many of the slow one do together.
    for (const { name, slow: few, quick: many } of rows) expect(many, name).toBeGreaterThan(few * 5)

    writeFileSync(join(slowRoot, 'hang'), '')
    const hung = doneBy(quick)
    const goOn = () => doneBy(quick).every((count, kind) => count > (hung[kind] ?? 0) + 100)
    await until('each kind is served a hundred times more', goOn, LIMIT_MS)
    for (const file of ['hang', 'slow']) rmSync(join(slowRoot, file))
    await Promise.all(all.map((crowd) => crowd.stop()))
    for (const [body, fileId] of last) expect((await client().downloadBuffer(fileId)).equals(body)).toBe(true)
  }, 500_000)
})
