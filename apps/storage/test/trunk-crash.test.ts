import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { ConnectionPool, parseFileId, StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until as within } from './cluster.ts'
import { bundleDaemon, type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'

const TRACKER = {
  cluster: { useTrunkFile: true, checkActiveIntervalSeconds: 1 },
  trunk: { fileSize: 4 * 1024 * 1024, slotMaxSize: 256 * 1024, allocAlignmentSize: 256 },
}
const IDS = ['100001', '100002'] as const

/** An election takes seconds, a busy machine more. */
const LIMIT_MS = 90_000
const until = (what: string, condition: () => boolean | Promise<boolean>) => within(what, condition, LIMIT_MS)

let bundle: DaemonBundle
let cluster: TestCluster
let pool: ConnectionPool
const daemons = new Map<string, Daemon>()

beforeAll(async () => {
  bundle = await bundleDaemon()
}, LIMIT_MS)
afterAll(() => bundle.remove())
beforeEach(async () => {
  cluster = await startCluster([], {}, TRACKER)
  pool = new ConnectionPool({ networkTimeoutMs: 10_000 })
}, LIMIT_MS)
afterEach(async () => {
  for (const daemon of daemons.values()) await kill(daemon)
  daemons.clear()
  pool.close()
  await cluster.close()
}, LIMIT_MS)

async function start(id: string): Promise<void> {
  const port = daemons.get(id)?.tcpPort ?? 0
  const keys = { port, server_id: id, tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}`, heart_beat_interval: 1 }
  daemons.set(id, await startDaemon(bundle, join(cluster.folder, id), keys))
  await until(`${id} is ACTIVE`, async () => {
    const [member] = await cluster.dfs.tracker.listStorages('group1', id).catch(() => [])
    return member?.status === 7
  })
}

function clientOf(id: string): StorageClient {
  return new StorageClient(`127.0.0.1:${daemons.get(id)?.tcpPort}`, pool)
}

async function trunkServer(): Promise<string> {
  const members = await cluster.dfs.tracker.listStorages('group1')
  return members.find(({ isTrunkServer }) => isTrunkServer)?.id ?? ''
}

async function slotsAreHandedOut(id: string): Promise<void> {
  await until(`small files go into slots at ${id}`, async () => {
    const fileId = await clientOf(id)
      .uploadFile(content(10), { ext: 'txt' })
      .catch(() => null)
    return fileId !== null && parseFileId(fileId).kind === 'trunk'
  })
}

/** Uploads and deletes until the storage is gone; what was answered is acknowledged. */
async function work(id: string, acknowledged: Map<string, Buffer>, seed: number): Promise<void> {
  const client = clientOf(id)
  try {
    for (let i = 0; ; i += 1) {
      const body = content(randomInt(1, 4000), seed * 10_000 + i)
      acknowledged.set(await client.uploadFile(body, { ext: 'bin' }), body)
      if (i % 5 !== 4) continue
      const [oldest] = acknowledged.keys()
      // Whether a deletion that is not answered was made cannot be known.
      if (oldest === undefined) continue
      acknowledged.delete(oldest)
      await client.deleteFile(oldest)
    }
  } catch {
    // The storage was killed.
  }
}

async function expectAllThere(acknowledged: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [fileId, body] of acknowledged) {
    for (const id of daemons.keys()) {
      await until(`${fileId} is at ${id}, whole`, async () => {
        const found = await clientOf(id)
          .downloadBuffer(fileId)
          .catch(() => null)
        return found?.equals(body) === true
      })
    }
  }
}

describe('small files of a group whose trunk server is killed', { timeout: 2 * LIMIT_MS }, () => {
  it('are all there when it has come back', async () => {
    for (const id of IDS) await start(id)
    for (const id of IDS) await slotsAreHandedOut(id)
    const acknowledged = new Map<string, Buffer>()
    const server = await trunkServer()
    const other = IDS.find((id) => id !== server) ?? ''
    const mine = Array.from({ length: 3 }, (_, i) => work(server, acknowledged, i))
    const theirs = work(other, acknowledged, 50)
    await until('enough was uploaded', () => acknowledged.size > 60)
    for (const id of [server, other]) await kill(daemons.get(id) as Daemon)
    await Promise.all([...mine, theirs])
    for (const id of IDS) await start(id)
    for (const id of IDS) await slotsAreHandedOut(id)
    const again = work(other, acknowledged, 60)
    const size = acknowledged.size
    await until('more was uploaded', () => acknowledged.size > size + 30)
    await kill(daemons.get(other) as Daemon)
    await again
    await start(other)
    await expectAllThere(acknowledged)
  })

  it('stay what they are when another member takes its place', async () => {
    for (const id of IDS) await start(id)
    for (const id of IDS) await slotsAreHandedOut(id)
    const acknowledged = new Map<string, Buffer>()
    const server = await trunkServer()
    const other = IDS.find((id) => id !== server) ?? ''
    const workers = Array.from({ length: 3 }, (_, i) => work(server, acknowledged, i))
    await until('enough was uploaded', () => acknowledged.size > 60)
    await kill(daemons.get(server) as Daemon)
    await Promise.all(workers)

    await until('another trunk server is elected', async () => (await trunkServer()) === other)
    await slotsAreHandedOut(other)
    for (let i = 0; i < 60; i += 1) {
      const body = content(500 + i * 40, 77 + i)
      acknowledged.set(await clientOf(other).uploadFile(body, { ext: 'bin' }), body)
    }
    await start(server)
    await expectAllThere(acknowledged)
    expect([...acknowledged.keys()].filter((id) => parseFileId(id).kind === 'trunk').length).toBeGreaterThan(20)
  })
})
