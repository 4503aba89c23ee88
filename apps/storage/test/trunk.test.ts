import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseFileId, ServerError, Status } from '@cairn/dfs-core'
import { afterEach, describe, expect, it } from 'vitest'
import { allActive, content, startCluster, type TestCluster, type TestStorage, until as within } from './cluster.ts'

const TRUNK = { fileSize: 4 * 1024 * 1024, slotMaxSize: 512 * 1024, allocAlignmentSize: 256 }

/** Generous: it is waited for states, on machines that are busy. */
const LIMIT_MS = 90_000
const until = (what: string, condition: () => boolean | Promise<boolean>) => within(what, condition, LIMIT_MS)

let cluster: TestCluster

async function startTrunkCluster(ids = ['100001', '100002']): Promise<void> {
  cluster = await startCluster(ids, { heartBeatIntervalMs: 5000 }, { cluster: { useTrunkFile: true }, trunk: TRUNK })
  await slotsAreHandedOut(cluster)
}

async function slotsAreHandedOut({ storages }: TestCluster): Promise<void> {
  for (const { client } of storages) {
    await until('small files go into slots', async () => {
      const id = await client.uploadFile(Buffer.from('probe'), { ext: 'txt' })
      await client.deleteFile(id)
      return parseFileId(id).kind === 'trunk'
    })
  }
}

async function trunkServer(): Promise<TestStorage> {
  const members = await cluster.dfs.tracker.listStorages('group1')
  const id = members.find(({ isTrunkServer }) => isTrunkServer)?.id
  const found = cluster.storages.find((storage) => storage.id === id)
  if (found === undefined) throw new Error('there is no trunk server')
  return found
}

const sizeOf = (n: number) => (n % 50 === 0 ? 100_000 + n : (n * 37) % 3000)

