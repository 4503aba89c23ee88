import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type TestCluster, type TestStorage } from './cluster.ts'
import { field, frame, group, int4, int8, probe, text } from './probe.ts'

// Statuses as the C storage answers (client protocol §4.13 and captures/probe-results.txt); EINVAL closes.
const OK = 0
const ENOENT = 2
const EEXIST = 17
const EISDIR = 21
const EINVAL = 22

let cluster: TestCluster
let storage: TestStorage
/** Logic names of files that are there. */
const names = {
  normal: '',
  empty: '',
  appender: '',
  slave: '',
  folder: 'M00/00/00/AAAAAAAAAAAAAAAAAAAAAAAAAAAA.folder-x',
}
const MISSING = 'M00/00/00/oYYBAGsBGgKAc6nNAAAADK8IOy0999.txt'
const CONTENT = text('hello probe'.repeat(10))
/** buff_size */
const BUFFER = 256 * 1024
/** One record for a request of `size` bytes with header (10), fixed fields (33) and name (44). */
const metadataOf = (size: number) => `a\x02${'b'.repeat(size - 10 - 33 - 44 - 2)}`

beforeAll(async () => {
  cluster = await startCluster()
  storage = cluster.storages[0]!
  const { client } = storage
  const logic = (fileId: string) => fileId.slice('group1/'.length)
  names.normal = logic(await client.uploadFile(CONTENT, { ext: 'txt' }))
  names.empty = logic(await client.uploadFile(Buffer.alloc(0), { ext: 'txt' }))
  names.appender = logic(await client.uploadAppender(text('0123456789'), { ext: 'txt' }))
  names.slave = logic(await client.uploadSlave(`group1/${names.normal}`, '_s', 'jpg', text('slave')))
  mkdirSync(join(storage.basePath, 'data', names.folder.slice(4)))
})
afterAll(() => cluster.close())

const ask = (command: number, ...parts: Buffer[]) =>
  probe(storage.running.tcpPort, frame(command, Buffer.concat(parts)))

const upload = (command: 11 | 23, { index = 0xff, size, ext = 'bin', body = CONTENT }: UploadFields = {}) =>
  ask(command, Buffer.from([index]), int8(size ?? body.length), Buffer.isBuffer(ext) ? ext : field(ext, 6), body)
interface UploadFields {
  index?: number
  size?: number
  ext?: string | Buffer
  body?: Buffer
}
const slave = (master: string, { prefix = '_150x150', ext = 'jpg', size, body = text('slave') }: SlaveFields = {}) =>
  ask(21, int8(master.length), int8(size ?? body.length), field(prefix, 16), field(ext, 6), text(master), body)
interface SlaveFields {
  prefix?: string
  ext?: string
  size?: number
  body?: Buffer
}
const append = (name: string, body = text('abc'), size = body.length, length = name.length) =>
  ask(24, int8(length), int8(size), text(name), body)
const modify = (name: string, offset: number, body = text('XY')) =>
  ask(34, int8(name.length), int8(offset), int8(body.length), text(name), body)
const truncate = (name: string, size: number) => ask(36, int8(name.length), int8(size), text(name))
const regenerate = (name: string) => ask(38, text(name))
const remove = (name: string, of = 'group1') => ask(12, group(of), text(name))
const download = (name: string, { offset = 0, bytes = 0, of = 'group1' } = {}) =>
  ask(14, int8(offset), int8(bytes), group(of), text(name))
const setMeta = (name: string, meta = 'a\x021', { flag = 'O', of = 'group1', length = meta.length } = {}) =>
  ask(13, int8(name.length), int8(length), text(flag), group(of), text(name), text(meta))
const getMeta = (name: string, of = 'group1') => ask(15, group(of), text(name))
const info = (name: string, of = 'group1') => ask(22, group(of), text(name))

type Row = [situation: string, request: () => ReturnType<typeof ask>, status: number]

