import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { parseFileId } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { field, frame, group, int4, int8, probe, text } from './probe.ts'

const OK = 0
const ENOENT = 2
const EEXIST = 17
const EINVAL = 22
const SIGNATURE = '0123456789abcdef'

let cluster: TestCluster
let storage: TestStorage
let replica: TestStorage
beforeAll(async () => {
  cluster = await startCluster(['100001', '100002'], { uploadDurability: 'group' })
  storage = cluster.storages[0]!
  replica = cluster.storages[1]!
})
afterAll(() => cluster.close())

const pathOf = (fileId: string, at = storage) => join(at.basePath, 'data', fileId.slice('group1/M00/'.length))
const bytesAt = (fileId: string, at = storage) =>
  existsSync(pathOf(fileId, at)) ? readFileSync(pathOf(fileId, at)) : null
const log = () => readFileSync(join(storage.basePath, 'data/sync/binlog.000'), 'latin1')

interface LinkRequest {
  source: string
  master?: string
  prefix?: string
  ext?: string
  of?: string
  signature?: string
  sourceLength?: number
}

/** The layout of client protocol §2.2. Names are logic names. */
function createLink({ source, master = '', prefix = '', ext = 'bin', of = 'group1', ...rest }: LinkRequest) {
  const { signature = SIGNATURE, sourceLength = source.length } = rest
  const lengths = [int8(master.length), int8(sourceLength), int8(signature.length)]
  const names = [master, source, signature].map(text)
  const body = Buffer.concat([...lengths, group(of), field(prefix, 16), field(ext, 6), ...names])
  return probe(storage.running.tcpPort, frame(20, body))
}

describe('requests recorded from FastDFS 6.16.1', () => {
  interface Recorded {
    readonly dir: string
    readonly code: number
    readonly status: number
    readonly body: string
    readonly answer?: number
  }
  const file = new URL('../../../packages/dfs-core/testdata/frames-to-storage.jsonl', import.meta.url)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const recorded = lines.map((line) => JSON.parse(line) as Recorded).filter(({ code }) => code === 20)
  // Trunk files were not recorded: trunk.test.ts makes a link to what lies in one.
  const requests = recorded.filter(({ dir, body }) => dir === 'request' && !isOfSlot(body))
  const answers = recorded.filter(({ dir, status }) => dir === 'response' && status === OK).map(({ body }) => body)

  it.each(requests)('are answered as there: $answer to $body', async ({ body: hex, answer: expected }) => {
    const body = Buffer.from(hex, 'hex')
    for (const name of namesIn(hex)) {
      const fileId = `group1/${name}`
      mkdirSync(dirname(pathOf(fileId)), { recursive: true })
      writeFileSync(pathOf(fileId), content(parseFileId(fileId).size))
    }
    const answer = await probe(storage.running.tcpPort, frame(20, body))
    expect(answer).toMatchObject({ status: expected, connection: expected === EINVAL ? 'closed' : 'kept' })
    const isSlave = namesIn(hex).length === 2
    expect(answers.includes(answer.body.toString('hex'))).toBe(isSlave)
    const made = /^group1\0{10}M00\/[0-9A-F]{2}\/[0-9A-F]{2}\/[\w-]{27,34}\.\w{3}$/
    expect(made.test(answer.body.toString('latin1'))).toBe(expected === OK)
  })

  it('are all there', () => expect([requests.length, answers.length]).toEqual([5, 4]))

  function namesIn(hex: string): string[] {
    return (
      Buffer.from(hex, 'hex')
        .toString('latin1')
        .match(/M00\/00\/00\/[\w-]+\.[a-z]{3}/g) ?? []
    )
  }
  function isOfSlot(hex: string): boolean {
    return namesIn(hex).some((name) => name.length === 60)
  }
})

