import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DfsClient } from '../src/client/dfs-client.ts'
import { ConnectionError, ProtocolError, ServerError, Status } from '../src/errors.ts'
import { frame, rawServer, until } from './raw-peer.ts'
import { type TinyStorage, type TinyTracker, tinyStorage, tinyTracker } from './tiny-cluster.ts'

/** Nobody listens here: the port is reserved for something that does not exist (TCPMUX). */
const NOBODY = '127.0.0.1:1'

let storages: TinyStorage[] = []
let tracker: TinyTracker
let clients: DfsClient[] = []

beforeEach(async () => {
  storages = [await tinyStorage(), await tinyStorage()]
  tracker = await tinyTracker(storages.map(({ port }) => port))
})

afterEach(async () => {
  for (const client of clients) client.close()
  clients = []
  await tracker.server.close(0)
  for (const { server } of storages) await server.close(0)
})

function open(trackers = [tracker.address]): DfsClient {
  const client = new DfsClient({ trackers, connectTimeoutMs: 5000, networkTimeoutMs: 5000 })
  clients.push(client)
  return client
}

function storage(index: number): TinyStorage {
  const found = storages[index]
  if (found === undefined) throw new Error(`no storage ${index}`)
  return found
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  const result = await promise.then(
    () => new Error('it succeeded'),
    (error: Error) => error,
  )
  return result
}

describe('a file', () => {
  it('goes to the storage that the tracker names and comes back, whole and in ranges', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.from('hello, world'), { ext: 'txt' })
    expect(fileId).toMatch(/^group1\/M00\/00\/00\/\S{30}\.txt$/)
    expect((await client.downloadBuffer(fileId)).toString()).toBe('hello, world')
    expect((await client.downloadBuffer(fileId, { offset: 7, length: 3 })).toString()).toBe('wor')
    const { size, stream } = await client.download(fileId, { offset: 7 })
    expect([size, Buffer.concat(await stream.toArray()).toString()]).toEqual([5, 'world'])
    expect(storage(0).files.size).toBe(1)
  })

  it('may be a stream of declared size', async () => {
    const client = open()
    const content = Buffer.alloc(2_000_000, 'content ')
    const stream = Readable.from([content.subarray(0, 999_999), content.subarray(999_999)])
    const fileId = await client.upload({ stream, size: content.length }, { ext: 'bin', group: 'group1' })
    expect((await client.downloadBuffer(fileId)).equals(content)).toBe(true)
    expect(tracker.commands[0]).toBe(104)
  })

  it('of a wrong size leaves nothing on the storage', async () => {
    const client = open()
    for (const size of [10, 30]) {
      const stream = Readable.from([Buffer.alloc(20)])
      expect(await failure(client.upload({ stream, size }, { ext: 'bin' }))).toBeInstanceOf(RangeError)
    }
    await until(() => storage(0).aborts === 2)
    expect(storage(0).files.size).toBe(0)
  })

  it('is an appender when that is asked for', async () => {
    await open().upload(Buffer.from('x'), { ext: 'txt', appender: true })
    expect(storage(0).commands).toEqual([23])
  })

  it('that is too big for memory is refused', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.alloc(1000), { ext: 'bin' })
    expect(await failure(client.downloadBuffer(fileId, {}, 999))).toBeInstanceOf(ProtocolError)
  })

  it('that is gone gives ENOENT', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.from('x'), { ext: 'txt' })
    await client.delete(fileId)
    expect(await failure(client.download(fileId))).toMatchObject({ status: Status.ENOENT })
  })

  it('that is empty downloads as nothing, although FastDFS answers EINVAL to that', async () => {
    const client = open()
    // A recorded file ID of a file without content.
    const fileId = 'group1/M00/B3/E1/fwBLDGsBGcWALxlaAAAAAAAAAAA014.txt'
    storage(0).files.set(fileId.slice(7), { content: Buffer.alloc(0), metadata: Buffer.alloc(0) })
    const { size, stream } = await client.download(fileId)
    expect([size, await stream.toArray()]).toEqual([0, []])
    expect((await client.downloadBuffer(fileId)).length).toBe(0)
    expect(await failure(client.download(fileId, { offset: 1 }))).toMatchObject({ status: Status.EINVAL })
  })

  it('whose ID has no group, or a name that no server takes, is refused before anything is asked', async () => {
    for (const fileId of [
      '/M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA124',
      'group1/M00/00/00/x',
      `group1/${'x'.repeat(128)}`,
    ]) {
      expect(await failure(open().download(fileId))).toBeInstanceOf(ProtocolError)
    }
    expect(tracker.commands).toEqual([])
  })
})