const rows: Row[] = [
  // Wrong group
  ['delete: wrong group', () => remove(names.normal, 'group2'), EINVAL],
  ['set metadata: wrong group', () => setMeta(names.normal, 'a\x021', { of: 'group2' }), EINVAL],
  ['download: wrong group', () => download(names.normal, { of: 'group2' }), EINVAL],
  ['set metadata: as long as FastDFS takes', () => setMeta(names.normal, metadataOf(BUFFER - 1)), OK],
  ['set metadata: longer', () => setMeta(names.normal, metadataOf(BUFFER)), EINVAL],
  ['get metadata: wrong group', () => getMeta(names.normal, 'group2'), EINVAL],
  ['query info: wrong group', () => info(names.normal, 'group2'), EINVAL],
  // Path index
  ['upload: path 5', () => upload(11, { index: 5 }), EINVAL],
  ['appender upload: path 200', () => upload(23, { index: 200 }), EINVAL],
  ...(['M99', 'M01', 'm00', 'MZZ'] as const).flatMap((path): Row[] => {
    const name = () => path + names.normal.slice(3)
    return [
      [`slave: ${path}`, () => slave(name()), EINVAL],
      [`append: ${path}`, () => append(name()), EINVAL],
      [`regenerate: ${path}`, () => regenerate(name()), EINVAL],
      [`delete: ${path}`, () => remove(name()), EINVAL],
      [`set metadata: ${path}`, () => setMeta(name()), EINVAL],
      [`download: ${path}`, () => download(name()), EINVAL],
      [`get metadata: ${path}`, () => getMeta(name()), EINVAL],
      [`query info: ${path}`, () => info(name()), EINVAL],
    ]
  }),
  // Names that are no names, and names that try to leave the store
  ...[
    'M00/00/00/',
    'short',
    '',
    'M00/0a/00/oYYBAGsBGgKAc6nNAAAADK8IOy0999.txt',
    'M00/0G/00/oYYBAGsBGgKAc6nNAAAADK8IOy0999.txt',
    'M00/00/00/sub/oYYBAGsBGgKAc6nNAAAADK8IOy9.txt',
    'M00/../../oYYBAGsBGgKAc6nNAAAADK8IOy0999.txt',
    '../../../../../../etc/passwd-padded-to-44-chars',
    'M00/00/00/../../../../etc/passwd-padded-to-44-c',
    '/etc/passwd-is-not-a-name-of-a-file-in-the-store',
    `M00/00/00/${'A'.repeat(300)}`,
    'M00/00/00/with\nnewline-oYYBAGsBGgKAc6nNAAAADK8IO',
    'M00/00/00/with blank-oYYBAGsBGgKAc6nNAAAADK8IOy0',
    'M00/00/00/with\0nul-oYYBAGsBGgKAc6nNAAAADK8IOy099',
  ].flatMap((name): Row[] => {
    const shown = JSON.stringify(name.slice(0, 30))
    return [
      [`slave: master ${shown}`, () => slave(name), EINVAL],
      [`append: ${shown}`, () => append(name), EINVAL],
      [`modify: ${shown}`, () => modify(name, 0), EINVAL],
      [`truncate: ${shown}`, () => truncate(name, 0), EINVAL],
      [`regenerate: ${shown}`, () => regenerate(name), EINVAL],
      [`delete: ${shown}`, () => remove(name), EINVAL],
      [`set metadata: ${shown}`, () => setMeta(name), EINVAL],
      [`download: ${shown}`, () => download(name), EINVAL],
      [`get metadata: ${shown}`, () => getMeta(name), EINVAL],
      [`query info: ${shown}`, () => info(name), EINVAL],
    ]
  }),
  // Missing files
  ['slave: master is missing', () => slave(MISSING), ENOENT],
  ['append: missing', () => append(MISSING), ENOENT],
  ['modify: missing', () => modify(MISSING, 0), ENOENT],
  ['truncate: missing', () => truncate(MISSING, 0), ENOENT],
  ['regenerate: missing', () => regenerate(MISSING), ENOENT],
  ['delete: missing', () => remove(MISSING), ENOENT],
  ['set metadata: missing', () => setMeta(MISSING), ENOENT],
  ['download: missing', () => download(MISSING), ENOENT],
  ['get metadata: missing', () => getMeta(MISSING), ENOENT],
  ['query info: missing', () => info(MISSING), ENOENT],
  // Names of 11 to 43 characters
  ['slave: short master', () => slave('M00/00/00/x'), ENOENT],
  ['append: short name', () => append('M00/00/00/x'), EINVAL],
  ['truncate: short name', () => truncate('M00/00/00/x', 0), EINVAL],
  ['regenerate: short name', () => regenerate('M00/00/00/x'), EINVAL],
  ['delete: short name', () => remove('M00/00/00/x'), ENOENT],
  ['set metadata: short name', () => setMeta('M00/00/00/x'), ENOENT],
  ['download: short name', () => download('M00/00/00/x'), ENOENT],
  ['query info: short name', () => info('M00/00/00/x'), ENOENT],
  // A folder under the name of a file
  ['append: folder', () => append(names.folder), EINVAL],
  ['truncate: folder', () => truncate(names.folder, 0), EINVAL],
  ['regenerate: folder', () => regenerate(names.folder), EINVAL],
  ['delete: folder', () => remove(names.folder), EINVAL],
  ['set metadata: folder', () => setMeta(names.folder), OK],
  ['download: folder', () => download(names.folder), EISDIR],
  ['query info: folder', () => info(names.folder), OK],
  // Not an appender
  ['append: normal file', () => append(names.normal), EINVAL],
  ['append: slave', () => append(names.slave), EINVAL],
  ['modify: normal file', () => modify(names.normal, 0), EINVAL],
  ['truncate: normal file', () => truncate(names.normal, 0), EINVAL],
  ['regenerate: normal file', () => regenerate(names.normal), EINVAL],
  // Lengths
  ['upload: 14 bytes', () => ask(11, Buffer.alloc(14)), EINVAL],
  ['upload: size > body', () => upload(11, { size: CONTENT.length + 1 }), EINVAL],
  ['upload: size < body', () => upload(11, { size: CONTENT.length - 1 }), EINVAL],
  ['upload: negative size', () => upload(11, { size: -1 }), EINVAL],
  ['upload: size of 2^60', () => ask(11, Buffer.from([0xff]), int8(2n ** 60n), field('bin', 6), CONTENT), EINVAL],
  ['slave: 38 bytes', () => ask(21, Buffer.alloc(38)), EINVAL],
  ['slave: size > body', () => slave(names.normal, { size: 100 }), EINVAL],
  ['append: size mismatch', () => append(names.appender, text('abc'), 99), EINVAL],
  ['append: name length mismatch', () => append(names.appender, text('abc'), 3, 45), EINVAL],
  ['append: negative size', () => append(names.appender, text('abc'), -3), EINVAL],
  ['modify: negative offset', () => modify(names.appender, -1), EINVAL],
  ['modify: past the end', () => modify(names.appender, 1_000_000), EINVAL],
  ['truncate: negative', () => truncate(names.appender, -1), EINVAL],
  ['set metadata: bad lengths', () => setMeta(names.normal, 'a\x021', { length: 99 }), EINVAL],
  ['set metadata: flag X', () => setMeta(names.normal, 'a\x021', { flag: 'X' }), EINVAL],
  ['delete: short body', () => ask(12, text('group1')), EINVAL],
  ['download: short body', () => ask(14, Buffer.alloc(20)), EINVAL],
  ['download: more bytes than 2^53', () => ask(14, int8(1), int8(2n ** 63n - 1n), group(), text(names.normal)), OK],
  ['download: offset above 2^53', () => ask(14, int8(2n ** 62n), int8(0), group(), text(names.normal)), EINVAL],
  // Extensions and prefixes
  ...['a/b', 'a b', '../', "a'b", '\xff\xfe'].map(
    (ext): Row => [`upload: ext ${JSON.stringify(ext)}`, () => upload(11, { ext }), EINVAL],
  ),
  ...['TXT', 'abcdef', '.txt', 'a.b', '..', '', 'x-y_z'].map(
    (ext): Row => [`upload: ext ${ext}`, () => upload(11, { ext }), OK],
  ),
  ['upload: extension ends at NUL', () => upload(11, { ext: text('a\0b\0\0\0') }), OK],
  ['slave: no prefix', () => slave(names.normal, { prefix: '' }), EINVAL],
  ['slave: prefix with slash', () => slave(names.normal, { prefix: '_a/b' }), EINVAL],
  ['slave: would be the metadata file', () => slave(names.normal, { prefix: '-m', ext: '' }), EINVAL],
  ['slave: 16 characters of prefix', () => slave(names.normal, { prefix: '_1234567890abcde' }), OK],
  ['slave: of a slave', () => slave(names.slave, { prefix: '_t' }), OK],
  ['slave: of an appender', () => slave(names.appender, { prefix: '_t' }), OK],
  ['slave: without extension', () => slave(names.normal, { prefix: '_noext', ext: '' }), OK],
  ['slave: empty', () => slave(names.normal, { prefix: '_e', body: Buffer.alloc(0) }), OK],
  ['slave: is there', () => slave(names.normal, { prefix: '_s' }), EEXIST],
  // Ranges
  ['download: offset = size', () => download(names.normal, { offset: CONTENT.length }), EINVAL],
  ['download: negative offset', () => download(names.normal, { offset: -1 }), EINVAL],
  ['download: negative length', () => download(names.normal, { bytes: -1 }), EINVAL],
  ['download: more than there is', () => download(names.normal, { bytes: 1_000_000 }), OK],
  ['download: empty file', () => download(names.empty), EINVAL],
  ['query info: empty file', () => info(names.empty), OK],
  // Metadata
  ['get metadata: none', () => getMeta(names.slave), ENOENT],
  ['set metadata: delete what is not there', () => setMeta(names.slave, ''), OK],
  ['set metadata: merge nothing', () => setMeta(names.slave, '', { flag: 'M' }), OK],
  ['download: metadata that is not there', () => download(`${names.slave}-m`), ENOENT],
  // Commands
  ['create link', () => ask(20, Buffer.alloc(100)), EINVAL],
  ['unknown command 0', () => ask(0), EINVAL],
  ['unknown command 10', () => ask(10), EINVAL],
  ['a command of trackers', () => ask(101), EINVAL],
  ['an answer as a request', () => ask(100), EINVAL],
  ['trunk alloc, trunk off', () => ask(27, group(), int4(100), Buffer.from([0])), EINVAL],
  ['trunk confirm, trunk off', () => ask(28, group(), Buffer.alloc(15)), EINVAL],
  ['trunk free, trunk off', () => ask(29, group(), Buffer.alloc(15)), EINVAL],
  ['trunk binlog, trunk off', () => ask(30, text('1795234376 A 0 0 0 1 0 256\n')), EINVAL],
  ...[31, 32, 33].map((command): Row => [`trunk command ${command}, trunk off`, () => ask(command), EINVAL]),
  ['active test with a body', () => ask(111, Buffer.alloc(5)), EINVAL],
  ['active test', () => ask(111), OK],
  // Sync commands of peers
  [
    'sync create: wrong group',
    () => ask(16, int8(MISSING.length), int8(0), int4(1), group('group2'), text(MISSING)),
    EINVAL,
  ],
  ['sync delete: wrong group', () => ask(17, int4(1), group('group2'), text(names.normal)), EINVAL],
  ...([25, 35] as const).map(
    (command): Row => [
      `sync range ${command}: wrong group`,
      () => ask(command, int8(44), int8(0), int8(1), int4(1), group('group2'), text(names.appender), text('x')),
      EINVAL,
    ],
  ),
  [
    'sync truncate: wrong group',
    () => ask(37, int8(44), int8(10), int8(0), int4(1), group('group2'), text(names.appender)),
    EINVAL,
  ],
  ...([19, 40] as const).map(
    (command): Row => [
      `sync of two names ${command}: wrong group`,
      () => ask(command, int8(44), int8(44), int4(1), group('group2'), text(MISSING), text(names.appender)),
      EINVAL,
    ],
  ),
  [
    'sync create: a name with a blank',
    () => ask(16, int8(44), int8(0), int4(1), group(), text(MISSING.replace('999', '9 9'))),
    EINVAL,
  ],
  [
    'sync create: a name that leaves the store',
    () => ask(16, int8(44), int8(0), int4(1), group(), text('M00/../../oYYBAGsBGgKAc6nNAAAADK8IOy0999.txt')),
    EINVAL,
  ],
  ['sync create: lengths', () => ask(16, int8(44), int8(5), int4(1), group(), text(MISSING), text('1234')), EINVAL],
  ['sync delete: missing', () => ask(17, int4(1), group(), text(MISSING)), ENOENT],
  [
    'sync append: missing',
    () => ask(25, int8(44), int8(0), int8(3), int4(1), group(), text(MISSING), text('abc')),
    ENOENT,
  ],
  ['sync truncate: missing', () => ask(37, int8(44), int8(1), int8(0), int4(1), group(), text(MISSING)), ENOENT],
  [
    'sync rename: missing',
    () => ask(40, int8(44), int8(44), int4(1), group(), text(MISSING.replace('999', '998')), text(MISSING)),
    ENOENT,
  ],
]