describe('a link', () => {
  it('is a file of its own at every member, which shares its bytes and outlives its source', async () => {
    const body = content(70_000)
    const source = await storage.client.uploadFile(body, { ext: 'bin' })
    const link = await storage.client.createLink(source, { ext: 'txt' })
    expect(parseFileId(link)).toMatchObject({ kind: 'normal', size: body.length, crc32: crc32(body), extension: 'txt' })
    expect(lstatSync(pathOf(link)).ino).toBe(lstatSync(pathOf(source)).ino)
    expect(log()).toContain(` C ${link.slice(7)}\n`)
    await until('both are at the other member', () =>
      [source, link].every((fileId) => bytesAt(fileId, replica)?.equals(body)),
    )
    await storage.client.deleteFile(source)
    await until('the source is gone there, too', () => bytesAt(source, replica) === null)
    for (const { client } of [storage, replica]) {
      expect((await client.downloadBuffer(link)).equals(body)).toBe(true)
      expect(await client.queryFileInfo(link)).toMatchObject({ size: body.length, crc32: crc32(body) })
    }
    await cluster.dfs.delete(link)
    await until('nothing is left of it', () => [storage, replica].every((at) => bytesAt(link, at) === null))
  })

  it('asked for through the trackers goes to the storage of its source', async () => {
    const source = await replica.client.uploadFile(content(500, 2), { ext: 'bin' })
    const link = await cluster.dfs.createLink(source)
    expect(parseFileId(link).source).toEqual({ kind: 'id', id: 100002 })
    await until('it has arrived', () => bytesAt(link)?.equals(content(500, 2)) === true)
  })

  it('with a master gets the name of a slave, once; its content is its own', async () => {
    const [master, source] = [
      await storage.client.uploadFile(content(10), { ext: 'jpg' }),
      await storage.client.uploadFile(content(3000, 3), { ext: 'bin' }),
    ]
    const link = await storage.client.createLink(source, { ext: 'png', slaveOf: { fileId: master, prefix: '_s' } })
    expect(link).toBe(master.replace('.jpg', '_s.png'))
    await until('it has arrived', () => bytesAt(link, replica)?.equals(content(3000, 3)) === true)
    expect(
      await createLink({ source: source.slice(7), master: master.slice(7), prefix: '_s', ext: 'png' }),
    ).toMatchObject({
      status: EEXIST,
      connection: 'kept',
    })
    // Its name tells the master's size and CRC-32: those of the content are asked from the disk.
    const again = await storage.client.createLink(link)
    expect(parseFileId(again)).toMatchObject({ size: 3000, crc32: crc32(content(3000, 3)) })
  })

  it('to a symbolic link, as FastDFS makes them, is a file with the bytes behind it', async () => {
    const target = await storage.client.uploadFile(content(300_000, 4), { ext: 'bin' })
    const symbolic = `${target.slice(0, -11)}AAAAAAA.bin`
    symlinkSync(pathOf(target), pathOf(symbolic))
    const link = await storage.client.createLink(symbolic)
    expect(lstatSync(pathOf(link)).isFile()).toBe(true)
    expect(lstatSync(pathOf(link)).ino).not.toBe(lstatSync(pathOf(target)).ino)
    expect(parseFileId(link)).toMatchObject({ size: 300_000, crc32: crc32(content(300_000, 4)) })
    expect(bytesAt(link)?.equals(content(300_000, 4))).toBe(true)
  })

  it('is not reached by a change in place of its source, which a peer can send for the name of a slave alone', async () => {
    const body = content(4000, 5)
    const plain = await storage.client.uploadFile(body, { ext: 'bin' })
    const slave = await storage.client.uploadSlave(plain, '_m', 'bin', body)
    const links = [await storage.client.createLink(plain), await storage.client.createLink(slave)]
    expect(lstatSync(pathOf(slave)).nlink).toBe(2)
    const change = (fileId: string) => {
      const name = fileId.slice(7)
      const modify = [int8(name.length), int8(0), int8(3), int4(1_795_240_000), group(), text(name), text('XYZ')]
      return probe(storage.running.tcpPort, frame(35, Buffer.concat(modify)))
    }
    expect((await change(plain)).status).toBe(EINVAL)
    expect((await change(slave)).status).toBe(OK)
    expect(bytesAt(slave)?.toString('latin1', 0, 3)).toBe('XYZ')
    for (const fileId of [plain, ...links]) expect(bytesAt(fileId)?.equals(body)).toBe(true)
  })

  it('may be empty, and is counted', async () => {
    const source = await storage.client.uploadFile(Buffer.alloc(0), { ext: 'bin' })
    const [before] = await cluster.dfs.tracker.listStorages('group1', '100001')
    const link = await storage.client.createLink(source)
    expect(parseFileId(link)).toMatchObject({ size: 0, crc32: 0 })
    await until('the tracker knows of one more', async () => {
      const [after] = await cluster.dfs.tracker.listStorages('group1', '100001')
      return (after?.stat.successCreateLinkCount ?? 0) > (before?.stat.successCreateLinkCount ?? 0)
    })
  })
})

