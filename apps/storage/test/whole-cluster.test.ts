import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectionPool, DfsClient, parseFileId, ServerError, StorageClient, trackerCommands } from '@cairn/dfs-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildStorageIds } from '../../tracker/src/cluster/storage-ids.ts'
import { defaultTrackerConfig } from '../../tracker/src/config.ts'
import { type RunningTracker, startTracker } from '../../tracker/src/tracker.ts'
import { type RunningStorage, startStorage } from '../src/storage.ts'
import { content, logger, testStorageConfig, until as within } from './cluster.ts'

// Two groups, two trackers, five storages, all in this process: everything that clients do, while a tracker goes away
// and comes back, a member joins in between, and another is deleted and comes back.

const GROUPS = { group1: ['100001', '100002', '100003'], group2: ['100004', '100005'] } as const
type Group = keyof typeof GROUPS
const GROUP_NAMES: readonly Group[] = ['group1', 'group2']
const LATE = '100005'
const [ACTIVE, OFFLINE, DELETED] = [7, 5, 4]
const LIMIT_MS = 90_000
const until = (what: string, condition: () => boolean | Promise<boolean>) => within(what, condition, LIMIT_MS)

const trackers: (RunningTracker | null)[] = []
const trackerPorts: number[] = []
const storages = new Map<string, RunningStorage>()
const ports = new Map<string, number>()
const files = new Map<string, Buffer>()
let folder = ''
let dfs: DfsClient
let pool: ConnectionPool

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-whole-'))
  for (const index of [0, 1]) {
    const tracker = await runTracker(index, 0)
    trackers.push(tracker)
    trackerPorts.push(tracker.tcpPort)
  }
  dfs = new DfsClient({ trackers: trackerPorts.map((port) => `127.0.0.1:${port}`) })
  pool = new ConnectionPool({ networkTimeoutMs: 20_000 })
  for (const id of [...GROUPS.group1, ...GROUPS.group2]) if (id !== LATE) await run(id)
  await allActive(['100001', '100002', '100003', '100004'])
}, LIMIT_MS)

afterAll(async () => {
  dfs.close()
  pool.close()
  await Promise.all([...storages.values()].map((storage) => storage.close()))
  await Promise.all(trackers.map((tracker) => tracker?.close()))
  rmSync(folder, { recursive: true, force: true })
})

function runTracker(index: number, port: number): Promise<RunningTracker> {
  const basePath = join(folder, `tracker${index}`)
  mkdirSync(basePath, { recursive: true })
  const entries = GROUP_NAMES.flatMap((group) => GROUPS[group].map((id) => ({ id, group })))
  const rw = { read: true, write: true }
  const ids = entries.map((entry, at) => ({ ...entry, hosts: ['127.0.0.1'], port: at + 1, rw }))
  const config = defaultTrackerConfig(basePath)
  const cluster = { ...config.cluster, idInFileName: true, reservedSpace: { kind: 'mb', mb: 1 } } as const
  const http = { bindAddress: '127.0.0.1', port: -1 }
  const own = { bindAddresses: ['127.0.0.1'], port, http, cluster, electionIntervalMs: 50 }
  const storageIds = buildStorageIds(ids, 'storage_ids.conf')
  return startTracker({ ...config, ...own, storageIds }, logger.child({ daemon: `tracker${index}` }))
}

const groupOf = (id: string): Group => ((GROUPS.group1 as readonly string[]).includes(id) ? 'group1' : 'group2')

async function run(id: string): Promise<void> {
  const basePath = join(folder, id)
  mkdirSync(basePath, { recursive: true })
  const storage = await startStorage(
    {
      ...testStorageConfig(basePath, id, 0),
      group: groupOf(id),
      port: ports.get(id) ?? 0,
      trackers: trackerPorts.map((port) => ({ hosts: ['127.0.0.1'], port })),
    },
    logger.child({ daemon: id }),
  )
  storages.set(id, storage)
  ports.set(id, storage.tcpPort)
}

async function stop(id: string): Promise<void> {
  await storages.get(id)?.close()
  storages.delete(id)
}

const clientOf = (id: string) => new StorageClient(`127.0.0.1:${ports.get(id)}`, pool)

/** What the tracker at `port` says of a storage; undefined while it does not know it. */
async function statusAt(port: number, id: string): Promise<number | undefined> {
  const client = new DfsClient({ trackers: [`127.0.0.1:${port}`] })
  try {
    return (await client.tracker.listStorages(groupOf(id), id))[0]?.status
  } catch (error) {
    if (error instanceof ServerError) return
    throw error
  } finally {
    client.close()
  }
}

async function allHave(ids: readonly string[], status: number): Promise<void> {
  const running = trackerPorts.filter((_, index) => trackers[index] !== null)
  for (const id of ids) {
    for (const port of running) {
      await until(`${id} is ${status} at ${port}`, async () => (await statusAt(port, id)) === status)
    }
  }
}

const allActive = (ids: readonly string[]) => allHave(ids, ACTIVE)

/** Every member of the file's group that runs has exactly these bytes. */
async function expectEverywhere(fileId: string, body: Buffer): Promise<void> {
  for (const id of GROUPS[parseFileId(fileId).group as Group]) {
    if (!storages.has(id)) continue
    await until(`${fileId} is at ${id}`, async () => {
      const found = await clientOf(id)
        .downloadBuffer(fileId)
        .catch(() => null)
      return found?.equals(body) === true
    })
  }
}

async function store(group: Group, seed: number): Promise<string> {
  const body = content(20_000 + seed, seed)
  const fileId = await dfs.upload(body, { ext: 'bin', group })
  files.set(fileId, body)
  return fileId
}

