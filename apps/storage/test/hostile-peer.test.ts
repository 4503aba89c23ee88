import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeFileName } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseLine } from '../src/engine/binlog.ts'
import { content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { field, frame, group, int4, int8, probe, text } from './probe.ts'

// Anybody who reaches the port may say to be a member: what a member may not say is said here.
const OK = 0
const EINVAL = 22
const PEER = 100002
const TIME = 1_795_240_000
const [CREATE, DELETE, UPDATE, LINK, APPEND, MODIFY, TRUNCATE, RENAME] = [16, 17, 18, 19, 25, 35, 37, 40]
const [REPORT_SERVER_ID, WATERMARK] = [9, 205]

let cluster: TestCluster
let storage: TestStorage
beforeAll(async () => {
  cluster = await startCluster()
  storage = cluster.storages[0]!
})
afterAll(() => cluster.close())

let random = 0
function peerName(body: Buffer, kind: 'normal' | 'appender' = 'normal'): string {
  random += 1
  const source = { kind: 'id', id: PEER } as const
  const facts = { source, timestamp: TIME - 5, size: body.length, crc32: crc32(body), random23: random }
  return `M00/0A/0B/${encodeFileName({ ...facts, kind, ext: 'bin', digits: 1 })}`
}

const ask = (command: number, ...parts: Buffer[]) =>
  probe(storage.running.tcpPort, frame(command, Buffer.concat(parts)))
const whole = (command: number, name: string, body: Buffer, time = TIME) =>
  ask(command, int8(name.length), int8(body.length), int4(time), group(), text(name), body)
const range = (command: number, name: string, offset: number, body: Buffer) =>
  ask(command, int8(name.length), int8(offset), int8(body.length), int4(TIME), group(), text(name), body)
const truncate = (name: string, oldSize: number, newSize: number) =>
  ask(TRUNCATE, int8(name.length), int8(oldSize), int8(newSize), int4(TIME), group(), text(name))
const remove = (name: string) => ask(DELETE, int4(TIME), group(), text(name))
const pair = (command: number, name: string, other: string) =>
  ask(command, int8(name.length), int8(other.length), int4(TIME), group(), text(name), text(other))

const pathOf = (name: string) => join(storage.basePath, 'data', name.slice(4))
const stored = (name: string) => readFileSync(pathOf(name))

/** Every path of the cluster but those of files and of what changes by itself. */
function places(): string[] {
  return readdirSync(cluster.folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/data\/[0-9A-F]{2}(\/[0-9A-F]{2}(\/|$)|$)/.test(path) && !/\.(dat|tmp|new|mark)$/.test(path))
    .sort()
}

async function works(): Promise<void> {
  const fileId = await storage.client.uploadFile(content(1000), { ext: 'bin' })
  expect((await storage.client.downloadBuffer(fileId)).equals(content(1000))).toBe(true)
}

const BAD_NAMES = [
  'M00/00/00/../../../../../../tmp/x',
  'M00/../../sync/binlog.000',
  'M00/00/00/..',
  'M00/00/00/.',
  'M00/00/00/',
  'M01/00/00/wKgBcWb0ZN-AUvUfAAAABcv0OSY371.txt',
  'MFF/00/00/wKgBcWb0ZN-AUvUfAAAABcv0OSY371.txt',
  'M00/00/00/a/../../../../../../etc/passwd',
  'M00/00/00/x\0/../../../etc/passwd',
  'M00/00/00/two names',
  'M00/00/00/a\n1795240000 C M00/00/00/b',
  '/etc/passwd',
  '../../../../etc/passwd',
  '00/00/../../../etc/passwd',
]

describe('a peer that names', () => {
  it.each(BAD_NAMES)('%j is refused by every command, and nothing is made', async (name) => {
    const body = content(10)
    const there = peerName(body)
    await whole(CREATE, there, body)
    const before = places()
    const answers = [
      await whole(CREATE, name, body),
      await whole(UPDATE, name, body),
      await range(APPEND, name, 0, body),
      await range(MODIFY, name, 0, body),
      await truncate(name, 10, 0),
      await remove(name),
      await pair(LINK, name, there),
      await pair(LINK, there, name),
      await pair(LINK, peerName(body), name),
      await pair(RENAME, name, there),
      await pair(RENAME, peerName(body), name),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => EINVAL))
    expect(places()).toEqual(before)
    expect(stored(there).equals(body)).toBe(true)
  })
})

