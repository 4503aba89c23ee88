import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DfsClient, Status, StorageStatus, trackerCommands } from '@cairn/dfs-core'
import { afterEach, describe, expect, it } from 'vitest'
import { Trackers, testConfig, twoStorages } from './support/running-tracker.ts'
import { StoragePeer } from './support/storage-peer.ts'
import { until } from './support/until.ts'
import { Wire } from './support/wire.ts'

const trackers = new Trackers()
afterEach(() => trackers.cleanUp())

const { listStorages, getMyIp, getServerId, getStorageStatus, getGroupName, fetchStorageIds } = trackerCommands
const group16 = (name = 'group1') => Buffer.from(name.padEnd(16, '\0'))
const fileName = 'M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCA212.txt'

async function statusOf(port: number, id: string): Promise<number> {
  const wire = await Wire.open(port)
  const answer = await wire.ask(listStorages.code, Buffer.concat([group16(), Buffer.from(id)]))
  wire.close()
  return listStorages.response.decode(answer.body).storages[0]?.status ?? -1
}

describe('storage servers on one host', () => {
  it('are told apart by storage id, and by port where they do not name it', async () => {
    const { tcpPort } = await trackers.start()
    await StoragePeer.active({ trackerPort: tcpPort, id: '100001', port: 23_000 })
    await StoragePeer.active({ trackerPort: tcpPort, port: 23_001 })
    const wire = await Wire.open(tcpPort)
    const { storages } = listStorages.response.decode((await wire.ask(listStorages.code, group16())).body)
    expect(storages.map(({ id, storagePort, status }) => [id, storagePort, status])).toEqual([
      ['100001', 23_000, StorageStatus.ACTIVE],
      ['100002', 23_001, StorageStatus.ACTIVE],
    ])
    wire.close()
  })

  it('take uploads in turn', async () => {
    const { tcpPort } = await trackers.start()
    await StoragePeer.active({ trackerPort: tcpPort, id: '100001', port: 23_000 })
    await StoragePeer.active({ trackerPort: tcpPort, id: '100002', port: 23_001 })
    const client = new DfsClient({ trackers: [`127.0.0.1:${tcpPort}`] })
    const targets = [
      await client.tracker.queryStore(),
      await client.tracker.queryStore(),
      await client.tracker.queryStore(),
    ]
    expect(targets.map(({ group, ip, port }) => [group, ip, port])).toEqual([
      ['group1', '127.0.0.1', 23_000],
      ['group1', '127.0.0.1', 23_001],
      ['group1', '127.0.0.1', 23_000],
    ])
    expect((await client.tracker.queryFetch(`group1/${fileName}`)).port).toBe(23_000)
    client.close()
  })
})

describe('a connection that ends', () => {
  it('takes its storage server offline at once, and out of the answers', async () => {
    const { tcpPort } = await trackers.start()
    const peer = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    expect(await statusOf(tcpPort, '100001')).toBe(StorageStatus.ACTIVE)
    peer.close()
    await until(async () => (await statusOf(tcpPort, '100001')) === StorageStatus.OFFLINE)
    const wire = await Wire.open(tcpPort)
    expect((await wire.ask(101)).status).toBe(Status.ENOENT)
    wire.close()
  })

  it('by QUIT does the same', async () => {
    const { tcpPort } = await trackers.start()
    const peer = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    peer.wire.send(82)
    await peer.wire.closedByServer()
    await until(async () => (await statusOf(tcpPort, '100001')) === StorageStatus.OFFLINE)
  })

  it('and was replaced by a newer one leaves the storage server online', async () => {
    const { tcpPort } = await trackers.start()
    const old = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    const ended = old.wire.closedByServer()
    old.wire.send(82)
    await ended
    expect(await statusOf(tcpPort, '100001')).toBe(StorageStatus.ACTIVE)
  })
})