/** Uploads files n = from … to − 1 to all members in turn, several at a time. */
async function upload(from: number, to: number): Promise<Map<number, string>> {
  const ids = new Map<number, string>()
  let next = from
  const work = async () => {
    while (next < to) {
      const n = next
      next += 1
      const { client } = cluster.storages[n % cluster.storages.length] as TestStorage
      ids.set(n, await client.uploadFile(content(sizeOf(n), n), { ext: 'bin' }))
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return ids
}

async function expectReadable(storage: TestStorage, ids: ReadonlyMap<number, string>): Promise<void> {
  for (const [n, id] of ids) {
    if (sizeOf(n) === 0) continue
    const { stream } = await storage.client.download(id)
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    if (!Buffer.concat(chunks).equals(content(sizeOf(n), n))) throw new Error(`${id} is not what was uploaded`)
  }
}

/** Byte for byte, deleted slots included. */
async function trunkFilesAreTheSame(): Promise<void> {
  await until('the trunk files of all members are the same', () => {
    const [first, ...others] = cluster.storages.map((storage) =>
      trunkFiles(storage).map((name) => readFileSync(join(storage.basePath, 'data', name))),
    )
    return others.every(
      (files) => files.length === first?.length && files.every((file, i) => file.equals(first[i] ?? file)),
    )
  })
}

async function isGone(storage: TestStorage, id: string): Promise<boolean> {
  const answer = await storage.client.queryFileInfo(id).catch((error: unknown) => error)
  return answer instanceof ServerError && answer.status === Status.ENOENT
}

function trunkFiles({ basePath }: TestStorage): string[] {
  return readdirSync(join(basePath, 'data'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[0-9A-F]{2}\/[0-9A-F]{2}\/\d{6}$/.test(name))
    .sort()
}

const logOf = ({ basePath }: TestStorage) => readFileSync(join(basePath, 'data', 'trunk', 'binlog'), 'latin1')

function expectNoOverlap(ids: Iterable<string>): void {
  const slots = [...ids].map((id) => parseFileId(id)).map(({ trunk, high, low }) => ({ ...trunk, high, low }))
  const sorted = slots.map(({ id = 0, offset = 0, allocSize = 0 }) => ({ id, offset, end: offset + allocSize }))
  sorted.sort((a, b) => a.id - b.id || a.offset - b.offset)
  for (const [i, slot] of sorted.entries()) {
    const before = sorted[i - 1]
    if (before?.id === slot.id) expect(slot.offset).toBeGreaterThanOrEqual(before.end)
  }
}

afterEach(() => cluster.close())

describe('a group with trunk files', { timeout: 2 * LIMIT_MS }, () => {
  it('keeps small files in slots that are the same on every member, and uses them again', async () => {
    await startTrunkCluster()
    const ids = await upload(0, 80)
    expect([...ids.values()].filter((id) => parseFileId(id).kind !== 'trunk')).toEqual([])
    expectNoOverlap(ids.values())
    await trunkFilesAreTheSame()
    for (const storage of cluster.storages) await expectReadable(storage, ids)
    const [first] = cluster.storages as [TestStorage]

    const half = [...ids].filter(([n]) => n % 2 === 0)
    for (const [n, id] of half) {
      await cluster.storages[n % 4 === 0 ? 1 : 0]?.client.deleteFile(id)
      ids.delete(n)
    }
    for (const [, id] of half) {
      for (const storage of cluster.storages) await until(`${id} is gone`, () => isGone(storage, id))
    }
    await trunkFilesAreTheSame()
    const before = trunkFiles(first).length

    // A slot that was given back rests; a trunk server that starts anew knows nothing of that.
    const server = await trunkServer()
    await server.stop()
    await server.start()
    await allActive(cluster)
    await slotsAreHandedOut(cluster)
    const again = await upload(1000, 1040)
    expectNoOverlap([...ids.values(), ...again.values()])
    expect(trunkFiles(server).length).toBe(before)
    await expectReadable(server, ids)
    await expectReadable(server, again)
  })

  it('gives every file its own name, size, time and metadata', async () => {
    await startTrunkCluster(['100001'])
    const { client, basePath } = cluster.storages[0] as TestStorage
    const id = await client.uploadFile(content(700, 3), { ext: 'txt' })
    await until('the tracker knows of the trunk file', async () => {
      const [known] = await cluster.dfs.tracker.listGroups()
      return known?.currentTrunkFileId === 1 && known.trunkFreeMb === 3
    })
    await client.setMetadata(id, { author: 'Wang' }, 'overwrite')
    const { trunk, timestamp, crc32 } = parseFileId(id)
    expect(trunk?.allocSize).toBe(768)
    expect(await client.queryFileInfo(id)).toMatchObject({ size: 700, mtime: timestamp, crc32 })
    expect(await client.getMetadata(id)).toEqual({ author: 'Wang' })
    const slave = await client.uploadSlave(id, '_small', 'txt', content(20))
    expect(parseFileId(slave).kind).toBe('slave')
    expect(existsSync(join(basePath, 'data', slave.slice('group1/M00/'.length)))).toBe(true)
    expect(await client.downloadBuffer(id, { offset: 100, length: 50 })).toEqual(content(700, 3).subarray(100, 150))
    expect((await client.downloadBuffer(id, { offset: 650, length: 999 })).length).toBe(50)
    await expect(client.downloadBuffer(id, { offset: 700 })).rejects.toMatchObject({ status: Status.EINVAL })
    for (const change of [
      client.appendFile(id, content(1)),
      client.modifyFile(id, 0, content(1)),
      client.truncateFile(id, 0),
    ])
      await expect(change).rejects.toMatchObject({ status: Status.ENOENT })
    // The name tells all of the slot's header: with another time, CRC-32 or place it is the name of nothing.
    for (const at of [18, 32, 45]) {
      const other = id.slice(0, 7 + at) + (id[7 + at] === 'A' ? 'B' : 'A') + id.slice(8 + at)
      await expect(client.downloadBuffer(other)).rejects.toMatchObject({ status: Status.ENOENT })
    }
    const empty = await client.uploadFile(Buffer.alloc(0), { ext: 'txt' })
    expect(parseFileId(empty).kind).toBe('trunk')
    expect(await client.queryFileInfo(empty)).toMatchObject({ size: 0 })
    await expect(client.downloadBuffer(empty)).rejects.toMatchObject({ status: Status.EINVAL })
    await client.deleteFile(id)
    await expect(client.queryFileInfo(id)).rejects.toMatchObject({ status: Status.ENOENT })
    await expect(client.getMetadata(id)).rejects.toMatchObject({ status: Status.ENOENT })
    await expect(client.deleteFile(id)).rejects.toMatchObject({ status: Status.ENOENT })
  })

  it('makes a link to what lies in a slot a file of its own, which stays when the slot is emptied', async () => {
    await startTrunkCluster()
    const { client } = cluster.storages[0] as TestStorage
    const id = await client.uploadFile(content(700, 3), { ext: 'txt' })
    const link = await client.createLink(id, { ext: 'log' })
    const { size, crc32 } = parseFileId(id)
    expect(parseFileId(link)).toMatchObject({ kind: 'normal', size, crc32 })
    await client.deleteFile(id)
    for (const storage of cluster.storages) {
      await until('the slot is empty', () => isGone(storage, id))
      await until('the link is there', async () => !(await isGone(storage, link)))
      expect((await storage.client.downloadBuffer(link)).equals(content(700, 3))).toBe(true)
    }
  })

  it('empties slots that a crash left without a record, and no others', async () => {
    await startTrunkCluster(['100001'])
    const storage = cluster.storages[0] as TestStorage
    const [logged, unlogged] = [
      await storage.client.uploadFile(content(50), { ext: 'txt' }),
      await storage.client.uploadFile(content(60), { ext: 'txt' }),
    ]
    await storage.stop()
    const log = join(storage.basePath, 'data/sync/binlog.000')
    const nameOf = (id: string) => id.slice('group1/'.length)
    const lines = readFileSync(log, 'latin1').split('\n')
    writeFileSync(log, lines.filter((line) => !line.includes(nameOf(unlogged))).join('\n'))
    writeFileSync(
      join(storage.basePath, 'data/trunk/.cairn-unlogged'),
      [logged, unlogged].map((id) => nameOf(id).padEnd(64, '\0')).join(''),
    )
    await storage.start()
    expect(await storage.client.downloadBuffer(logged)).toEqual(content(50))
    await expect(storage.client.downloadBuffer(unlogged)).rejects.toMatchObject({ status: Status.ENOENT })
  })

  it('stores appenders and large files by themselves', async () => {
    await startTrunkCluster(['100001'])
    const { client } = cluster.storages[0] as TestStorage
    expect(parseFileId(await client.uploadAppender(content(10), { ext: 'log' })).kind).toBe('appender')
    const largest = TRUNK.slotMaxSize - 24
    expect(parseFileId(await client.uploadFile(content(largest), { ext: 'bin' })).kind).toBe('trunk')
    expect(parseFileId(await client.uploadFile(content(largest + 1), { ext: 'bin' })).kind).toBe('normal')
  })

  it('takes small files while the trunk server is away, and gives slots back when it has returned', async () => {
    await startTrunkCluster()
    const server = await trunkServer()
    const other = cluster.storages.find((storage) => storage !== server) as TestStorage
    const old = await other.client.uploadFile(content(5000), { ext: 'txt' })
    const { high, low, trunk } = parseFileId(old)
    const free = ` A 0 ${high} ${low} ${trunk?.id} ${trunk?.offset} ${trunk?.allocSize}\n`
    const timesFree = () => logOf(server).split(free).length - 1
    expect(timesFree()).toBe(1)
    await server.stop()
    await other.client.deleteFile(old)
    const body = content(500, 9)
    const id = await other.client.uploadFile(body, { ext: 'txt' })
    expect(parseFileId(id).kind).toBe('normal')
    expect(await other.client.queryFileInfo(id)).toMatchObject({ size: body.length })
    await other.stop()
    await server.start()
    await other.start()
    await allActive(cluster)
    await slotsAreHandedOut(cluster)
    await until('the slot of the deleted file is free', () => timesFree() === 2)
  })

  it('hands out no slot while the leader tracker is silent', async () => {
    cluster = await startCluster(
      ['100001'],
      { heartBeatIntervalMs: 300 },
      { cluster: { useTrunkFile: true }, trunk: TRUNK },
    )
    await slotsAreHandedOut(cluster)
    const { client } = cluster.storages[0] as TestStorage
    await cluster.tracker.close()
    await until('small files are stored by themselves', async () => {
      return parseFileId(await client.uploadFile(content(100), { ext: 'txt' })).kind === 'normal'
    })
    await cluster.restartTracker()
    await slotsAreHandedOut(cluster)
  })

  it('brings the log of free blocks of a member up to date that was away', async () => {
    await startTrunkCluster()
    const server = await trunkServer()
    const other = cluster.storages.find((storage) => storage !== server) as TestStorage
    await other.stop()
    for (let n = 0; n < 20; n += 1) await server.client.uploadFile(content(100 + n, n), { ext: 'bin' })
    await other.start()
    await until('both have the same lines', () => logOf(other) === logOf(server))
  })

  it('sends everything again to a member of which it does not know what it has', async () => {
    await startTrunkCluster()
    const server = await trunkServer()
    const other = cluster.storages.find((storage) => storage !== server) as TestStorage
    await until('both have the same lines', () => logOf(other) === logOf(server))
    await other.stop()
    const mark = join(server.basePath, `data/trunk/${other.id}.mark`)
    await until('its mark is written', () => existsSync(mark))
    rmSync(mark)
    appendFileSync(join(other.basePath, 'data/trunk/binlog'), '1 A 0 0 0 7 0 256\n')
    await other.start()
    await until('both have the same lines', () => logOf(other) === logOf(server))
  })

  it('sends the log of free blocks to every member before a slot counts as used', async () => {
    await startTrunkCluster()
    await upload(0, 40)
    const [first, second] = cluster.storages as [TestStorage, TestStorage]
    await until('both have the same lines', () => logOf(first) === logOf(second))
    expect(logOf(first).split('\n').length).toBeGreaterThan(40)
  })
})
