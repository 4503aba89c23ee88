import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseFileId, type StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until } from './cluster.ts'
import { bundleDaemon, type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'

// A member whose disk is really full, or really read-only, while another one sends it its changes: a tmpfs in a mount
// namespace of its own, which most systems grant to everybody.
const NAMESPACES = ['unshare --mount', 'unshare --user --map-root-user --mount']
const MOUNT = 'mount -t tmpfs -o size=4m tmpfs'

let bundle: DaemonBundle
let namespace: string | undefined
let cluster: TestCluster
let member: Daemon
let disk: string
let otherDisk: string
let source: StorageClient

beforeAll(async () => {
  bundle = await bundleDaemon()
  namespace = NAMESPACES.find((command) => spawnSync('sh', ['-c', `${command} ${MOUNT} /tmp`]).status === 0)
})
afterAll(() => bundle.remove())

beforeEach(async ({ skip }) => {
  skip(namespace === undefined, 'no tmpfs can be mounted here: neither as root nor in a user namespace')
  cluster = await startCluster([])
  const pathsOf = (id: string) => ['disk', 'other'].map((name) => join(cluster.folder, id, name))
  for (const path of [...pathsOf('100001'), ...pathsOf('100002')]) mkdirSync(path, { recursive: true })
  await cluster.addStorage('100002', { storePaths: pathsOf('100002').map((path) => ({ path, readonly: false })) })
  const folder = join(cluster.folder, '100001')
  disk = join(folder, 'disk')
  otherDisk = join(folder, 'other')
  const keys = {
    port: 0,
    server_id: '100001',
    tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}`,
    heart_beat_interval: 1,
    store_path_count: 2,
    store_path0: disk,
    store_path1: otherDisk,
    log_level: 'debug',
  }
  const mounted = `exec ${namespace} sh -c '${MOUNT} ${disk} && exec "$0" "$@"' "$0" "$@";`
  member = await startDaemon(bundle, folder, keys, mounted)
  await until('both are ACTIVE', async () => {
    const members = await cluster.dfs.tracker.listStorages('group1')
    return members.length === 2 && members.every(({ status }) => status === 7)
  })
  source = cluster.storages[0]!.client
})
afterEach(async () => {
  if (namespace === undefined) return
  await kill(member)
  await cluster.close()
})

/** The disk as the member sees it. */
const seen = (path: string) => join(`/proc/${member.process.pid}/root`, disk, path)

function fill(): void {
  const fd = openSync(seen('filler'), 'w')
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    closeSync(fd)
  }
}

function mountAgain(how: 'ro' | 'rw'): void {
  const user = namespace?.includes('--user') === true ? ['--user', '--preserve-credentials'] : []
  const words = ['--target', String(member.process.pid), ...user, '--mount', 'mount', '-o', `remount,${how}`, disk]
  expect(spawnSync('nsenter', words).status).toBe(0)
}

const pathOf = (fileId: string) => seen(`data/${parseFileId(fileId).logicName.slice('M00/'.length)}`)

/** Bytes under a name on the member's disk; a member would ask another one for what it has not. Null when there is none. */
const sizeAtMember = (fileId: string) => statSync(pathOf(fileId), { throwIfNoEntry: false })?.size ?? null

const sizeOnOther = (fileId: string) => {
  const path = join(otherDisk, 'data', parseFileId(fileId).logicName.slice('M01/'.length))
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}

/** Requests that are for one record alone, and were refused for the disk: at most two of them before the sender pauses. */
const refusals = () => member.lines.filter((line) => /"command":(?!207)\d+,"status":(28|30),/.test(line)).length

const ON_DISK = { ext: 'bin', storePathIndex: 0 }
const ON_OTHER = { ext: 'bin', storePathIndex: 1 }

/** All kinds of changes while the disk takes nothing; when it takes files again, the member has each of them. */
async function changesWhile(spoil: () => void, heal: () => void): Promise<void> {
  const appender = await source.uploadAppender(content(1000), { ext: 'log', storePathIndex: 0 })
  const old = await source.uploadFile(content(5000), ON_DISK)
  await until('the first ones are there', () => sizeAtMember(old) === 5000 && sizeAtMember(appender) === 1000)
  spoil()
  const files = new Map<string, number>()
  for (const size of [300_000, 1, 40_000, 100_000])
    files.set(await source.uploadFile(content(size, size), ON_DISK), size)
  const [first = ''] = files.keys()
  await source.appendFile(appender, content(200_000, 2))
  await source.setMetadata(first, { a: '1' }, 'overwrite')
  await source.deleteFile(old)
  // More often than a record is tried with which something is wrong.
  await until('it was refused again and again', () => refusals() >= 12)
  const [progress] = cluster.storages[0]?.running.replication() ?? []
  expect(progress?.quarantined).toBe(0)
  heal()
  for (const [fileId, size] of files) await until(`${size} bytes are there`, () => sizeAtMember(fileId) === size)
  await until('the append is there', () => sizeAtMember(appender) === 201_000)
  await until('the metadata is there', () => existsSync(`${pathOf(first)}-m`))
  await until('the deletion is there', () => sizeAtMember(old) === null)
}

describe('a member whose disk takes nothing', () => {
  it('because it is full gets every change when there is room again', async () => {
    await changesWhile(fill, () => rmSync(seen('filler')))
  })

  it('gets what is for its other disk, and deletions, meanwhile: more than is ever under way at once', async () => {
    const old = await source.uploadFile(content(5000), ON_DISK)
    const early = await source.uploadAppender(content(1000), { ...ON_OTHER, ext: 'log' })
    await until('the first ones are there', () => sizeAtMember(old) === 5000 && sizeOnOther(early) === 1000)
    fill()
    const stuck = await source.uploadFile(content(300_000, 2), ON_DISK)
    const others: string[] = []
    for (let seed = 0; seed < 300; seed += 1) others.push(await source.uploadFile(content(700, seed), ON_OTHER))
    await source.appendFile(early, content(200, 3))
    const alsoStuck = await source.uploadFile(content(100_000, 4), ON_DISK)
    await source.deleteFile(others[0] ?? '')
    await source.deleteFile(old)
    await until('what is for the other disk is there', () => others.slice(1).every((id) => sizeOnOther(id) === 700))
    await until('the append is there', () => sizeOnOther(early) === 1200)
    await until('deletions are there', () => sizeAtMember(old) === null && sizeOnOther(others[0] ?? '') === null)
    const [progress] = cluster.storages[0]?.running.replication() ?? []
    expect([sizeAtMember(stuck), sizeAtMember(alsoStuck), progress?.quarantined]).toEqual([null, null, 0])
    // Nobody is to believe that the member has come further than to the first one that it did not take.
    const log = readFileSync(join(cluster.folder, '100002/data/sync/binlog.000'), 'latin1')
    expect(progress?.mark?.offset).toBeLessThanOrEqual(log.indexOf(parseFileId(stuck).logicName))
    rmSync(seen('filler'))
    await until('the rest is there', () => sizeAtMember(stuck) === 300_000 && sizeAtMember(alsoStuck) === 100_000)
    await until(
      'all of it counts',
      () => (cluster.storages[0]?.running.replication()[0]?.mark?.offset ?? 0) === log.length,
    )
    expect([sizeOnOther(early), sizeAtMember(old), sizeOnOther(others[0] ?? '')]).toEqual([1200, null, null])
  })

  it('because it is read-only gets every change when it can be written again, and says that the disk failed', async () => {
    await changesWhile(
      () => mountAgain('ro'),
      () => mountAgain('rw'),
    )
    expect(member.lines.filter((line) => line.includes('takes no new files from now on: its disk failed')).length).toBe(
      1,
    )
  })
})
