import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeTrunkFileName, parseFileId } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, type TestStorage, until as within } from './cluster.ts'
import { frame, group, int4, int8, probe, text } from './probe.ts'

// Commands 27 to 33 and slots in replication, byte by byte, as a C storage speaks them (internals §6.5, §6.7).
const OK = 0
const ENOENT = 2
const EIO = 5
const EBUSY = 16
const EEXIST = 17
const EINVAL = 22
const TRUNK = { fileSize: 4 * 1024 * 1024, slotMaxSize: 256 * 1024, allocAlignmentSize: 256, binlogMaxBackups: 1 }
/** A trunk server hands nothing out after two heart-beats without its tracker: a busy machine must not seem silent. */
const PATIENT = { heartBeatIntervalMs: 5000 }
const TRACKER = { cluster: { useTrunkFile: true }, trunk: TRUNK }

/** Generous: it is waited for states, on machines that are busy. */
const LIMIT_MS = 90_000
const until = (what: string, condition: () => boolean | Promise<boolean>) => within(what, condition, LIMIT_MS)

let cluster: TestCluster

const ask = (storage: TestStorage, command: number, body: Buffer, status = 0) =>
  probe(storage.running.tcpPort, frame(command, body, status))
const path0 = Buffer.from([0])
const alloc = (storage: TestStorage, size: number, path = path0, name = 'group1') =>
  ask(storage, 27, Buffer.concat([group(name), int4(size), path]))
const confirm = (storage: TestStorage, slot: Buffer, status = 0) =>
  ask(storage, 28, Buffer.concat([group(), slot]), status)
const free = (storage: TestStorage, slot: Buffer) => ask(storage, 29, Buffer.concat([group(), slot]))
const trunkPath = ({ basePath }: TestStorage, name: string) => join(basePath, 'data/trunk', name)

async function isTrunkServer(storage: TestStorage): Promise<boolean> {
  const answer = await alloc(storage, 100)
  if (answer.status === OK) await confirm(storage, answer.body, EIO)
  return answer.status === OK
}

describe('the trunk server', () => {
  let storage: TestStorage
  beforeAll(async () => {
    cluster = await startCluster(['100001'], PATIENT, TRACKER)
    storage = cluster.storages[0] as TestStorage
    await until('it is the trunk server', () => isTrunkServer(storage))
  }, LIMIT_MS)
  afterAll(() => cluster.close())

  it('hands out slots side by side, as large as the alignment wants them', async () => {
    const first = await alloc(storage, 43)
    const second = await alloc(storage, 300)
    expect(first).toMatchObject({ status: OK, connection: 'kept' })
    expect(first.body.length).toBe(15)
    expect(first.body.subarray(11)).toEqual(int4(256))
    expect(second.body.subarray(11)).toEqual(int4(512))
    expect(second.body.readUInt32BE(7)).toBe(first.body.readUInt32BE(7) + 256)
  })

  it('takes a confirmed slot out once', async () => {
    const { body } = await alloc(storage, 43)
    expect(await confirm(storage, body)).toEqual({ status: OK, body: Buffer.alloc(0), connection: 'kept' })
    expect(await confirm(storage, body)).toMatchObject({ status: ENOENT, connection: 'kept' })
  })

  it('hands a slot out again whose writer failed', async () => {
    const { body } = await alloc(storage, 2000)
    expect(await confirm(storage, body, EIO)).toMatchObject({ status: OK })
    expect((await alloc(storage, 2000)).body).toEqual(body)
  })

  it('takes a slot back once', async () => {
    const { body } = await alloc(storage, 43)
    await confirm(storage, body)
    expect(await free(storage, body)).toMatchObject({ status: OK, connection: 'kept' })
    expect(await free(storage, body)).toMatchObject({ status: EEXIST, connection: 'kept' })
  })

  it.each([
    ['another group', () => alloc(storage, 43, path0, 'group2')],
    ['a slot larger than any', () => alloc(storage, TRUNK.slotMaxSize + 1)],
    ['a store path that is not there', () => alloc(storage, 43, Buffer.from([7]))],
    ['a body that is cut short', () => ask(storage, 27, group())],
    ['lines of another trunk server', () => ask(storage, 30, text('1 A 0 0 0 1 0 256\n'))],
    ['an order to begin its log anew', () => ask(storage, 33, Buffer.alloc(0))],
  ])('refuses %s and closes', async (_, request) => {
    expect(await request()).toMatchObject({ status: EINVAL, connection: 'closed' })
  })

  it('tells how long its log is', async () => {
    const { status, body } = await ask(storage, 31, Buffer.alloc(0))
    expect({ status, size: Number(body.readBigInt64BE(0)) }).toEqual({
      status: OK,
      size: statSync(trunkPath(storage, 'binlog')).size,
    })
  })

  it('forgets snapshot and marks when it is told to', async () => {
    const snapshot = join(storage.basePath, 'data/storage_trunk.dat')
    for (const path of [snapshot, trunkPath(storage, '100002.mark')]) writeFileSync(path, 'binlog_offset=7\n')
    expect(await ask(storage, 32, Buffer.alloc(0))).toMatchObject({ status: OK, connection: 'kept' })
    expect(existsSync(snapshot)).toBe(false)
    expect(existsSync(trunkPath(storage, '100002.mark'))).toBe(false)
  })
})