describe('refused', () => {
  const MISSING = 'M00/00/00/oYYBAGsBGgKAc6nNAAAADK8IOy0999.txt'
  const names = { normal: '', appender: '', folder: 'M00/00/00/AAAAAAAAAAAAAAAAAAAAAAAAAAAA.folder-x' }
  beforeAll(async () => {
    names.normal = (await storage.client.uploadFile(content(100), { ext: 'bin' })).slice(7)
    names.appender = (await storage.client.uploadAppender(content(100), { ext: 'bin' })).slice(7)
    mkdirSync(pathOf(`group1/${names.folder}`), { recursive: true })
  })

  const rows: [situation: string, request: () => Partial<LinkRequest>, status: number][] = [
    ['the source is missing', () => ({ source: MISSING }), ENOENT],
    ['the source is missing, of a short name', () => ({ source: 'M00/00/00/x' }), ENOENT],
    ['the source is an appender', () => ({ source: names.appender }), EINVAL],
    ['the source is a folder', () => ({ source: names.folder }), EINVAL],
    ['the source is no name', () => ({ source: 'M00/../../oYYBAGsBGgKAc6nNAAAADK8IOy0999.txt' }), EINVAL],
    ['another group', () => ({ of: 'group2' }), EINVAL],
    ['no store path', () => ({ source: `M05${names.normal.slice(3)}` }), EINVAL],
    ['no signature', () => ({ signature: '' }), EINVAL],
    ['a signature of 65 bytes', () => ({ signature: 'a'.repeat(65) }), EINVAL],
    ['a length that is not so', () => ({ sourceLength: 45 }), EINVAL],
    ['a length below 0', () => ({ sourceLength: -44 }), EINVAL],
    ['an extension with a slash', () => ({ ext: 'a/b' }), EINVAL],
    ['a master without a prefix', () => ({ master: names.normal }), EINVAL],
    ['a prefix without a master', () => ({ prefix: '_s' }), EINVAL],
    ['a prefix with a slash', () => ({ master: names.normal, prefix: '_/' }), EINVAL],
    ['the master is missing', () => ({ master: MISSING, prefix: '_s' }), ENOENT],
    ['the master is an appender', () => ({ master: names.appender, prefix: '_s' }), EINVAL],
    ['it would be the metadata', () => ({ master: names.normal, prefix: '-m', ext: '' }), EINVAL],
  ]
  it.each(rows)('%s', async (_situation, request, status) => {
    const before = log()
    const answer = await createLink({ source: names.normal, ...request() })
    expect(answer).toMatchObject({ status, connection: status === EINVAL ? 'closed' : 'kept' })
    expect(answer.body.length).toBe(0)
    expect(log()).toBe(before)
    expect(readdirSync(join(storage.basePath, 'data/.cairn-tmp'))).toEqual([])
  })
})
