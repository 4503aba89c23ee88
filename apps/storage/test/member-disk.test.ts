import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
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
let source: StorageClient

beforeAll(async () => {
  bundle = await bundleDaemon()
  namespace = NAMESPACES.find((command) => spawnSync('sh', ['-c', `${command} ${MOUNT} /tmp`]).status === 0)
})
afterAll(() => bundle.remove())

beforeEach(async ({ skip }) => {
  skip(namespace === undefined, 'no tmpfs can be mounted here: neither as root nor in a user namespace')
  cluster = await startCluster(['100002'])
  const folder = join(cluster.folder, '100001')
  disk = join(folder, 'disk')
  mkdirSync(disk, { recursive: true })
  const keys = {
    port: 0,
    server_id: '100001',
    tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}`,
    heart_beat_interval: 1,
    store_path0: disk,
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

/** Requests that are for one record alone, and were refused for the disk: at most two of them before the sender pauses. */
const refusals = () => member.lines.filter((line) => /"command":(?!207)\d+,"status":(28|30),/.test(line)).length

/** All kinds of changes while the disk takes nothing; when it takes files again, the member has each of them. */
async function changesWhile(spoil: () => void, heal: () => void): Promise<void> {
  const appender = await source.uploadAppender(content(1000), { ext: 'log' })
  const old = await source.uploadFile(content(5000), { ext: 'bin' })
  await until('the first ones are there', () => sizeAtMember(old) === 5000 && sizeAtMember(appender) === 1000)
  spoil()
  const files = new Map<string, number>()
  for (const size of [300_000, 1, 40_000, 100_000]) files.set(await source.uploadFile(content(size, size)), size)
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
