import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DfsClient } from '../src/client/dfs-client.ts'
import { ConnectionPool } from '../src/client/pool.ts'
import { StorageClient } from '../src/client/storage-client.ts'
import { TrackerClient } from '../src/client/tracker-client.ts'
import { storageCommands } from '../src/protocol/storage-commands.ts'
import { type Attack, type HostileServer, hostileServer, outcome, pour } from './hostile-server.ts'
import { frame, header } from './raw-peer.ts'

const MIB = 1024 * 1024
const FILE_ID = 'group1/M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA124.txt'
const CONTENT = Buffer.from('hello')
const GROUP = Buffer.concat([Buffer.from('group1'), Buffer.alloc(10)])

let server: HostileServer
let open: { close(): void }[] = []

beforeEach(async () => {
  server = await hostileServer(() => undefined)
})

afterEach(() => {
  for (const opened of open) opened.close()
  open = []
  server.close()
})

type Operation = (tracker: TrackerClient, storage: StorageClient) => Promise<unknown>

const operations: Readonly<Record<string, Operation>> = {
  queryStore: (tracker) => tracker.queryStore(),
  queryStoreAll: (tracker) => tracker.queryStoreAll('group1'),
  queryFetch: (tracker) => tracker.queryFetch(FILE_ID),
  queryFetchAll: (tracker) => tracker.queryFetchAll(FILE_ID),
  queryUpdate: (tracker) => tracker.queryUpdate(FILE_ID),
  listGroups: (tracker) => tracker.listGroups(),
  listStorages: (tracker) => tracker.listStorages('group1'),
  fetchStorageIds: (tracker) => tracker.fetchStorageIds(),
  parameters: (tracker) => tracker.parameters(),
  leader: (tracker) => tracker.leader(),
  trackerStats: (tracker) => tracker.trackerStats(),
  storageStats: (tracker) => tracker.storageStats(),
  volumeStats: (tracker) => tracker.volumeStats(),
  uploadFile: (_, storage) => storage.uploadFile(CONTENT),
  uploadAppender: (_, storage) => storage.uploadAppender(CONTENT),
  uploadSlave: (_, storage) => storage.uploadSlave(FILE_ID, '-s', 'jpg', CONTENT),
  createLink: (_, storage) => storage.createLink(FILE_ID),
  appendFile: (_, storage) => storage.appendFile(FILE_ID, CONTENT),
  modifyFile: (_, storage) => storage.modifyFile(FILE_ID, 0, CONTENT),
  truncateFile: (_, storage) => storage.truncateFile(FILE_ID, 0),
  regenerateFile: (_, storage) => storage.regenerateFile(FILE_ID),
  downloadBuffer: (_, storage) => storage.downloadBuffer(FILE_ID, { length: 9 }),
  download: async (_, storage) => await (await storage.download(FILE_ID, { length: 9 })).stream.toArray(),
  deleteFile: (_, storage) => storage.deleteFile(FILE_ID),
  getMetadata: (_, storage) => storage.getMetadata(FILE_ID),
  setMetadata: (_, storage) => storage.setMetadata(FILE_ID, { a: 'b' }, 'merge'),
  queryFileInfo: (_, storage) => storage.queryFileInfo(FILE_ID),
  status: (_, storage) => storage.status(),
  partStat: (_, storage) => storage.partStat('00'.repeat(16)),
  activeTest: (_, storage) => storage.activeTest(),
}

function quickPool(): ConnectionPool {
  const pool = new ConnectionPool({ connectTimeoutMs: 5000, networkTimeoutMs: 5000 })
  open.push(pool)
  return pool
}

function client(networkTimeoutMs = 5000): DfsClient {
  const made = new DfsClient({ trackers: [server.address], connectTimeoutMs: 5000, networkTimeoutMs })
  open.push(made)
  return made
}

/** How each operation ends, and how many connections it leaves: all that end alike under one name. */
async function endings(attack: Attack): Promise<Record<string, string[]>> {
  server.attack = attack
  const found: Record<string, string[]> = {}
  for (const [name, run] of Object.entries(operations)) {
    const pool = quickPool()
    const end = await outcome(run(new TrackerClient([server.address], pool), new StorageClient(server.address, pool)))
    const key = `${end}, ${pool.open(server.address)} open`
    found[key] = [...(found[key] ?? []), name]
    pool.close()
  }
  return found
}

const all = Object.keys(operations)

