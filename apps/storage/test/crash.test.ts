import { randomInt } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ConnectionPool, parseFileId, ServerError, StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until } from './cluster.ts'
import { bundleDaemon, type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'

let bundle: DaemonBundle
let cluster: TestCluster
let folder: string
let pool: ConnectionPool

beforeAll(async () => {
  bundle = await bundleDaemon()
})
afterAll(() => bundle.remove())
beforeEach(async () => {
  cluster = await startCluster(['100002'])
  folder = join(cluster.folder, '100001')
  pool = new ConnectionPool({ networkTimeoutMs: 10_000 })
})
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await kill(daemon)
  pool.close()
  await cluster.close()
})

const daemons: Daemon[] = []

/** Starts the storage and waits until clients are sent to it. */
async function start(port: number, keys: Record<string, string | number> = {}, before = ''): Promise<Daemon> {
  const trackerServer = `127.0.0.1:${cluster.tracker.tcpPort}`
  const all = { port, server_id: '100001', tracker_server: trackerServer, heart_beat_interval: 1, ...keys }
  const daemon = await startDaemon(bundle, folder, all, before)
  daemons.push(daemon)
  await until('the storage is ACTIVE', async () => {
    const [member] = await cluster.dfs.tracker.listStorages('group1', '100001').catch(() => [])
    return member?.status === 7
  })
  return daemon
}

/** Everything that was acknowledged before the process died. */
class Acknowledged {
  readonly files = new Map<string, Buffer>()
  readonly deleted = new Set<string>()
  /** Appender → the pieces that were acknowledged, and the one that was under way. */
  readonly appenders = new Map<string, { done: Buffer[]; pending: Buffer | null }>()
  readonly metadata = new Map<string, string>()
}

/** One client that never pauses: uploads of all sizes, slaves, appends, metadata, deletions. Ends with the connection. */
async function work(client: StorageClient, ack: Acknowledged, seed: number): Promise<void> {
  const appender = await client.uploadAppender(Buffer.alloc(0), { ext: 'log' })
  const state: { done: Buffer[]; pending: Buffer | null } = { done: [], pending: null }
  ack.appenders.set(appender, state)
  for (let i = 0; ; i += 1) {
    const size = [1, 4096, 65_536, 200_000, 1_500_000][randomInt(5)] ?? 1
    const body = content(size, seed * 1000 + i)
    const fileId = await client.uploadFile(body, { ext: 'bin' })
    ack.files.set(fileId, body)
    state.pending = content(randomInt(1, 100_000), i)
    await client.appendFile(appender, state.pending)
    state.done.push(state.pending)
    state.pending = null
    if (i % 3 === 0)
      ack.files.set(await client.uploadSlave(fileId, '_s', 'bin', body.subarray(0, 100)), body.subarray(0, 100))
    if (i % 4 === 0) {
      await client.setMetadata(fileId, { seed: String(seed), i: String(i) }, 'overwrite')
      ack.metadata.set(fileId, String(i))
    }
    if (i % 5 === 4) {
      ack.files.delete(fileId)
      ack.metadata.delete(fileId)
      await client.deleteFile(fileId)
      ack.deleted.add(fileId)
    }
  }
}

const pathOf = (base: string, fileId: string) => join(base, 'data', fileId.slice('group1/M00/'.length))

function storedNames(): string[] {
  const data = join(folder, 'data')
  const folders = readdirSync(data).filter((name) => /^[0-9A-F]{2}$/.test(name))
  return folders.flatMap((high) =>
    readdirSync(join(data, high)).flatMap((low) =>
      readdirSync(join(data, high, low)).map((name) => `M00/${high}/${low}/${name}`),
    ),
  )
}

function loggedNames(): Set<string> {
  const log = readFileSync(join(folder, 'data/sync/binlog.000'), 'latin1')
  expect(log.endsWith('\n')).toBe(true)
  return new Set(log.split('\n').flatMap((line) => line.split(' ').slice(2)))
}

/** The appender is what was acknowledged, or one whole piece longer. */
function expectAppender(fileId: string, { done, pending }: { done: Buffer[]; pending: Buffer | null }): void {
  const found = readFileSync(pathOf(folder, fileId))
  const least = Buffer.concat(done)
  const most = Buffer.concat([least, pending ?? Buffer.alloc(0)])
  expect(
    found.equals(least) || found.equals(most),
    `${fileId}: ${found.length} of ${least.length} or ${most.length}`,
  ).toBe(true)
}

function expectSound(ack: Acknowledged): void {
  const logged = loggedNames()
  for (const [fileId, body] of ack.files) {
    expect(readFileSync(pathOf(folder, fileId)).equals(body), `${fileId} is whole`).toBe(true)
    expect(logged.has(fileId.slice(7)), `${fileId} is logged`).toBe(true)
  }
  for (const fileId of ack.deleted) expect(existsSync(pathOf(folder, fileId)), `${fileId} is gone`).toBe(false)
  for (const [fileId, state] of ack.appenders) expectAppender(fileId, state)
  for (const name of storedNames()) {
    expect(logged.has(name), `${name} is there, so it is logged`).toBe(true)
    const facts = parseFileId(`group1/${name}`)
    if (facts.kind !== 'normal') continue
    const found = readFileSync(pathOf(folder, `group1/${name}`))
    expect([found.length, crc32(found)], `${name} is what it says`).toEqual([facts.size, facts.crc32])
  }
  expect(readdirSync(join(folder, 'data/.cairn-tmp'))).toEqual([])
}