describe('a change that no source can have made', () => {
  it('of a file whose name tells its content leaves it as it is', async () => {
    const body = content(3000)
    const name = peerName(body)
    await whole(CREATE, name, body)
    const statuses = [
      await range(APPEND, name, 3000, content(10)),
      await range(MODIFY, name, 0, content(10, 5)),
      await truncate(name, 3000, 10),
    ].map(({ status }) => status)
    expect(statuses).toEqual([EINVAL, EINVAL, EINVAL])
    expect(stored(name).equals(body)).toBe(true)
  })

  it.each([-1, -(2 ** 52), Number.MAX_SAFE_INTEGER])('to a size of %i is refused', async (size) => {
    const name = peerName(content(100), 'appender')
    await whole(CREATE, name, content(100))
    expect((await truncate(name, 100, size)).status).not.toBe(OK)
    expect(stored(name).equals(content(100))).toBe(true)
  })

  it('writes far behind the end of a file neither at once nor by a link', async () => {
    const name = peerName(content(100), 'appender')
    await whole(CREATE, name, content(100))
    expect((await range(MODIFY, name, 2 ** 40, content(10))).status).not.toBe(OK)
    expect((await range(APPEND, name, 2 ** 40, content(10))).status).not.toBe(OK)
    expect((await range(MODIFY, name, -1, content(10))).status).toBe(EINVAL)
    expect(stored(name).equals(content(100))).toBe(true)
  })
})

describe('links', () => {
  it('lead to stored files only, and not in a circle', async () => {
    const body = content(50)
    const [target, one, two] = [peerName(body), peerName(body), peerName(body)]
    expect((await pair(LINK, one, one)).status).toBe(OK)
    expect((await pair(LINK, one, two)).status).toBe(OK)
    expect((await pair(LINK, two, one)).status).toBe(OK)
    expect([one, two].filter((name) => lstatSync(pathOf(name), { throwIfNoEntry: false }) !== undefined)).toEqual([])
    await whole(CREATE, target, body)
    await pair(LINK, one, target)
    await pair(LINK, two, one)
    for (const name of [one, two]) expect(readlinkSync(pathOf(name))).not.toContain('..')
    await whole(UPDATE, target, body)
    expect(stored(two).equals(body)).toBe(true)
  })

  it('are no way to change the file that they lead to', async () => {
    const body = content(50)
    const target = (await storage.client.uploadFile(body, { ext: 'bin' })).slice('group1/'.length)
    const link = peerName(content(0), 'appender')
    await pair(LINK, link, target)
    await range(APPEND, link, 50, content(10))
    await range(MODIFY, link, 0, content(10, 5))
    await truncate(link, 50, 0)
    await whole(UPDATE, link, content(10, 5))
    expect(stored(target).equals(body)).toBe(true)
  })
})

describe('times', () => {
  it('of a hundred years ahead stay with their file and do not become those of our own', async () => {
    const body = content(77)
    const name = peerName(body)
    expect((await whole(CREATE, name, body, 0xff_ff_ff_ff)).status).toBe(OK)
    expect(stored(name).equals(body)).toBe(true)
    const fileId = await storage.client.uploadFile(body, { ext: 'bin' })
    const info = await storage.client.queryFileInfo(fileId)
    expect(Math.abs(info.mtime - Date.now() / 1000)).toBeLessThan(3600)
    const own = log().filter(({ name: logged }) => fileId.endsWith(logged))
    expect(own.map(({ timestamp }) => Math.abs(timestamp - Date.now() / 1000) < 3600)).toEqual([true])
  })

  it.each([-1, 2 ** 32, 2 ** 53 - 1])('of %i do not keep the trackers from hearing of this storage', async (time) => {
    const socket = connect(storage.running.tcpPort, '127.0.0.1')
    socket.write(Buffer.concat([frame(REPORT_SERVER_ID, field('100001', 16)), frame(WATERMARK, int8(time))]))
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    const heardAt = () => cluster.dfs.tracker.listStorages('group1').then(([member]) => member)
    const now = (await heardAt())?.stat.lastHeartBeatTime ?? 0
    await until('the tracker hears of it', async () => ((await heardAt())?.stat.lastHeartBeatTime ?? 0) > now + 1)
    expect((await heardAt())?.status).toBe(7)
  })
})

it('after all of this the log can be read, and the storage works', async () => {
  await works()
  expect(log().length).toBeGreaterThan(5)
})

/** Every record of the log; one that cannot be read is thrown. */
function log() {
  const lines = readFileSync(join(storage.basePath, 'data/sync/binlog.000'), 'latin1').trimEnd().split('\n')
  return lines.flatMap((line) => parseLine(line) ?? [])
}