describe('the error matrix', () => {
  it.each(rows)('%s', async (_situation, request, status) => {
    const answer = await request()
    expect(answer.status).toBe(status)
    if (status !== OK) expect(answer.body.length).toBe(0)
    expect(answer.connection).toBe(status === EINVAL ? 'closed' : 'kept')
  })
})

describe('frames', () => {
  it.each([
    ['a negative length', frame(111, Buffer.alloc(0), 0, -1)],
    ['a length above 2^53', Buffer.concat([int8(2n ** 62n), Buffer.from([14, 0])])],
  ])('with %s close the connection without an answer', async (_what, bytes) => {
    expect(await probe(storage.running.tcpPort, bytes)).toMatchObject({ status: null, connection: 'closed' })
  })

  it('of a command that is not streamed are refused when they are longer than the buffer', async () => {
    const bytes = frame(14, Buffer.alloc(100), 0, 70 * 1024 * 1024)
    expect(await probe(storage.running.tcpPort, bytes)).toMatchObject({ status: EINVAL, connection: 'closed' })
  })

  it('that are refused early leave the connection in step', async () => {
    const answer = await append(MISSING, Buffer.alloc(300_000, 7))
    expect(answer).toMatchObject({ status: ENOENT, connection: 'kept' })
  })
})

describe('after all that', () => {
  it('nothing half is left, nothing lies outside the directories, and the files are as they were', async () => {
    const data = join(storage.basePath, 'data')
    expect(readdirSync(join(data, '.cairn-tmp'))).toEqual([])
    expect(readFileSync(join(data, names.normal.slice(4))).equals(CONTENT)).toBe(true)
    expect(readFileSync(join(data, names.appender.slice(4)), 'latin1')).toBe('0123456789')
    const outside = readdirSync(storage.basePath).filter((name) => name !== 'data')
    expect(outside).toEqual([])
    const folders = readdirSync(data).filter((name) => !name.startsWith('.'))
    expect(folders.sort()).toEqual(['00', 'storage_stat.dat', 'sync'].filter((name) => existsSync(join(data, name))))
    expect((await storage.client.queryFileInfo(`group1/${names.normal}`)).size).toBe(CONTENT.length)
  })

  it('the log names only files that were asked for', () => {
    const log = readFileSync(join(storage.basePath, 'data/sync/binlog.000'), 'latin1')
    for (const line of log.split('\n').slice(0, -1)) {
      expect(line).toMatch(/^\d+ [A-Za-z] M00\/[0-9A-F]{2}\/[0-9A-F]{2}\/[\x21-\x7e]+$/)
    }
    writeFileSync(join(storage.basePath, 'data', names.folder.slice(4), 'kept'), '')
  })
})
