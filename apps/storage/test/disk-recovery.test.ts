import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Status } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allActive, content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { field, frame, group, probe } from './probe.ts'

let cluster: TestCluster
let one: TestStorage
let two: TestStorage
/** File IDs on the store path that will be lost, with their content. */
const files = new Map<string, Buffer>()
const deleted: string[] = []

const root = (storage: TestStorage, index: number) => join(storage.basePath, `disk${index}`)
const pathOf = (storage: TestStorage, fileId: string) =>
  join(root(storage, Number(fileId.slice(8, 10))), 'data', fileId.slice('group1/M00/'.length))
const log = (storage: TestStorage) => readFileSync(join(storage.basePath, 'data/sync/binlog.000'), 'latin1')
const uploadTo = (path: number, body: Buffer, ext = 'bin') => one.client.uploadFile(body, { ext, storePathIndex: path })

function disksOf(folder: string): Array<{ path: string; readonly: boolean }> {
  return [0, 1].map((index) => {
    const path = join(folder, `disk${index}`)
    mkdirSync(path, { recursive: true })
    return { path, readonly: false }
  })
}

/** The disk is replaced by an empty one. */
function replaceDisk(storage: TestStorage, index: number): void {
  rmSync(join(root(storage, index), 'data'), { recursive: true })
}

beforeAll(async () => {
  cluster = await startCluster([])
  one = await cluster.addStorage('100001', { storePaths: disksOf(join(cluster.folder, '100001')) })
  two = await cluster.addStorage('100002', { storePaths: disksOf(join(cluster.folder, '100002')) })
  await allActive(cluster)
  for (let i = 0; i < 40; i += 1) {
    const body = content(i * 3000, i)
    files.set(await uploadTo(1, body), body)
  }
  const [master = ''] = files.keys()
  await one.client.setMetadata(master, { a: '1' }, 'overwrite')
  files.set(await one.client.uploadSlave(master, '_s', 'bin', content(500, 99)), content(500, 99))
  files.set(await one.client.uploadSlave(master, '_e', 'bin', Buffer.alloc(0)), Buffer.alloc(0))
  for (const seed of [70, 71]) deleted.push(await uploadTo(1, content(700, seed)))
  await one.client.deleteFile(deleted[0] ?? '')
  const all = [...files.keys()].map((fileId) => pathOf(two, fileId))
  await until('both have all', () => all.every((path) => existsSync(path)) && existsSync(`${all[0]}-m`))
  await until('both have the deletion, too', () => {
    const [peer] = one.running.replication()
    return peer?.mark?.offset === log(one).length
  })
}, 60_000)
afterAll(() => cluster.close())

describe('FETCH_ONE_PATH_BINLOG', () => {
  it('tells what is still there of one store path, ends with its length, and closes', async () => {
    const received = await new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = []
      const socket = connect({ host: '127.0.0.1', port: two.running.tcpPort })
      socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      socket.on('close', () => resolve(Buffer.concat(chunks)))
      socket.write(frame(26, Buffer.concat([group(), Buffer.from([1])])))
    })
    expect(received.subarray(0, 10).toString('hex')).toBe('04000000000000006400')
    const lines = received.subarray(10, -8).toString('latin1')
    expect(received.readBigInt64BE(received.length - 8)).toBe(BigInt(lines.length))
    const names = lines.split('\n').flatMap((line) => /^\d+ c (M01\/\S+)$/.exec(line)?.[1] ?? [])
    expect(names.length).toBe(lines.split('\n').length - 1)
    const [master = ''] = files.keys()
    const expected = [...files.keys(), `${master}-m`, deleted[1]].map((fileId) => fileId?.slice(7))
    expect(new Set(names)).toEqual(new Set(expected))
  })

  it('is refused for a store path that is not there, and for another group', async () => {
    const ask = (name: string, index: number) =>
      probe(two.running.tcpPort, frame(26, Buffer.concat([field(name, 16), Buffer.from([index])])))
    expect(await ask('group1', 2)).toMatchObject({ status: 22, connection: 'closed' })
    expect(await ask('group2', 0)).toMatchObject({ status: 22, connection: 'closed' })
  })
})