describe('refusals', () => {
  it('carry the status that FastDFS gives them', async () => {
    const { tcpPort } = await trackers.start()
    const wire = await Wire.open(tcpPort)
    const ask = async (code: number, body?: Buffer) => (await wire.ask(code, body)).status
    const member = (id: string) => Buffer.concat([group16(), Buffer.from(id)])
    expect(await ask(101)).toBe(2)
    expect(await ask(64)).toBe(2)
    expect(await ask(95)).toBe(2)
    expect(await ask(96, Buffer.alloc(3))).toBe(95)

    const peer = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    await peer.disk(1024, 100_000)
    // The reserve is 1024 MB, and must be exceeded.
    for (const [code, body] of [[101], [104, group16()], [106], [107, group16()]] as const) {
      expect(await ask(code, body)).toBe(28)
    }
    expect(await ask(93, member('100001'))).toBe(16)
    expect(await ask(108, group16())).toBe(16)
    const unknown = await StoragePeer.connect({ trackerPort: tcpPort, id: '100002', port: 23_001, status: -1 })
    expect((await unknown.join()).status).toBe(14)
    expect(await ask(78, Buffer.concat([group16(), Buffer.alloc(92)]))).toBe(95)
    expect(await ask(72)).toBe(13)
    expect((await peer.wire.ask(73, Buffer.alloc(4))).status).toBe(22)
    expect((await peer.wire.ask(72)).body).toEqual(Buffer.alloc(4))
    peer.close()
    await until(async () => (await statusOf(tcpPort, '100001')) === StorageStatus.OFFLINE)
    expect(await ask(93, member('100001'))).toBe(0)
    expect(await ask(93, member('100001'))).toBe(114)
    expect(await ask(93, member('100009'))).toBe(2)
    wire.close()
  })
})

describe('a storage server that comes back on another port', () => {
  it('is named with it', async () => {
    const { tcpPort } = await trackers.start()
    const wire = await Wire.open(tcpPort)
    const portOf = async (code: number, body?: Buffer) => (await wire.ask(code, body)).body.readUInt32BE(35)
    const fetchBody = Buffer.concat([group16(), Buffer.from(fileName)])
    const before = await StoragePeer.active({ trackerPort: tcpPort, id: '100001', port: 23_000 })
    expect([await portOf(101), await portOf(102, fetchBody)]).toEqual([23_000, 23_000])
    before.close()
    await StoragePeer.active({ trackerPort: tcpPort, id: '100001', port: 24_000 })
    expect([await portOf(101), await portOf(102, fetchBody)]).toEqual([24_000, 24_000])
    wire.close()
  })
})

describe('a storage server that may not join', () => {
  it.each([0, 17])('names %i trackers: one to sixteen are a list', async (count) => {
    const { tcpPort } = await trackers.start()
    const list = Array.from({ length: count }, (_, i) => `127.0.0.1:${tcpPort + i}`)
    const peer = await StoragePeer.connect({ trackerPort: tcpPort, id: '100001', trackers: list })
    expect((await peer.join()).status).toBe(Status.EINVAL)
    peer.close()
  })

  it('is named in the log with the reason, once and again after it had joined', async () => {
    const lines: string[] = []
    const { tcpPort } = await trackers.start(undefined, undefined, (line) => lines.push(line))
    const join = async (changes: { id?: string; port?: number; tracker?: { ip: string; line: string } }) => {
      const peer = await StoragePeer.connect({ trackerPort: tcpPort, ...changes })
      const { status } = await peer.join()
      peer.close()
      return status
    }
    expect(await join({ id: '100009' })).toBe(Status.ENOENT)
    expect(await join({ id: '100009' })).toBe(Status.ENOENT)
    expect(await join({ tracker: { ip: 'tracker1', line: 'tracker1:22122' } })).toBe(Status.EINVAL)
    expect(await join({ id: '100001' })).toBe(0)
    expect(await join({ id: '100009' })).toBe(Status.ENOENT)
    const unknown = 'a storage may not join: id 100009 is not in storage_ids.conf'
    const malformed = `a storage may not join: "tracker1:22122" is not a tracker's ip:port`
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([unknown, malformed, unknown])
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ from: '127.0.0.1', group: 'group1' })
  })
})