describe('a member that is not the trunk server', () => {
  let storage: TestStorage
  beforeAll(async () => {
    cluster = await startCluster(['100001', '100002'], PATIENT, TRACKER)
    const [first, second] = cluster.storages as [TestStorage, TestStorage]
    await until('there is a trunk server', async () => (await isTrunkServer(first)) || (await isTrunkServer(second)))
    const server = (await isTrunkServer(first)) ? first : second
    storage = server === first ? second : first
    // So that nobody but the test sends it lines. It stays the trunk server: a lost connection alone does not end that.
    await server.stop()
  }, LIMIT_MS)
  afterAll(() => cluster.close())

  it.each([
    ['to hand out slots', () => alloc(storage, 43)],
    ['to take lines that break off', () => ask(storage, 30, text('1 A 0 0 0 1 0 256'))],
    ['to take what are no lines', () => ask(storage, 30, text('1 A 0 0 0 1\n'))],
    ['to take no line', () => ask(storage, 30, text('\n'))],
  ])('refuses %s and closes', async (_, request) => {
    expect(await request()).toMatchObject({ status: EINVAL, connection: 'closed' })
  })

  it('adds lines to its copy, keeps the copy when it begins a new one, and only so many old ones', async () => {
    const lines = '1795234376 A 0 0 0 1 0 67108864\n1795234376 D 0 0 0 1 0 67108864\n'
    expect(await ask(storage, 30, text(lines))).toMatchObject({ status: OK, connection: 'kept' })
    const copy = readFileSync(trunkPath(storage, 'binlog'), 'latin1')
    expect(copy.endsWith(lines)).toBe(true)
    expect(await ask(storage, 33, Buffer.alloc(0))).toMatchObject({ status: OK, connection: 'kept' })
    expect(statSync(trunkPath(storage, 'binlog')).size).toBe(0)
    const backups = readdirSync(trunkPath(storage, '.')).filter((name) => /^binlog\.\d{14}$/.test(name))
    expect(backups.length).toBe(1)
    expect(readFileSync(trunkPath(storage, backups[0] ?? ''), 'latin1')).toBe(copy)
  })
})