describe('metadata', () => {
  it('are set with the upload and read from the source', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.from('x'), { ext: 'txt', metadata: { width: '10', a: '1' } })
    expect(await client.getMetadata(fileId)).toEqual({ a: '1', width: '10' })
    // As recorded from the C client: sorted, 0x02 between name and value, 0x01 between records.
    expect([...storage(0).files.values()][0]?.metadata.toString('hex')).toBe('610231017769647468023130')
    expect(tracker.commands).toEqual([101, 103])
  })

  it('that cannot be set take the file away again', async () => {
    storage(0).failures.set(13, Status.ENOSPC)
    const error = await failure(open().upload(Buffer.from('x'), { ext: 'txt', metadata: { a: '1' } }))
    expect(error).toMatchObject({ status: Status.ENOSPC, command: 13 })
    expect([storage(0).files.size, storage(0).commands]).toEqual([0, [11, 13, 12]])
  })

  it('that cannot be set, on a file that cannot be deleted, name the file that stays', async () => {
    storage(0).failures.set(13, Status.ENOSPC).set(12, Status.EIO)
    const error = await failure(open().upload(Buffer.from('x'), { ext: 'txt', metadata: { a: '1' } }))
    const [name] = [...storage(0).files.keys()]
    expect(error.message).toContain(`group1/${name}`)
  })

  it('that cannot be encoded prevent the upload', async () => {
    const metadata = { a: 'x'.repeat(257) }
    expect(await failure(open().upload(Buffer.from('x'), { ext: 'txt', metadata }))).toBeInstanceOf(RangeError)
    expect(storage(0).commands).toEqual([])
  })
})

describe('a storage that is down', () => {
  it('is replaced by another of its group for uploads, streams included', async () => {
    const client = open()
    await storage(0).server.close(0)
    const stream = Readable.from([Buffer.from('he'), Buffer.from('llo')])
    await client.upload({ stream, size: 5 }, { ext: 'txt' })
    expect([...storage(1).files.values()].map(({ content }) => content.toString())).toEqual(['hello'])
    expect(tracker.commands).toEqual([101, 107])
  })

  it('is replaced by another that has the file for downloads', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.from('here'), { ext: 'txt' })
    for (const [name, file] of storage(0).files) storage(1).files.set(name, file)
    await storage(0).server.close(0)
    expect((await client.downloadBuffer(fileId)).toString()).toBe('here')
    const { stream } = await client.download(fileId)
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('here')
  })

  it('fails the request when it was the only one', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.from('here'), { ext: 'txt' })
    tracker.ports = [storage(0).port]
    await storage(0).server.close(0)
    expect(await failure(client.download(fileId))).toBeInstanceOf(ConnectionError)
    expect(await failure(client.upload(Buffer.from('x'), { ext: 'txt' }))).toBeInstanceOf(ConnectionError)
    expect(await failure(client.delete(fileId))).toBeInstanceOf(ConnectionError)
  })

  it('in the middle of an upload is not replaced: it may have the file', async () => {
    const broken = await rawServer()
    tracker.ports = [Number(broken.address.split(':')[1]), storage(1).port]
    const answer = failure(open().upload(Buffer.from('x'), { ext: 'txt' }))
    const peer = await broken.next()
    await peer.read(26)
    peer.socket.end()
    expect(await answer).toBeInstanceOf(ConnectionError)
    expect(storage(1).files.size).toBe(0)
    broken.close()
  })
})

describe('trackers', () => {
  it('are tried in turn, and the one that answered is asked first from then on', async () => {
    const silent = await rawServer()
    const client = open([NOBODY, silent.address, tracker.address])
    const groups = client.tracker.listGroups()
    const peer = await silent.next()
    peer.socket.end()
    expect(await groups).toEqual([])
    await client.tracker.listGroups()
    expect([silent.peers.length, tracker.commands]).toEqual([1, [91, 91]])
    silent.close()
  })

  it('that do not know the answer are followed by the next', async () => {
    const fresh = await tinyTracker([])
    for (const status of [Status.ENOENT, Status.EOPNOTSUPP]) {
      fresh.failure = status
      const target = await open([fresh.address, tracker.address]).tracker.queryStore()
      expect(target).toEqual({ group: 'group1', ip: '127.0.0.1', port: storage(0).port, storePathIndex: 0 })
    }
    expect(fresh.commands).toEqual([101, 101])
    await fresh.server.close(0)
  })

  it('have the last word with any other status', async () => {
    const full = await tinyTracker([])
    full.failure = Status.ENOSPC
    const error = await failure(open([full.address, tracker.address]).tracker.queryStore())
    expect(error).toMatchObject({ status: Status.ENOSPC })
    expect(tracker.commands).toEqual([])
    await full.server.close(0)
  })

  it('that are all unreachable, or know nothing, fail with the better reason', async () => {
    expect(await failure(open([NOBODY, NOBODY]).tracker.queryStore())).toBeInstanceOf(ConnectionError)
    tracker.failure = Status.ENOENT
    const error = await failure(open([NOBODY, tracker.address]).tracker.queryStore())
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toMatchObject({ status: Status.ENOENT })
  })

  it('list storage ids page by page and settings by name', async () => {
    const client = open()
    expect(await client.tracker.fetchStorageIds()).toEqual([0, 1, 2, 3, 4].map((n) => `10000${n} group1 192.0.2.${n}`))
    expect([...(await client.tracker.parameters())]).toEqual([
      ['use_storage_id', '1'],
      ['store_path', '0'],
      ['reserved_storage_space', '20.00%'],
    ])
  })

  it('name every storage of a file', async () => {
    const all = await open().tracker.queryFetchAll('group1/M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA124.txt')
    expect(all.map(({ port }) => port)).toEqual(storages.map(({ port }) => port))
  })

  it('must be given, with ports', () => {
    expect(() => open([])).toThrow(RangeError)
    expect(() => open(['127.0.0.1'])).toThrow(RangeError)
  })
})