describe('a connection that joins again', () => {
  it('gets the leader and the list of members again', async () => {
    const { tcpPort } = await trackers.start()
    const peer = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    expect(await peer.beat()).toEqual({})
    await peer.join()
    expect(await peer.beat()).toMatchObject({ leader: { port: tcpPort }, members: [{ id: '100001' }] })
    peer.close()
  })
})

describe('a member that comes back without what it had', () => {
  it('is OFFLINE for the others before it is new, however soon it was back', async () => {
    const { tcpPort } = await trackers.start()
    const other = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    const member = { trackerPort: tcpPort, id: '100002', port: 23_001 }
    const before = await StoragePeer.active(member)
    const statusToldIn = async () => {
      const { members = [] } = await other.beat()
      return members.find(({ id }) => id === '100002')?.status ?? null
    }
    expect(await statusToldIn()).toBe(StorageStatus.ACTIVE)
    expect(await statusToldIn()).toBe(null)
    before.close()
    const emptied = await StoragePeer.connect({ ...member, joinTime: 1_795_000_100, isNew: true })
    expect((await emptied.join()).status).toBe(0)
    expect([await statusToldIn(), await statusToldIn(), await statusToldIn()]).toEqual([
      StorageStatus.OFFLINE,
      StorageStatus.INIT,
      null,
    ])
    for (const peer of [other, emptied]) peer.close()
  })

  it('is so once more for members that a tracker had not told before it started again', async () => {
    const folder = trackers.folder()
    const first = await trackers.start(testConfig(folder))
    const source = { trackerPort: first.tcpPort, id: '100001' }
    const member = { trackerPort: first.tcpPort, id: '100002', port: 23_001, joinTime: 1_795_000_100 }
    const peers = [await StoragePeer.active(source), await StoragePeer.active({ ...member, joinTime: 1_795_000_000 })]
    const emptied = await StoragePeer.connect({ ...member, isNew: true })
    await emptied.join()
    expect(await emptied.requestSource()).toMatchObject({ sourceId: '100001' })
    for (const peer of [...peers, emptied]) peer.close()
    await trackers.stop(first)

    const { tcpPort } = await trackers.start(testConfig(folder))
    const other = await StoragePeer.active({ ...source, trackerPort: tcpPort })
    const told: (number | null)[] = []
    const listen = async () => {
      const { members = [] } = await other.beat()
      told.push(members.find(({ id }) => id === '100002')?.status ?? null)
    }
    await listen()
    for (let joins = 0; joins < 2; joins += 1) {
      const waiting = await StoragePeer.connect({ ...member, trackerPort: tcpPort, status: StorageStatus.WAIT_SYNC })
      await waiting.join()
      for (let beats = 0; beats < 3; beats += 1) await listen()
      waiting.close()
    }
    other.close()
    expect(told).toEqual([null, StorageStatus.OFFLINE, StorageStatus.WAIT_SYNC, null, null, null, null])
  })

  it('is not told of as new where it says itself that it has everything', async () => {
    const folder = trackers.folder()
    const first = await trackers.start(testConfig(folder))
    const source = { trackerPort: first.tcpPort, id: '100001' }
    const member = { trackerPort: first.tcpPort, id: '100002', port: 23_001 }
    const peers = [await StoragePeer.active(source), await StoragePeer.connect({ ...member, isNew: true })]
    await peers[1]?.join()
    expect(await peers[1]?.requestSource()).toMatchObject({ sourceId: '100001' })
    for (const peer of peers) peer.close()
    await trackers.stop(first)

    const { tcpPort } = await trackers.start(testConfig(folder))
    const behind = await StoragePeer.connect({ ...member, trackerPort: tcpPort, status: StorageStatus.ACTIVE })
    await behind.join()
    const other = await StoragePeer.connect({ ...source, trackerPort: tcpPort })
    await other.join()
    const { members = [] } = await other.beat()
    expect(members.find(({ id }) => id === '100002')?.status).toBe(StorageStatus.WAIT_SYNC)
    for (const peer of [behind, other]) peer.close()
  })
})