describe('a file from a peer that lies in a slot', () => {
  let storage: TestStorage
  const PEER = { kind: 'id', id: 100_002 } as const
  const slot = { id: 9, offset: 512, allocSize: 1024 }
  beforeEach(async () => {
    cluster = await startCluster(['100001'], PATIENT, TRACKER)
    storage = cluster.storages[0] as TestStorage
  }, LIMIT_MS)
  afterEach(() => cluster.close())

  const named = (body: Buffer, timestamp: number) => {
    const facts = { source: PEER, timestamp, size: body.length, crc32: crc32(body), random23: 1, ext: 'bin', digits: 2 }
    return `M00/0A/0B/${encodeTrunkFileName(facts, slot)}`
  }
  const create = (name: string, body: Buffer) =>
    ask(storage, 16, Buffer.concat([int8(name.length), int8(body.length), int4(5), group(), text(name), body]))
  const remove = (name: string) => ask(storage, 17, Buffer.concat([int4(6), group(), text(name)]))
  const read = (name: string) => storage.client.downloadBuffer(`group1/${name}`)
  const trunkFile = () => readFileSync(join(storage.basePath, 'data/0A/0B/000009'))

  it('is written there, in a trunk file of full size', async () => {
    const body = content(700)
    expect(await create(named(body, 1000), body)).toMatchObject({ status: OK })
    expect(await read(named(body, 1000))).toEqual(body)
    expect(trunkFile().length).toBe(TRUNK.fileSize)
    expect(trunkFile().subarray(512 + 24, 512 + 24 + 700)).toEqual(body)
    expect(await create(named(body, 1000), body)).toMatchObject({ status: EEXIST })
  })

  it('is zeroed when it is deleted', async () => {
    const body = content(700)
    await create(named(body, 1000), body)
    expect(await remove(named(body, 1000))).toMatchObject({ status: OK })
    expect(trunkFile().every((byte) => byte === 0)).toBe(true)
    expect(await remove(named(body, 1000))).toMatchObject({ status: ENOENT })
  })

  it('waits until an older one is deleted, and never takes the place of a newer one', async () => {
    const [older, newer] = [content(600, 1), content(500, 2)]
    await create(named(older, 1000), older)
    expect(await create(named(newer, 1001), newer)).toMatchObject({ status: EBUSY, connection: 'kept' })
    expect(await read(named(older, 1000))).toEqual(older)
    await remove(named(older, 1000))
    expect(await create(named(newer, 1001), newer)).toMatchObject({ status: OK })
    expect(await read(named(newer, 1001))).toEqual(newer)
    await expect(read(named(older, 1000))).rejects.toMatchObject({ status: ENOENT })
    expect(await create(named(older, 999), older)).toMatchObject({ status: EEXIST })
    expect(await read(named(newer, 1001))).toEqual(newer)
    expect(await remove(named(older, 999))).toMatchObject({ status: ENOENT })
    expect(await read(named(newer, 1001))).toEqual(newer)
  })

  it('is refused when it is not what its name says', async () => {
    const body = content(700)
    expect(await create(named(body, 1000), content(700, 2))).toMatchObject({ status: EIO })
    await expect(read(named(body, 1000))).rejects.toMatchObject({ status: ENOENT })
  })
})

describe('the data folder of a C storage', { timeout: 2 * LIMIT_MS }, () => {
  const fromC = (name: string) => readFileSync(new URL(`../testdata/trunk/${name}`, import.meta.url))
  afterEach(() => cluster.close())

  it('is taken over: its files are read, and slots are handed out where C would have gone on', async () => {
    cluster = await startCluster([], PATIENT, { cluster: { useTrunkFile: true }, trunk: { allocAlignmentSize: 256 } })
    const data = join(cluster.folder, '100001/data')
    for (const folder of ['00/00', 'sync', 'trunk']) mkdirSync(join(data, folder), { recursive: true })
    writeFileSync(join(data, '00/00/000001'), Buffer.concat([fromC('000001.first76000')], 64 * 1024 * 1024))
    writeFileSync(join(data, 'sync/binlog.000'), fromC('early-sync-binlog.000'))
    writeFileSync(join(data, 'trunk/binlog'), fromC('early-binlog'))
    const storage = await cluster.addStorage('100001')
    await until('it is the trunk server', () => isTrunkServer(storage))

    const names = fromC('early-sync-binlog.000')
      .toString('latin1')
      .split('\n')
      .flatMap((line) => line.split(' ').slice(2))
      .filter((name) => /^.{60}$/.test(name) && parseFileId(`group1/${name}`).kind === 'trunk')
    const whole = names.filter((name) => {
      const { trunk, size } = parseFileId(`group1/${name}`)
      return size > 0 && (trunk?.offset ?? 0) + 24 + size <= 76_000
    })
    expect(whole.length).toBe(4)
    for (const name of whole) {
      expect(crc32(await storage.client.downloadBuffer(`group1/${name}`))).toBe(parseFileId(`group1/${name}`).crc32)
    }

    const ends = names
      .map((name) => parseFileId(`group1/${name}`).trunk)
      .map((slot) => (slot?.offset ?? 0) + (slot?.allocSize ?? 0))
    const id = await storage.client.uploadFile(content(100), { ext: 'txt' })
    expect(parseFileId(id)).toMatchObject({
      high: 0,
      low: 0,
      trunk: { id: 1, offset: Math.max(...ends), allocSize: 256 },
    })
    await storage.stop()
    // What was there stays as it was; what came after is in C's own words.
    const log = readFileSync(join(data, 'trunk/binlog'), 'latin1')
    expect(log.startsWith(fromC('early-binlog').toString('latin1'))).toBe(true)
    expect(log).toMatch(/^(\d+ [AD] \d+ \d+ \d+ \d+ \d+ \d+\n)+$/)
    expect(readFileSync(join(data, 'storage_trunk.dat'), 'latin1')).toMatch(
      new RegExp(`^${log.length}\n(\\d+ A 0 0 0 1 \\d+ \\d+\n)+$`),
    )
  })
})