describe('a storage that lost a disk', { timeout: 90_000 }, () => {
  it('serves its files from another member, and restores them meanwhile', async () => {
    const other = await uploadTo(0, content(100, 50))
    await one.stop()
    replaceDisk(one, 1)
    const before = log(one)
    await one.start()
    const [fileId = '', body] = [...files].at(-3) ?? []
    expect((await one.client.downloadBuffer(other)).equals(content(100, 50))).toBe(true)
    // Until it has heard of the other member it cannot tell, and does not say that there is no such file.
    const served = async () => {
      try {
        return await one.client.downloadBuffer(fileId)
      } catch (error) {
        expect(error).toMatchObject({ status: Status.EAGAIN })
        return null
      }
    }
    await until('the file is served', async () => (await served())?.equals(body ?? Buffer.alloc(0)) === true)
    await until('everything is restored', () => !existsSync(join(root(one, 1), 'data/.recovery.flag')))
    for (const [id, whole] of files) {
      expect(readFileSync(pathOf(one, id)).equals(whole)).toBe(true)
      expect(statSync(pathOf(one, id)).mtimeMs).toBe(Math.floor(statSync(pathOf(two, id)).mtimeMs / 1000) * 1000)
    }
    expect(await one.client.getMetadata([...files.keys()][0] ?? '')).toEqual({ a: '1' })
    expect(existsSync(pathOf(one, deleted[0] ?? ''))).toBe(false)
    expect(readdirSync(join(root(one, 1), 'data')).filter((name) => name.includes('recovery'))).toEqual([])
    // Its own log says already that it has them.
    expect(log(one)).toBe(before)
  })

  it('stores the same content once again, where it did so before', async () => {
    const body = content(4000, 60)
    const twins = [await uploadTo(1, body), await uploadTo(1, body)]
    await until('the other has both', () => twins.every((id) => existsSync(pathOf(two, id))))
    await one.stop()
    replaceDisk(one, 1)
    await one.start({ checkFileDuplicate: true })
    await until('everything is restored', () => !existsSync(join(root(one, 1), 'data/.recovery.flag')))
    const inodes = () => twins.map((id) => lstatSync(pathOf(one, id)).ino)
    await until('both are one file', () => inodes()[0] === inodes()[1])
    for (const id of twins) {
      files.set(id, body)
      expect(readFileSync(pathOf(one, id)).equals(body)).toBe(true)
    }
  })

  it('deletes what it has not restored yet, in the whole group', async () => {
    const fileId = deleted[1] ?? ''
    await one.stop()
    await two.stop()
    replaceDisk(one, 1)
    await one.start()
    await one.client.deleteFile(fileId)
    await two.start()
    await until('it is gone at the other member', () => !existsSync(pathOf(two, fileId)))
    await until('everything else is restored', () => !existsSync(join(root(one, 1), 'data/.recovery.flag')))
    expect([...files.keys()].every((id) => existsSync(pathOf(one, id)))).toBe(true)
    expect(existsSync(pathOf(one, fileId))).toBe(false)
  })

  it('brings back what is missing at one of the other members', async () => {
    const three = await cluster.addStorage('100003', { storePaths: disksOf(join(cluster.folder, '100003')) })
    const ids = [...files.keys()]
    await allActive(cluster)
    await until('the new member has all', () => ids.every((id) => existsSync(pathOf(three, id))))
    await one.stop()
    replaceDisk(one, 1)
    const [atTwo = '', atThree = ''] = ids.slice(10)
    rmSync(pathOf(two, atTwo))
    rmSync(pathOf(three, atThree))
    await one.start()
    await until('everything is restored', () => !existsSync(join(root(one, 1), 'data/.recovery.flag')))
    for (const id of ids) expect(readFileSync(pathOf(one, id)).equals(files.get(id) ?? Buffer.alloc(0))).toBe(true)
    writeFileSync(pathOf(two, atTwo), files.get(atTwo) ?? '')
    writeFileSync(pathOf(three, atThree), files.get(atThree) ?? '')
  })

  it('goes on where it was when it was killed, as FastDFS writes that down, and asks for the rest', async () => {
    await one.stop()
    const ids = [...files.keys()]
    for (const fileId of ids) rmSync(pathOf(one, fileId))
    const lines = ids.map((fileId) => `1795240000 C ${fileId.slice(7)}\n`)
    const data = join(root(one, 1), 'data')
    const put = (name: string, text: string) => writeFileSync(join(data, name), text)
    put('.recovery.flag', 'saved_storage_status=7\nfetch_binlog_done=1\nrecovery_threads=2\n')
    put('.binlog.recovery.0', lines.slice(0, 10).join(''))
    put('.recovery.mark.0', `binlog_offset=${lines.slice(0, 4).join('').length}\n`)
    // What no member should write, as between the lines of one whose log is damaged, does not keep the rest away.
    const bad = [
      '',
      'what?',
      '1795240000 C M07/00/00/none.bin',
      '1795240000 C M01/../../x',
      '1795240000 T M01/a 9 -1',
      '1795240000 L M01/00/00/link ../../x',
    ]
    put('.binlog.recovery.1', [...bad, ...lines.slice(10, 20).map((line) => line.trim()), ''].join('\n'))
    await one.start()
    await until('the lists are done', () => !existsSync(join(data, '.recovery.flag')))
    const isOfList = (id: string) => lstatSync(pathOf(one, id)).mtimeMs === 1_795_240_000_000
    expect(ids.map(isOfList)).toEqual(ids.map((_, i) => i >= 4 && i < 20))
    expect(readdirSync(data).filter((name) => name.includes('recovery'))).toEqual([])
  })
})