describe('a silent storage server', () => {
  it('goes offline after check_active_interval, and comes back with its next beat', async () => {
    const config = testConfig(trackers.folder())
    const cluster = { ...config.cluster, checkActiveIntervalSeconds: 1 }
    let now = 1_795_000_000
    const { tcpPort } = await trackers.start({ ...config, cluster }, () => now)
    const peer = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    now += 2
    await until(async () => (await statusOf(tcpPort, '100001')) === StorageStatus.OFFLINE)
    await peer.beat()
    expect(await statusOf(tcpPort, '100001')).toBe(StorageStatus.ACTIVE)
    peer.close()
  })
})

describe('GET_MY_IP, GET_SERVER_ID, GET_STATUS and GET_GROUP_NAME', () => {
  it('answer requests with and without a port', async () => {
    const ids = `${twoStorages}7 group2 10.0.0.7,203.0.113.7:24000\n5 group5 10.0.0.5,127.0.0.5\n`
    const { tcpPort } = await trackers.start(testConfig(trackers.folder(), ids))
    await StoragePeer.active({ trackerPort: tcpPort, id: '100002', port: 23_001 })
    const wire = await Wire.open(tcpPort)
    const ask = async (code: number, body: Buffer) => {
      const { status, body: answer } = await wire.ask(code, body)
      return status === 0 ? answer.toString('latin1') : status
    }
    const ofAddress = (code: number, address: string, group = 'group1') =>
      ask(code, Buffer.concat([group16(group), Buffer.from(address)]))

    expect(await ask(getMyIp.code, getMyIp.request.encode({ group: 'group1', port: 23_001 }))).toBe('127.0.0.1')
    expect(await ask(getMyIp.code, group16())).toBe('127.0.0.1')
    expect(await ofAddress(getServerId.code, '127.0.0.1:23001')).toBe('100002')
    expect(await ofAddress(getServerId.code, '127.0.0.1')).toBe('100001')
    expect(await ofAddress(getServerId.code, '')).toBe('100001')
    expect(await ofAddress(getServerId.code, '203.0.113.7:24000', 'group2')).toBe('7')
    expect(await ofAddress(getServerId.code, '127.0.0.1:23001', 'group2')).toBe(Status.ENOENT)
    expect(await ofAddress(getServerId.code, 'storage:1')).toBe(Status.EINVAL)
    const brief = await wire.ask(getStorageStatus.code, Buffer.concat([group16(), Buffer.from('127.0.0.1:23001')]))
    expect(getStorageStatus.response.decode(brief.body)).toEqual({
      status: 7,
      port: 23_001,
      id: '100002',
      ip: '127.0.0.1',
    })
    expect(await ofAddress(getStorageStatus.code, '127.0.0.1:23000')).toBe(Status.ENOENT)

    const dual = await Wire.open(tcpPort, '127.0.0.1', '127.0.0.5')
    expect((await dual.ask(getMyIp.code, group16('group5'))).body.toString()).toBe('10.0.0.5,127.0.0.5')
    expect((await dual.ask(getMyIp.code, group16())).body.toString()).toBe('127.0.0.5')
    dual.close()

    const groupName = (ip: string, port: number) => ask(getGroupName.code, getGroupName.request.encode({ ip, port }))
    expect(await groupName('', 23_000)).toBe(group16().toString())
    expect(await groupName('10.0.0.7', 24_000)).toBe(group16('group2').toString())
    expect(await groupName('10.0.0.7', 1)).toBe(Status.ENOENT)
    expect(await groupName('1'.repeat(46), 1)).toBe(Status.ENAMETOOLONG)
    wire.close()
  })
})