describe('every operation', () => {
  it.each([
    ['a negative length', header(-1, 100)],
    ['the least length', header(-(2n ** 63n), 100)],
    ['the greatest length', header(2n ** 63n - 1n, 100)],
    ['a length that no number holds', header(2n ** 53n, 100)],
    ['the command of a request', frame(11)],
    ['the command 0', frame(0)],
    ['an error with a body that is none', header(2n ** 40n, 100, 2)],
  ])('fails with ProtocolError on %s, and keeps no connection', async (_, answer) => {
    expect(await endings((peer) => peer.send(answer))).toEqual({ 'ProtocolError, 0 open': all })
  })

  it('does not take in a body without an end', async () => {
    const before = process.memoryUsage.rss()
    const found = await endings((peer) => {
      peer.send(header(2n ** 53n - 1n, 100))
      pour(peer.socket)
    })
    expect(found).toEqual({ 'ProtocolError, 0 open': all })
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * MIB)
  })

  it('tells a status that nobody knows', async () => {
    expect(await endings((peer) => peer.send(frame(100, '', 255)))).toEqual({ 'ServerError, 1 open': all })
  })

  it('fails with ConnectionError when the server closes before the end, and when it resets', async () => {
    const half = Buffer.concat([header(9, 100), Buffer.alloc(4)])
    expect(await endings((peer) => peer.socket.end(half))).toEqual({ 'ConnectionError, 0 open': all })
    expect(await endings((peer) => peer.socket.resetAndDestroy())).toEqual({ 'ConnectionError, 0 open': all })
  })

  it('fails with one of its errors, or gives what its answer says, whatever bytes come', async () => {
    const sizes = [0, 1, 9, 20, 24, 39, 40, 60, 70, 108, 113, 487, 517, 644]
    for (const size of sizes) {
      for (const fill of [0, 0x41, 0xff]) {
        const found = Object.keys(await endings((peer) => peer.send(frame(100, Buffer.alloc(size, fill)))))
        expect(found.filter((end) => end.startsWith('untyped')).join('\n')).toBe('')
      }
    }
  })

  it('keeps no connection on which more came than its answer', async () => {
    const found = await endings((peer) => peer.send(frame(100, Buffer.alloc(8)), Buffer.alloc(50)))
    expect(Object.keys(found).sort()).toEqual(['ProtocolError, 0 open', 'fulfilled, 0 open'])
  })
})

describe('an answer', () => {
  const storeTarget = frame(100, Buffer.concat([GROUP, place('127.0.0.1', 23_000), Buffer.of(0)]))

  it('that is cut at any byte is a ConnectionError, and the whole one is understood', async () => {
    for (let size = 0; size < storeTarget.length; size++) {
      server.attack = (peer) => peer.socket.end(storeTarget.subarray(0, size))
      const pool = quickPool()
      const end = await outcome(new TrackerClient([server.address], pool).queryStore())
      expect([size, end, pool.open(server.address)]).toEqual([size, 'ConnectionError', 0])
    }
    server.attack = (peer) => peer.send(storeTarget)
    expect(await client().tracker.queryStore()).toMatchObject({ ip: '127.0.0.1', port: 23_000 })
  })

  // It would take longer than a test may; no silence is long enough to end it.
  it.each([
    ['an answer', 0],
    ['a refusal', 2],
  ])('that comes byte by byte does not hold the request: %s', async (_, status) => {
    server.attack = (peer) => {
      peer.send(header(2000, 100, status))
      const drip = setInterval(() => peer.socket.write(Buffer.of(0)), 100)
      peer.socket.on('close', () => clearInterval(drip))
    }
    expect(await outcome(client(1000).tracker.queryStore())).toBe('ConnectionError')
  })

  it('that comes before its request is nobody’s, and its connection is not used', async () => {
    server.attack = (peer) => peer.send(frame(100), frame(100, 'not yours'))
    const pool = quickPool()
    const storage = new StorageClient(server.address, pool)
    await storage.activeTest()
    server.attack = (peer) => peer.send(frame(100, 'yours'))
    expect((await storage.downloadBuffer(FILE_ID)).toString()).toBe('yours')
    expect(server.peers.length).toBe(2)
  })
})

