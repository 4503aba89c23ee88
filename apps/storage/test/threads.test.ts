import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { ConnectionPool, parseFileId, StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until } from './cluster.ts'
import { bundleDaemon, type DaemonBundle } from './daemon.ts'
import { frame, group, int4, int8, probe, text } from './probe.ts'

const THREADS = 3
const CLIENTS = 6
const RECURSIVE = { recursive: true }

let bundle: DaemonBundle
let cluster: TestCluster
let folder: string
let child: ChildProcess
let port: number
let pools: ConnectionPool[]

beforeAll(async () => {
  bundle = await bundleDaemon('test/threads-child.ts')
})
afterAll(() => bundle.remove())

beforeEach(async () => {
  // A peer, which gets everything that the threads store.
  cluster = await startCluster(['100002'])
  folder = join(cluster.folder, '100001')
  mkdirSync(folder)
  pools = []
  const keys = {
    group_name: 'group1',
    bind_addr: '127.0.0.1',
    port: 0,
    server_id: '100001',
    tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}`,
    heart_beat_interval: 1,
    base_path: folder,
    http_port: -1,
    http_access: 'open',
    work_threads: THREADS,
  }
  const lines = Object.entries(keys).map((entry) => entry.join(' = '))
  writeFileSync(join(folder, 'storage.conf'), [...lines, '[access-log]', 'enabled = true', ''].join('\n'))
  child = fork(bundle.path, [join(folder, 'storage.conf')], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [started] = (await once(child, 'message')) as [{ port: number; threads: number }]
  port = started.port
  // The main thread is not among them.
  expect(started.threads).toBe(THREADS - 1)
  await until('both storages are ACTIVE', async () => {
    const members = await cluster.dfs.tracker.listStorages('group1').catch(() => [])
    return members.length === 2 && members.every(({ status }) => status === 7)
  })
})
afterEach(async () => {
  for (const pool of pools) pool.close()
  if (child.exitCode === null) {
    child.disconnect()
    await once(child, 'exit')
  }
  await cluster.close()
})

/** The main thread does nothing until `release` is called: whoever connects meanwhile is served by another. */
async function holdMainThread(): Promise<() => void> {
  const file = join(folder, 'go-on')
  child.send(`hold ${file}`)
  await once(child, 'message')
  return () => writeFileSync(file, '')
}

/** A client with one connection of its own, which is open. */
async function newClient(): Promise<StorageClient> {
  const pool = new ConnectionPool({ openMax: 1, networkTimeoutMs: 20_000 })
  pools.push(pool)
  const client = new StorageClient(`127.0.0.1:${port}`, pool)
  await client.activeTest()
  return client
}

const newClients = () => Promise.all(Array.from({ length: CLIENTS }, newClient))

async function threadsStarted(): Promise<number> {
  child.send('threads')
  const [{ started }] = (await once(child, 'message')) as [{ started: number }]
  return started
}

function storedNames(): string[] {
  const data = join(folder, 'data')
  const folders = readdirSync(data).filter((name) => /^[0-9A-F]{2}$/.test(name))
  return folders.flatMap((high) =>
    readdirSync(join(data, high)).flatMap((low) =>
      readdirSync(join(data, high, low)).map((name) => `M00/${high}/${low}/${name}`),
    ),
  )
}

function loggedNames(): string[] {
  const log = readFileSync(join(folder, 'data/sync/binlog.000'), 'latin1')
  return log.split('\n').flatMap((line) => line.split(' ').slice(2))
}

async function expectAtPeer(fileId: string, body: Buffer): Promise<void> {
  const [peer] = cluster.storages
  await until(`${fileId} is at the peer`, async () => {
    const found = await peer?.client.downloadBuffer(fileId).catch(() => null)
    return found?.equals(body) ?? false
  })
}

describe('a storage with several threads', () => {
  it('serves downloads while its main thread is busy, and stores what comes then when it has time', async () => {
    const [early] = await newClients()
    const body = content(5000)
    const fileId = (await early?.uploadFile(body, { ext: 'bin' })) ?? ''
    const release = await holdMainThread()
    const clients = await newClients()
    for (const client of clients) expect((await client.downloadBuffer(fileId)).equals(body)).toBe(true)
    const uploads = clients.map((client, i) => client.uploadFile(content(70_000, i), { ext: 'bin' }))
    release()
    const fileIds = await Promise.all(uploads)
    expect(new Set(fileIds).size).toBe(CLIENTS)
    for (const [i, id] of fileIds.entries()) await expectAtPeer(id, content(70_000, i))
  })

  it('accepts all who come, also when those who should take some have no time', async () => {
    const release = await holdMainThread()
    const clients = await Promise.all(Array.from({ length: 24 }, newClient))
    const fileIds = await Promise.all(clients.map((client, i) => client.uploadFile(content(100, i), { ext: 'bin' })))
    release()
    expect(new Set(fileIds).size).toBe(clients.length)
  })

  it('deletes files while its main thread is busy, everywhere and for good', async () => {
    const release = await holdMainThread()
    const clients = await newClients()
    const fileIds = await Promise.all(clients.map((client, i) => client.uploadFile(content(3000, i), { ext: 'bin' })))
    const kept = await clients[0]?.uploadFile(content(3000), { ext: 'bin' })
    // One after the other: names that fall on one lock at the same time are the main thread's, which is busy.
    for (const [i, client] of clients.entries()) await client.deleteFile(fileIds[i] ?? '')
    const names = fileIds.map((fileId) => fileId.slice('group1/'.length))
    expect(storedNames()).toEqual([kept?.slice('group1/'.length)])
    const buried = readFileSync(join(folder, 'data/sync/.cairn-tombstones'), 'latin1')
    expect(buried.match(/(?<= ).+/g)?.sort()).toEqual([...names].sort())
    expect(loggedNames().sort()).toEqual([...names, ...names, kept?.slice('group1/'.length)].sort())
    // A peer that sends one of them afterwards is refused: the main thread has heard of it.
    const name = names[0] ?? ''
    const head = [int8(name.length), int8(3000), int4(Math.floor(Date.now() / 1000)), group(), text(name)]
    const answer = probe(port, frame(16, Buffer.concat([...head, content(3000, 0)])))
    release()
    expect((await answer).status).toBe(17)
    expect(storedNames()).toEqual([kept?.slice('group1/'.length)])
    const [peer] = cluster.storages
    await expectAtPeer(kept ?? '', content(3000))
    await until('the peer has deleted them too', async () => {
      const found = fileIds.map((fileId) => peer?.client.queryFileInfo(fileId).then(String, () => 'gone'))
      return (await Promise.all(found)).every((what) => what === 'gone')
    })
  })

  it('does every operation on every connection, and counts and logs it once', async () => {
    const release = await holdMainThread()
    const clients = await newClients()
    release()
    await Promise.all(clients.map(everyOperation))

    await until('the tracker knows the figures', async () => {
      const [member] = await cluster.dfs.tracker.listStorages('group1', '100001')
      const counts = member?.stat
      return (
        counts?.successUploadCount === 3 * CLIENTS &&
        counts.successDownloadCount === 3 * CLIENTS &&
        counts.successDeleteCount === CLIENTS &&
        counts.connections.current >= CLIENTS
      )
    })
    const actions = () => {
      const log = readFileSync(join(folder, 'logs/storage_access.log'), 'latin1')
      const counts: Record<string, number> = {}
      for (const line of log.trimEnd().split('\n')) {
        const [, , address, action = ''] = line.split(' ')
        if (address === '127.0.0.1') counts[action] = (counts[action] ?? 0) + 1
      }
      return counts
    }
    await expect.poll(actions).toEqual({
      upload: 3 * CLIENTS,
      // One of them of a file that is gone.
      download: 4 * CLIENTS,
      append: CLIENTS,
      modify: CLIENTS,
      truncate: CLIENTS,
      set_metadata: CLIENTS,
      get_metadata: CLIENTS,
      status: CLIENTS,
      delete: CLIENTS,
      rename: CLIENTS,
    })
  })

  it('replaces a thread that ends, without what it had begun', async () => {
    const release = await holdMainThread()
    const socket = connect(port, '127.0.0.1')
    const request = frame(11, Buffer.concat([Buffer.from([0]), int8(200_000), Buffer.from('bin\0\0\0')]), 0, 200_015)
    socket.write(Buffer.concat([request, content(100_000)]))
    const temporary = join(folder, 'data/.cairn-tmp')
    await until('half of the body is on the disk', () => readdirSync(temporary).length === 1)
    const clients = await newClients()
    release()
    const acknowledged: string[] = []
    let isOver = false
    const upload = async (client: StorageClient, seed: number) => {
      // A client whose thread ends between two requests goes on with another.
      while (!isOver) {
        acknowledged.push(await client.uploadFile(content(4000, seed), { ext: 'bin' }))
        await client.deleteFile(await client.uploadFile(content(3000, seed), { ext: 'bin' }))
      }
    }
    const work = clients.map((client, i) => upload(client, i).catch(() => undefined))
    await until('the threads are at work', () => acknowledged.length > 50)
    // Both of them, one after the other.
    child.send('end')
    await until('another thread is there', async () => (await threadsStarted()) === THREADS)
    child.send('end first')
    await until('another thread is there', async () => (await threadsStarted()) === THREADS + 1)
    isOver = true
    await Promise.all(work)
    if (!socket.destroyed) await once(socket, 'close')

    await until('what was begun is gone', () => readdirSync(temporary).length === 0)
    const [again] = await newClients()
    acknowledged.push((await again?.uploadFile(content(4000), { ext: 'bin' })) ?? '')
    const logged = new Set(loggedNames())
    const log = readFileSync(join(folder, 'data/sync/binlog.000'), 'latin1')
    const deleted = [...log.matchAll(/ D (.+)/g)].map(([, name = '']) => name)
    expect(deleted.length).toBeGreaterThan(20)
    const buried = readFileSync(join(folder, 'data/sync/.cairn-tombstones'), 'latin1')
    expect(deleted.filter((name) => !buried.includes(` ${name}\n`))).toEqual([])
    await until('what was being deleted is gone', () => {
      const left = new Set(storedNames())
      return !deleted.some((name) => left.has(name))
    })
    const stored = new Set(storedNames())
    for (const fileId of acknowledged) {
      expect([fileId, stored.has(fileId.slice(7)), logged.has(fileId.slice(7))]).toEqual([fileId, true, true])
    }
    expect([...stored].filter((name) => !logged.has(name))).toEqual([])
  })

  it.each([
    ['', () => undefined],
    [', also when its temporary files cannot be looked for', () => rmSync(join(folder, 'data/.cairn-tmp'), RECURSIVE)],
  ])('replaces a thread that fails by itself%s', async (_what, prepare) => {
    prepare()
    const before = await threadsStarted()
    child.send('fail')
    await until('another thread is there', async () => (await threadsStarted()) === before + 1)
    const [client] = await newClients()
    expect(await client?.uploadFile(content(4000), { ext: 'bin' })).toContain('group1/')
  })

  it('stops with all its threads and leaves its counts', async () => {
    const release = await holdMainThread()
    const clients = await newClients()
    release()
    await Promise.all(clients.map((client) => client.uploadFile(content(100), { ext: 'bin' })))
    child.disconnect()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(readFileSync(join(folder, 'data/storage_stat.dat'), 'latin1')).toContain(`success_upload_count=${CLIENTS}\n`)
  })
})

async function everyOperation(client: StorageClient, seed: number): Promise<void> {
  const body = content(20_000, seed)
  const fileId = await client.uploadFile(body, { ext: 'bin' })
  expect((await client.downloadBuffer(fileId, { offset: 5, length: 10 })).equals(body.subarray(5, 15))).toBe(true)
  await client.setMetadata(fileId, { seed: String(seed) }, 'overwrite')
  expect(await client.getMetadata(fileId)).toEqual({ seed: String(seed) })
  expect(await client.queryFileInfo(fileId)).toMatchObject({ size: 20_000 })
  const slave = await client.uploadSlave(fileId, '_s', 'bin', body.subarray(0, 99))
  expect((await client.downloadBuffer(slave)).length).toBe(99)
  expect(parseFileId(await client.createLink(fileId))).toMatchObject({ size: 20_000 })
  const appender = await client.uploadAppender(content(300_000, seed), { ext: 'log' })
  await client.appendFile(appender, content(1000, seed))
  await client.modifyFile(appender, 10, Buffer.from('changed'))
  await client.truncateFile(appender, 300_500)
  const renewed = await client.regenerateFile(appender)
  expect((await client.downloadBuffer(renewed)).subarray(10, 17).toString()).toBe('changed')
  await client.deleteFile(fileId)
  await expect(client.downloadBuffer(fileId)).rejects.toMatchObject({ status: 2 })
}