describe('FETCH_STORAGE_IDS', () => {
  it('gives the ids in pages that fit the buffer, to both generations of clients', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, index) => `${1000 + index} group1 10.0.${index >> 8}.${index & 255}:23000`,
    )
    const config = testConfig(trackers.folder(), lines.join('\n'), { answerBytesMax: 8192 })
    const { tcpPort } = await trackers.start(config)
    const wire = await Wire.open(tcpPort)
    const seen: string[] = []
    for (let start = 0; start < 300; ) {
      const answer = await wire.ask(fetchStorageIds.code, fetchStorageIds.request.encode({ start, allowEmpty: false }))
      expect(answer.body.length).toBeLessThanOrEqual(8192)
      const page = fetchStorageIds.response.decode(answer.body)
      expect(page.total).toBe(300)
      seen.push(...page.lines)
      start += page.lines.length
    }
    expect(seen).toEqual(lines)
    const older = await wire.ask(fetchStorageIds.code, Buffer.from([0, 0, 1, 43]))
    expect(older.body.subarray(8).toString()).toBe(`${lines[299]}\n`)
    expect((await wire.ask(fetchStorageIds.code, Buffer.from([0, 0, 1, 44]))).status).toBe(Status.EINVAL)
    wire.close()
  })
})

describe('clusters with IPv6', () => {
  it('get answers of the wide layout', async () => {
    const ids = `${twoStorages}100003 group2 [2001:db8::1]:23000\n`
    const { tcpPort } = await trackers.start(testConfig(trackers.folder(), ids, { addressWidth: 46 }))
    await StoragePeer.active({ trackerPort: tcpPort, id: '100003', group: 'group2' })
    const wire = await Wire.open(tcpPort)
    const store = await wire.ask(101)
    expect(store.body.toString('latin1')).toBe(
      `group2${'\0'.repeat(10)}2001:db8::1${'\0'.repeat(34)}\0\0\0\0\0\0\x59\xd8\0`,
    )
    const fetch = await wire.ask(102, Buffer.concat([group16('group2'), Buffer.from(fileName)]))
    expect(fetch.body.length).toBe(69)
    expect((await wire.ask(106)).body.length).toBe(17 + 53)
    expect((await wire.ask(listStorages.code, group16('group2'))).body.length).toBe(517)
    wire.close()
  })
})

describe('a tracker with a long address', () => {
  it('is told as leader, the id field cut to its width', async () => {
    const { tcpPort } = await trackers.start()
    const ip = '2001:db8:1111:2222:3333:4444:5555:6666'
    const tracker = { ip: '10.0.0.1', line: `[${ip},10.0.0.1]:${tcpPort}` }
    const peer = await StoragePeer.connect({ trackerPort: tcpPort, id: '100001', tracker })
    expect((await peer.join()).status).toBe(Status.OK)
    expect((await peer.beat()).leader).toEqual({ status: 0, port: tcpPort, id: ip.slice(0, 16), ip })
    const wire = await Wire.open(tcpPort)
    expect((await wire.ask(trackerCommands.getLeader.code)).body.toString()).toBe(`[${ip}]:${tcpPort}`)
    wire.close()
    peer.close()
  })

  it('that is none is refused', async () => {
    const { tcpPort } = await trackers.start()
    const tracker = { ip: '127.0.0.1', line: `127.0.0.1,tracker.example:${tcpPort}` }
    const peer = await StoragePeer.connect({ trackerPort: tcpPort, id: '100001', tracker })
    expect((await peer.join()).status).toBe(Status.EINVAL)
    peer.close()
  })
})

