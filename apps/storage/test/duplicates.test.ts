import { existsSync, lstatSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allActive, content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { frame, group, int4, int8, probe, text } from './probe.ts'

let cluster: TestCluster
let storage: TestStorage
beforeAll(async () => {
  cluster = await startCluster(['100001'], { checkFileDuplicate: true })
  storage = cluster.storages[0]!
}, 60_000)
afterAll(() => cluster.close())

const pathOf = (fileId: string, at = storage) => join(at.basePath, 'data', fileId.slice('group1/M00/'.length))
const inode = (fileId: string, at = storage) => lstatSync(pathOf(fileId, at)).ino
const names = (fileId: string) => lstatSync(pathOf(fileId)).nlink
const upload = (body: Buffer, ext = 'bin') => storage.client.uploadFile(body, { ext })
const contents = (at = storage) =>
  readdirSync(join(at.basePath, 'data/.cairn-content'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )

describe('with check_file_duplicate', () => {
  it('the same content is stored once, whatever the names say; other content is not touched', async () => {
    const [a, b, c] = [
      await upload(content(70_000)),
      await upload(content(70_000), 'txt'),
      await upload(content(70_000)),
    ]
    const other = await upload(content(70_000, 2))
    await until('the three names are one file', () => new Set([a, b, c].map((id) => inode(id))).size === 1)
    await until('the other one is remembered, too', () => names(other) === 2)
    expect([names(a), contents().length]).toEqual([4, 2])
    for (const fileId of [a, b, c]) {
      expect((await storage.client.downloadBuffer(fileId)).equals(content(70_000))).toBe(true)
    }
  })

  it('deleting one name keeps the others; with the last one the content is gone', async () => {
    const known = contents().length
    const [a, b] = [await upload(content(5000, 3)), await upload(content(5000, 3))]
    await until('both names are one file', () => inode(a) === inode(b))
    await storage.client.deleteFile(a)
    await until('one name less', () => names(b) === 2)
    expect((await storage.client.downloadBuffer(b)).equals(content(5000, 3))).toBe(true)
    expect(contents().length).toBe(known + 1)
    await storage.client.deleteFile(b)
    await until('nothing is left of it', () => contents().length === known)
  })

  it('appender files and slaves never share their bytes', async () => {
    const [a, b] = [
      await storage.client.uploadAppender(content(3000, 4), { ext: 'bin' }),
      await storage.client.uploadAppender(content(3000, 4), { ext: 'bin' }),
    ]
    const slave = await storage.client.uploadSlave(await upload(content(3000, 4)), '_s', 'bin', content(3000, 4))
    const last = await upload(content(3000, 4))
    await until('what came last was looked at', () => names(last) === 3)
    expect([a, b, slave].map(names)).toEqual([1, 1, 1])
  })

  it('no file gets bytes that are not its own, whatever size, CRC-32 and SHA-256 promise', async () => {
    const first = await upload(content(8000, 8))
    await until('its content is remembered', () => names(first) === 2)
    const entry = contents().find(({ name }) => name.startsWith('8000-'))
    if (entry === undefined) throw new Error('no content of 8000 bytes is remembered')
    const remembered = join(entry.parentPath, entry.name)
    unlinkSync(remembered)
    writeFileSync(remembered, content(8000, 9))
    const second = await upload(content(8000, 8))
    const later = [await upload(content(900, 10)), await upload(content(900, 10))] as const
    await until('what came after it was looked at', () => inode(later[0]) === inode(later[1]))
    expect(names(second)).toBe(1)
    expect((await storage.client.downloadBuffer(second)).equals(content(8000, 8))).toBe(true)
    unlinkSync(remembered)
  })

  it('a change in place that a peer sends does not reach the other names', async () => {
    const [a, b] = [await upload(content(4000, 5)), await upload(content(4000, 5))]
    await until('both names are one file', () => inode(a) === inode(b))
    // The name of a slave file does not tell its content, so that it may change.
    const slave = await storage.client.createLink(a, { ext: 'bin', slaveOf: { fileId: a, prefix: '-s' } })
    expect(inode(slave)).toBe(inode(a))
    const modify = async (fileId: string) => {
      const name = fileId.slice('group1/'.length)
      const head = [int8(name.length), int8(0), int8(3), int4(1_795_240_000), group(), text(name), text('XYZ')]
      return (await probe(storage.running.tcpPort, frame(35, Buffer.concat(head)))).status
    }
    expect([await modify(a), await modify(slave)]).toEqual([22, 0])
    expect(readFileSync(pathOf(slave)).subarray(0, 3).toString()).toBe('XYZ')
    for (const name of [a, b]) expect(readFileSync(pathOf(name)).equals(content(4000, 5))).toBe(true)
  })

  it('what was stored before is found after a restart, and all of it stays when the key is turned off', async () => {
    await storage.stop()
    await storage.start({ checkFileDuplicate: false })
    expect(existsSync(join(storage.basePath, 'data/.cairn-content'))).toBe(false)
    const [a, b] = [await upload(content(6000, 6)), await upload(content(6000, 6))]
    expect([names(a), names(b)]).toEqual([1, 1])
    await storage.stop()
    await storage.start()
    await until('both names are one file', () => inode(a) === inode(b))
    expect((await storage.client.downloadBuffer(b)).equals(content(6000, 6))).toBe(true)
  })

  it('a replica shares, too, and has the same files', async () => {
    const [a, b] = [await upload(content(9000, 7)), await upload(content(9000, 7))]
    const replica = await cluster.addStorage('100002')
    await allActive(cluster)
    await until('both names are there', () => [a, b].every((fileId) => existsSync(pathOf(fileId, replica))))
    await until('both names are one file there', () => inode(a, replica) === inode(b, replica))
    expect((await replica.client.downloadBuffer(b)).equals(content(9000, 7))).toBe(true)
    await storage.client.deleteFile(a)
    await until('it is deleted there', () => !existsSync(pathOf(a, replica)))
    expect((await replica.client.downloadBuffer(b)).equals(content(9000, 7))).toBe(true)
  })
})