describe('a tracker that names', () => {
  it.each([
    ['a host name', 'evil.example', 23_000],
    ['no address', '', 23_000],
    ['port 0', '127.0.0.1', 0],
    ['a negative port', '127.0.0.1', -1],
    ['a port that is none', '127.0.0.1', 65_536],
  ])('%s is not believed, and another one is asked', async (_, ip, port) => {
    server.attack = (peer, { command }) => {
      const path = [101, 106].includes(command) ? [Buffer.of(0)] : []
      peer.send(frame(100, Buffer.concat([GROUP, place(ip, port), ...path])))
    }
    const { tracker } = client()
    for (const ask of [
      () => tracker.queryStore(),
      () => tracker.queryStoreAll(),
      () => tracker.queryFetch(FILE_ID),
      () => tracker.queryFetchAll(FILE_ID),
      () => tracker.queryUpdate(FILE_ID),
    ]) {
      expect(await outcome(ask())).toBe('ProtocolError')
    }
    const honest = await hostileServer((peer) => peer.send(frame(100, Buffer.concat([GROUP, place('192.0.2.1', 1)]))))
    open.push(honest)
    const both = new TrackerClient([server.address, honest.address], quickPool())
    expect(await both.queryFetch(FILE_ID)).toEqual({ group: 'group1', ip: '192.0.2.1', port: 1 })
  })

  it('itself as the storage ends the request after one question', async () => {
    const itself = Buffer.concat([GROUP, place(...hostAndPort(server)), Buffer.of(0)])
    server.attack = (peer) => peer.send(frame(100, itself))
    expect(await outcome(client().upload(CONTENT, { ext: 'txt' }))).toBe('ProtocolError')
    expect(server.commands).toEqual([101, storageCommands.uploadFile.code])
  })

  it('a million groups is cut off before they are in memory', async () => {
    server.attack = (peer) => {
      peer.send(header(113 * 1_000_000, 100))
      pour(peer.socket)
    }
    expect(await outcome(client().tracker.listGroups())).toBe('ProtocolError')
  })

  it('storages without end is not followed to the last', async () => {
    const storage = await hostileServer((peer) => peer.socket.resetAndDestroy())
    open.push(storage)
    const others = Array.from({ length: 10_000 }, () => place(...hostAndPort(storage)))
    server.attack = (peer, { command }) => {
      const named = [place('127.0.0.1', 1), ...(command === 105 ? others : [])]
      peer.send(frame(100, Buffer.concat([GROUP, ...named])))
    }
    expect(await outcome(client().downloadBuffer(FILE_ID))).toBe('ConnectionError')
    expect(storage.commands.length).toBeLessThan(32)
  })
})

describe('a storage that names a stored file', () => {
  it.each([
    ['above its folder', 'M00/00/00/../../../../etc/passwd'],
    ['with a NUL', 'M00/00/00/wAACAmsBGhyAANQXAAAABj\0Y6MCA124.txt'],
    ['with a line feed', 'M00/00/00/wAACAmsBGhyAANQXAAAABj\nY6MCA124.txt'],
    ['in no folder', 'wAACAmsBGhyAANQXAAAABjY6MCA124.txt'],
    ['of nothing', 'M00/00/00/.'],
  ])('%s has stored none', async (_, name) => {
    server.attack = (peer) => peer.send(frame(100, Buffer.concat([GROUP, Buffer.from(name)])))
    const storage = new StorageClient(server.address, quickPool())
    expect(await outcome(storage.uploadFile(CONTENT))).toBe('ProtocolError')
    expect(await outcome(storage.uploadSlave(FILE_ID, '-s', 'jpg', CONTENT))).toBe('ProtocolError')
    expect(await outcome(storage.regenerateFile(FILE_ID))).toBe('ProtocolError')
    expect(await outcome(storage.createLink(FILE_ID))).toBe('ProtocolError')
  })

  it('in no group has stored none', async () => {
    const name = Buffer.from(FILE_ID.slice('group1/'.length))
    for (const group of ['', '../..', 'a group']) {
      const field = Buffer.alloc(16)
      field.write(group)
      server.attack = (peer) => peer.send(frame(100, Buffer.concat([field, name])))
      expect(await outcome(new StorageClient(server.address, quickPool()).uploadFile(CONTENT))).toBe('ProtocolError')
    }
  })
})

/** Address and port as in the answers of trackers. */
function place(ip: string, port: number): Buffer {
  const bytes = Buffer.alloc(23)
  bytes.write(ip)
  bytes.writeBigInt64BE(BigInt(port), 15)
  return bytes
}

function hostAndPort({ address }: HostileServer): [string, number] {
  const [host = '', port] = address.split(':')
  return [host, Number(port)]
}