describe('a storage server with two addresses', () => {
  it('is named by the one in the network of the asker', async () => {
    const ids = '1 group1 10.0.0.11,203.0.113.9:23000\n'
    const { tcpPort } = await trackers.start(testConfig(trackers.folder(), ids))
    await StoragePeer.active({ trackerPort: tcpPort, id: '1' })
    const client = new DfsClient({ trackers: [`127.0.0.1:${tcpPort}`] })
    // 127.0.0.1 is an outer address.
    expect((await client.tracker.queryStore()).ip).toBe('203.0.113.9')
    client.close()
  })
})

describe('limits', () => {
  it('connections above max_connections are closed without a byte', async () => {
    const { tcpPort } = await trackers.start(testConfig(trackers.folder(), twoStorages, { maxConnections: 2 }))
    const [first, second] = [await Wire.open(tcpPort), await Wire.open(tcpPort)]
    expect((await first.ask(111)).status).toBe(0)
    expect((await second.ask(111)).status).toBe(0)
    const third = await Wire.open(tcpPort)
    await third.closedByServer()
    first.close()
    second.close()
  })

  it('hosts that are not allowed are closed without a byte', async () => {
    const { tcpPort } = await trackers.start(testConfig(trackers.folder(), twoStorages, { allowHosts: ['127.0.0.2'] }))
    const stranger = await Wire.open(tcpPort, '127.0.0.1', '127.0.0.1')
    await stranger.closedByServer()
    const friend = await Wire.open(tcpPort, '127.0.0.1', '127.0.0.2')
    expect((await friend.ask(111)).status).toBe(0)
    friend.close()
  })

  it('a frame longer than buff_size, and one of negative length, end the connection', async () => {
    const { tcpPort } = await trackers.start(testConfig(trackers.folder(), twoStorages, { requestBytesMax: 8192 }))
    for (const length of [8193n, 2n ** 40n, -1n]) {
      const wire = await Wire.open(tcpPort)
      const header = Buffer.alloc(10)
      header.writeBigInt64BE(length)
      header[8] = 102
      wire.sendBytes(header)
      const end = await Promise.race([
        wire.answer().then(({ status }) => status),
        wire.closedByServer().then(() => 'closed'),
      ])
      expect(end === 'closed' || end === Status.EINVAL).toBe(true)
      wire.close()
    }
  })

  it('a request is as long as buff_size with its header, and not a byte longer', async () => {
    const { tcpPort } = await trackers.start(testConfig(trackers.folder(), twoStorages, { requestBytesMax: 8192 }))
    const longest = await Wire.open(tcpPort)
    expect((await longest.ask(101, Buffer.alloc(8182))).status).toBe(Status.EINVAL)
    expect((await longest.ask(111)).status).toBe(0)
    longest.close()
    const longer = await Wire.open(tcpPort)
    const header = Buffer.alloc(10)
    header.writeBigInt64BE(8183n)
    header[8] = 101
    longer.sendBytes(header)
    await longer.closedByServer()
  })

  it('text that would break a state file is refused', async () => {
    const { tcpPort } = await trackers.start()
    const peer = await StoragePeer.connect({ trackerPort: tcpPort, id: '100001', version: 'a\nb=c' })
    expect((await peer.join()).status).toBe(Status.EINVAL)
    peer.close()
  })
})