async function leaderIndex(): Promise<number> {
  let leader = -1
  await until('the trackers agree who leads', async () => {
    const running = trackerPorts.filter((_, index) => trackers[index] !== null)
    const told = await Promise.all(running.map((port) => askLeader(port)))
    leader = trackerPorts.indexOf(told[0] ?? 0)
    return leader >= 0 && trackers[leader] !== null && told.every((port) => port === told[0])
  })
  return leader
}

async function askLeader(port: number): Promise<number> {
  const { code, response } = trackerCommands.getLeader
  try {
    const { address } = response.decode(
      await pool.request(`127.0.0.1:${port}`, { command: code, head: Buffer.alloc(0) }),
    )
    return Number(address.split(':')[1])
  } catch (error) {
    if (error instanceof ServerError) return 0
    throw error
  }
}

const timeout = 2 * LIMIT_MS

it('both groups take uploads in turn, and every member gets them', { timeout }, async () => {
  const groups = new Set<string>()
  for (let seed = 1; seed <= 4; seed++) {
    const body = content(5000, seed)
    const fileId = await dfs.upload(body, { ext: 'txt', metadata: { seed: String(seed) } })
    files.set(fileId, body)
    groups.add(parseFileId(fileId).group)
  }
  expect([...groups].sort()).toEqual([...GROUP_NAMES])
  for (const [fileId, body] of files) await expectEverywhere(fileId, body)
})

it.each(GROUP_NAMES)('%s serves every operation of clients', { timeout }, async (group) => {
  const fileId = await store(group, 11)
  const body = files.get(fileId) ?? Buffer.alloc(0)
  expect(await dfs.downloadBuffer(fileId, { offset: 100, length: 50 })).toEqual(body.subarray(100, 150))
  expect(await dfs.fileInfo(fileId)).toMatchObject({ size: body.length })
  await dfs.setMetadata(fileId, { a: '1', b: '2' }, 'overwrite')
  await dfs.setMetadata(fileId, { b: '3' }, 'merge')
  expect(await dfs.getMetadata(fileId)).toEqual({ a: '1', b: '3' })
  const slave = await dfs.uploadSlave(fileId, '_small', 'jpg', content(300, 3))
  await expectEverywhere(slave, content(300, 3))
  await expectEverywhere(await dfs.createLink(fileId, { ext: 'bin' }), body)

  const appender = await dfs.upload(content(10), { ext: 'log', group, appender: true })
  await dfs.append(appender, content(20, 2))
  const source = dfs.storage(await sourceOf(appender))
  await source.modifyFile(appender, 5, Buffer.from('abc'))
  await source.truncateFile(appender, 12)
  const expected = Buffer.concat([content(10), content(20, 2)])
  expected.write('abc', 5)
  await expectEverywhere(appender, expected.subarray(0, 12))
  const regenerated = await dfs.regenerate(appender)
  await expectEverywhere(regenerated, expected.subarray(0, 12))

  await dfs.delete(slave)
  await dfs.delete(regenerated)
  // The tracker may name a member that hears of the deletion a moment later.
  let failure: unknown = null
  await until('a member that is asked says that it is gone', async () => {
    failure = await dfs.downloadBuffer(regenerated).then(
      () => null,
      (error: unknown) => error,
    )
    return failure !== null
  })
  expect(failure).toBeInstanceOf(ServerError)
  expect((await dfs.tracker.listGroups()).map((record) => record.group)).toEqual([...GROUP_NAMES])
})

async function sourceOf(fileId: string): Promise<string> {
  const { ip, port } = await dfs.tracker.queryUpdate(fileId)
  return `${ip}:${port}`
}

it('clients and storages go on when the leader tracker is gone, and a member can join meanwhile', {
  timeout,
}, async () => {
  const leader = await leaderIndex()
  await trackers[leader]?.close()
  trackers[leader] = null
  for (const [seed, group] of GROUP_NAMES.entries()) await store(group, 20 + seed)
  expect(await leaderIndex()).not.toBe(leader)
  await run(LATE)
  await allActive([LATE])
  for (const [fileId, body] of files) await expectEverywhere(fileId, body)
})

it('the tracker that comes back learns of everybody, and follows', { timeout }, async () => {
  const back = trackers.indexOf(null)
  const leader = await leaderIndex()
  trackers[back] = await runTracker(back, trackerPorts[back] ?? 0)
  await allActive([...GROUPS.group1, ...GROUPS.group2])
  expect(await leaderIndex()).toBe(leader)
  for (const [seed, group] of GROUP_NAMES.entries()) await store(group, 30 + seed)
  for (const [fileId, body] of files) await expectEverywhere(fileId, body)
})

it('a member that is deleted at one tracker is deleted at both, and gets everything when it comes back', {
  timeout,
}, async () => {
  await stop('100003')
  await allHave(['100003'], OFFLINE)
  const { deleteStorage } = trackerCommands
  const head = deleteStorage.request.encode({ group: 'group1', id: '100003' })
  await pool.request(`127.0.0.1:${trackerPorts[0]}`, { command: deleteStorage.code, head })
  await allHave(['100003'], DELETED)
  await store('group1', 40)
  await run('100003')
  await allActive(['100003'])
  for (const [fileId, body] of files) await expectEverywhere(fileId, body)
})

it.each(['100002', '100004'])(
  '%s has lost its disk, is new to both trackers and gets everything again',
  {
    timeout,
  },
  async (id) => {
    await stop(id)
    await allHave([id], OFFLINE)
    rmSync(join(folder, id), { recursive: true })
    await store(groupOf(id), (Number(id) % 100) + 50)
    await run(id)
    await allActive([id])
    for (const [fileId, body] of files) await expectEverywhere(fileId, body)
  },
)