async function expectReplicated(ack: Acknowledged): Promise<void> {
  const { basePath } = cluster.storages[0]!
  const sameAtPeer = (fileId: string) => {
    const path = pathOf(basePath, fileId)
    return existsSync(path) && readFileSync(path).equals(readFileSync(pathOf(folder, fileId)))
  }
  for (const fileId of [...ack.files.keys(), ...ack.appenders.keys()])
    await until(`${fileId} is at the peer`, () => sameAtPeer(fileId))
  for (const fileId of ack.deleted)
    await until(`${fileId} is gone at the peer`, () => !existsSync(pathOf(basePath, fileId)))
}

describe('a storage that is killed under load', () => {
  it.each([1, 2, 3])(
    'has lost nothing acknowledged and shows nothing half (round %i)',
    async (round) => {
      let daemon: Daemon = await start(0)
      const port = daemon.tcpPort
      const ack = new Acknowledged()
      for (let deaths = 0; deaths < 3; deaths += 1) {
        const client = new StorageClient(`127.0.0.1:${port}`, pool)
        const workers = Array.from({ length: 6 }, (_, i) =>
          work(client, ack, round * 100 + deaths * 10 + i).catch((error: unknown) => error),
        )
        const before = ack.files.size
        await until('something is acknowledged', () => ack.files.size > before, 30_000)
        const delayMs = randomInt(0, 450)
        await new Promise((resolve) => setTimeout(resolve, delayMs))
        await kill(daemon)
        for (const error of await Promise.all(workers)) expect(error).not.toBeInstanceOf(ServerError)
        daemon = await start(port)
        expectSound(ack)
      }
      expect(ack.files.size).toBeGreaterThan(0)
      await expectReplicated(ack)
    },
    120_000,
  )

  it.each(['group', 'each'])(
    'keeps the same promises at durability %s',
    async (durability) => {
      const daemon = await start(0, { upload_durability: durability })
      const ack = new Acknowledged()
      const client = new StorageClient(`127.0.0.1:${daemon.tcpPort}`, pool)
      const workers = Array.from({ length: 6 }, (_, i) => work(client, ack, i).catch((error: unknown) => error))
      await until('some files are acknowledged', () => ack.files.size > 10)
      await kill(daemon)
      await Promise.all(workers)
      await start(daemon.tcpPort)
      expectSound(ack)
    },
    60_000,
  )

  it('has not lost what it acknowledged when its disk takes no more, and goes on when it does again', async () => {
    // SIGXFSZ is ignored, so a file beyond 512 blocks of 512 bytes fails with EFBIG in the middle of a write.
    const daemon = await start(0, {}, "trap '' XFSZ; ulimit -f 512;")
    const client = new StorageClient(`127.0.0.1:${daemon.tcpPort}`, pool)
    const small = await client.uploadFile(content(1000), { ext: 'bin' })
    for (let i = 0; i < 3; i += 1) {
      await expect(client.uploadFile(content(400_000), { ext: 'bin' })).rejects.toMatchObject({ status: 27 })
    }
    const appender = await client.uploadAppender(content(200_000), { ext: 'bin' })
    await expect(client.appendFile(appender, content(100_000))).rejects.toMatchObject({ status: 27 })
    expect((await client.downloadBuffer(appender)).equals(content(200_000))).toBe(true)
    expect((await client.downloadBuffer(small)).equals(content(1000))).toBe(true)
    expect(readdirSync(join(folder, 'data/.cairn-tmp'))).toEqual([])
    expect(storedNames().length).toBe(2)
  }, 30_000)

  it('is not started twice on the same folder', async () => {
    await start(0)
    const keys = { server_id: '100001', tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}` }
    await expect(startDaemon(bundle, folder, keys)).rejects.toThrow('is in use by process')
  })

  it('ends with 0 and a clean folder when it is told to stop', async () => {
    const daemon = await start(0)
    daemon.process.kill('SIGTERM')
    expect(await daemon.gone).toBe(0)
    expect(existsSync(join(folder, 'data/.cairn-running'))).toBe(false)
  })
})

describe('a storage that is killed while many small files come from another member', () => {
  it('has all of them when it is back, whole and logged', async () => {
    const { client } = cluster.storages[0]!
    const daemon = await start(0)
    const ack = new Acknowledged()
    const uploads = Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; i < 30; i += 1) {
        const body = content(3000 + i, worker)
        ack.files.set(await client.uploadFile(body, { ext: 'bin' }), body)
      }
    })
    await until('some have arrived', () => storedNames().length > 20)
    await kill(daemon)
    await Promise.all(uploads)
    await start(daemon.tcpPort)
    for (const [fileId, body] of ack.files) {
      await until(`${fileId} has arrived`, () => {
        const path = pathOf(folder, fileId)
        return existsSync(path) && readFileSync(path).equals(body)
      })
    }
    await until('all are logged', () => {
      const log = readFileSync(join(folder, 'data/sync/binlog.000'), 'latin1')
      return [...ack.files.keys()].every((fileId) => log.includes(` c ${fileId.slice(7)}\n`))
    })
    expectSound(ack)
  }, 120_000)
})