describe('a state that cannot be saved', () => {
  it('is answered with EIO, shown by /healthz, and repaired by the next write', async () => {
    const folder = trackers.folder()
    const { tcpPort, httpPort } = await trackers.start(testConfig(folder))
    const health = () => fetch(`http://127.0.0.1:${httpPort}/healthz`)
    expect((await health()).status).toBe(200)
    // A folder where the temporary file belongs: it cannot be opened for writing, not even by root.
    const obstacle = join(folder, 'data', 'storage_servers_new.dat.tmp')
    mkdirSync(obstacle)
    const peer = await StoragePeer.connect({ trackerPort: tcpPort, id: '100001', isNew: true })
    expect((await peer.join()).status).toBe(Status.EIO)
    expect((await health()).status).toBe(503)
    expect(await (await health()).json()).toMatchObject({ ok: false })
    // Queries and reports go on.
    expect((await peer.wire.ask(111)).status).toBe(0)
    rmdirSync(obstacle)
    expect((await peer.join()).status).toBe(0)
    expect(await peer.requestSource()).toBe(null)
    expect((await health()).status).toBe(200)
    // What came after the file that failed was made up for too.
    const saved = readFileSync(join(folder, 'data', 'storage_sync_timestamp.dat'), 'utf8')
    expect(saved).toBe('group1,100001,0\n')
    peer.close()
  })
})

describe('storage_ids.conf', () => {
  it('is read again when it changes: a new group joins, a new rw mode counts', async () => {
    const folder = trackers.folder()
    const file = join(folder, 'storage_ids.conf')
    writeFileSync(file, twoStorages)
    const { tcpPort } = await trackers.start(testConfig(folder, twoStorages, { storageIdsFile: file }))
    const first = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    const added = await StoragePeer.connect({ trackerPort: tcpPort, id: '200001', port: 24_000, group: 'group2' })
    expect((await added.join()).status).toBe(Status.ENOENT)
    const idsNow = async () => {
      const request = fetchStorageIds.request.encode({ start: 0, allowEmpty: true })
      return fetchStorageIds.response.decode((await first.wire.ask(fetchStorageIds.code, request)).body).lines
    }
    const group2 = '200001 group2 127.0.0.1:24000'
    writeFileSync(file, `100001 group1 127.0.0.1:23000 rw=read\n${group2}\n`)
    await until(async () => (await idsNow()).includes(group2))
    expect((await added.join()).status).toBe(0)
    const { queryStoreWithGroupOne } = trackerCommands
    const store = queryStoreWithGroupOne.request.encode({ group: 'group1' })
    expect((await first.wire.ask(queryStoreWithGroupOne.code, store)).status).toBe(Status.ENOENT)
    first.close()
    added.close()
  })
})

describe('stat_layout', () => {
  it.each([
    { statLayout: '5.x', group: 105, storage: 612 },
    { statLayout: '6.11', group: 105, storage: 642 },
    { statLayout: '6.12', group: 105, storage: 644 },
    { statLayout: '6.13.0', group: 105, storage: 509 },
    { statLayout: '6.13', group: 113, storage: 517 },
    { statLayout: '6.16', group: 113, storage: 487 },
  ] as const)('$statLayout lists groups with $group and storages with $storage bytes', async (sizes) => {
    const config = testConfig(trackers.folder(), twoStorages, { statLayout: sizes.statLayout })
    const { tcpPort } = await trackers.start(config)
    const peer = await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
    const { listAllGroups, listOneGroup, listStorages } = trackerCommands
    expect((await peer.wire.ask(listAllGroups.code)).body.length).toBe(sizes.group)
    const one = await peer.wire.ask(listOneGroup.code, listOneGroup.request.encode({ group: 'group1' }))
    expect(one.body.length).toBe(sizes.group)
    const request = listStorages.request.encode({ group: 'group1', id: '' })
    const { body } = await peer.wire.ask(listStorages.code, request)
    expect(body.length).toBe(sizes.storage)
    expect(listStorages.response.decode(body).storages[0]).toMatchObject({ id: '100001', status: 7, totalMb: 100_000 })
    peer.close()
  })
})

describe('two trackers on one address', () => {
  it('cannot be: the second says which', async () => {
    const { tcpPort } = await trackers.start()
    const second = trackers.start(testConfig(trackers.folder(), twoStorages, { port: tcpPort }))
    await expect(second).rejects.toThrow(`127.0.0.1:${tcpPort}`)
  })
})