describe('recorded frames of the C client and servers', () => {
  // Client protocol §12: query store (101), upload of `hello\n` (11), download (14), all byte for byte.
  const group = '67726f7570310000000000000000000000000000'.slice(0, 32)
  const name = Buffer.from('M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA124.txt').toString('hex')

  it('are what our client sends and understands', async () => {
    const server = await rawServer()
    const port = Number(server.address.split(':')[1])
    const client = open([server.address])
    const fileId = client.upload(Buffer.from('hello\n'), { ext: 'txt' })

    const asked = await server.next()
    expect((await asked.read(10)).toString('hex')).toBe('00000000000000006500')
    const portField = Buffer.alloc(8)
    portField.writeUInt32BE(port, 4)
    const ip = Buffer.alloc(15)
    ip.write('127.0.0.1')
    asked.send(Buffer.from('00000000000000286400', 'hex'), Buffer.from(group, 'hex'), ip, portField, Buffer.of(0))

    const upload = Buffer.from('00000000000000150b00000000000000000006747874000000' + '68656c6c6f0a', 'hex')
    // Tracker and storage have the same address here, so the pool uses the connection again.
    expect((await asked.read(upload.length)).toString('hex')).toBe(upload.toString('hex'))
    asked.send(Buffer.from(`000000000000003c6400${group}${name}`, 'hex'))
    expect(await fileId).toBe('group1/M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA124.txt')

    const content = client.storage(server.address).downloadBuffer(await fileId)
    const download = `000000000000004c0e00${'00'.repeat(16)}${group}${name}`
    expect((await asked.read(download.length / 2)).toString('hex')).toBe(download)
    asked.send(Buffer.from('00000000000000066400' + '68656c6c6f0a', 'hex'))
    expect((await content).toString()).toBe('hello\n')

    const info = client.storage(server.address).queryFileInfo(await fileId, 1)
    expect((await asked.read(70)).subarray(0, 10).toString('hex')).toBe('000000000000003c1601')
    asked.send(
      Buffer.from('00000000000000286400', 'hex'),
      Buffer.from('0000000000000009000000006b011a1cffffffff85bc23853139322e302e322e3200000000000000', 'hex'),
    )
    expect(await info).toEqual({ size: 9, mtime: 0x6b011a1c, crc32: 0x85bc2385, sourceIp: '192.0.2.2' })
    server.close()
  })

  it('are understood in the wide address layout too', async () => {
    const server = await rawServer()
    const target = open([server.address]).tracker.queryStore()
    const peer = await server.next()
    await peer.read(10)
    const ip = Buffer.alloc(45)
    ip.write('2001:db8::1')
    peer.send(frame(100, Buffer.concat([Buffer.from(group, 'hex'), ip, Buffer.from('0000000000005dc0ff', 'hex')])))
    expect(await target).toEqual({ group: 'group1', ip: '2001:db8::1', port: 24_000, storePathIndex: 255 })
    server.close()
  })
})

describe('a file that is saved from a C storage, which answers with the CRC-32 in the name', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cairn-save-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('may have another one, as links have, when the same bytes come twice', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.from('not what the name tells'), { ext: 'txt' })
    await client.save(fileId, join(folder, 'linked'))
    expect(readFileSync(join(folder, 'linked'), 'utf8')).toBe('not what the name tells')
  })

  it('does not appear when other bytes come the second time', async () => {
    const client = open()
    const fileId = await client.upload(Buffer.from('not what the name tells'), { ext: 'txt' })
    const state = { fileId, size: 23, mtime: 1, chunks: { 0: 5 } }
    writeFileSync(join(folder, 'changed.part'), Buffer.alloc(23))
    writeFileSync(join(folder, 'changed.part.json'), JSON.stringify(state))
    await expect(client.save(fileId, join(folder, 'changed'))).rejects.toThrow('another CRC-32')
    expect(readdirSync(folder)).toEqual([])
  })
})
