import { Status, trackerCommands } from '@cairn/dfs-core'
import { afterEach, describe, expect, it } from 'vitest'
import { twoStorages } from './support/running-tracker.ts'
import { StoragePeer } from './support/storage-peer.ts'
import { TrackerCluster } from './support/tracker-cluster.ts'
import { until } from './support/until.ts'
import { frame, Wire } from './support/wire.ts'

let cluster = new TrackerCluster()

afterEach(async () => {
  await cluster.close()
  cluster = new TrackerCluster()
})

async function start(count: number, changes: { electionIntervalMs?: number } = {}): Promise<number[]> {
  for (let i = 0; i < count; i++) await cluster.add(twoStorages, changes)
  return cluster.ports
}

async function storagesAt(port: number): Promise<Record<string, number>> {
  const { listStorages } = trackerCommands
  const { status, body } = await cluster.ask(
    port,
    listStorages.code,
    listStorages.request.encode({ group: 'group1', id: '' }),
  )
  if (status !== 0) return {}
  return Object.fromEntries(listStorages.response.decode(body).storages.map((record) => [record.id, record.status]))
}

function deleteAt(port: number, id: string): Promise<{ status: number }> {
  const { deleteStorage } = trackerCommands
  return cluster.ask(port, deleteStorage.code, deleteStorage.request.encode({ group: 'group1', id }))
}

/** Two trackers that never come to telling each other, with a storage that is there and two that are not. */
async function startUntold(clock: () => number): Promise<[number, number]> {
  const ids = `${twoStorages}100003 group1 127.0.0.1:23002\n`
  const first = await cluster.add(ids, { electionIntervalMs: 60_000 }, clock)
  const second = await cluster.add(ids, { electionIntervalMs: 60_000 }, clock)
  await cluster.joinAll('100001')
  for (const peer of await cluster.joinAll('100002', { port: 23_001 })) peer.close()
  for (const peer of await cluster.joinAll('100003', { port: 23_002 })) peer.close()
  for (const port of cluster.ports) {
    await until(async () => {
      const states = await storagesAt(port)
      return states['100002'] === OFFLINE && states['100003'] === OFFLINE
    })
  }
  return [first, second]
}

/** Later than the times that storages of these tests tell of themselves. */
const NOW = 1_800_000_000
const INIT = 0
const OFFLINE = 5
const ACTIVE = 7
const DELETED = 4

describe('several trackers', () => {
  it('elect the greatest address, and only the leader tells storage servers anything', async () => {
    const ports = await start(3)
    await cluster.joinAll('100001')
    const leader = await cluster.leader()
    expect(leader).toBe(Math.max(...ports))
    for (const port of ports) {
      const peer = await cluster.join(port, '100002', { port: 23_001 })
      await peer.join()
      const changes = await peer.beat()
      if (port === leader) expect(changes.leader?.port).toBe(leader)
      else expect(changes).toEqual({})
      peer.close()
    }
  })

  it('elect another leader when theirs is gone; it follows when it comes back', async () => {
    await start(3)
    await cluster.joinAll('100001')
    const first = await cluster.leader()
    await cluster.stop(first)
    const second = await cluster.leader()
    expect(second).not.toBe(first)
    await cluster.restart(first)
    await cluster.join(first, '100001')
    expect(await cluster.leader()).toBe(second)
  })

  it('have no leader while fewer than half of three are left, and have one again with the second', async () => {
    const ports = await start(3)
    await cluster.joinAll('100001')
    const leader = await cluster.leader()
    const [second = 0, third = 0] = ports.filter((port) => port !== leader)
    await cluster.stop(second)
    await cluster.stop(third)
    await until(async () => (await cluster.leaderAt(leader)) === null)
    await cluster.restart(second)
    await cluster.join(second, '100001')
    expect(await cluster.leader()).toBeGreaterThan(0)
  })

  it('are led by the one that is left of two', async () => {
    await start(2)
    await cluster.joinAll('100001')
    const first = await cluster.leader()
    await cluster.stop(first)
    const second = await cluster.leader()
    expect(second).not.toBe(first)
  })

  it('tell each other by their answers to 64 who leads', async () => {
    const ports = await start(2)
    await cluster.joinAll('100001')
    const leader = await cluster.leader()
    for (const port of ports) {
      const { body } = await cluster.ask(port, trackerCommands.getTrackerStatus.code)
      expect(trackerCommands.getTrackerStatus.response.decode(body).isLeader).toBe(port === leader)
    }
  })

  it('are listed by their leader with what they said of themselves', async () => {
    await start(2)
    await cluster.joinAll('100001')
    const leader = await cluster.leader()
    const { trackerClusterStat } = trackerCommands
    const filter = trackerClusterStat.request.encode({ filterBy: 0, isActive: false, isLeader: false })
    await until(async () => {
      const { body } = await cluster.ask(leader, trackerClusterStat.code, filter)
      const { trackers } = trackerClusterStat.response.decode(body)
      return trackers.length === 2 && trackers.every((tracker) => tracker.isActive && tracker.version !== '')
    })
    const other = cluster.ports.find((port) => port !== leader) ?? 0
    expect((await cluster.ask(other, trackerClusterStat.code, filter)).status).toBe(Status.EOPNOTSUPP)
  })
})

describe('a leader', () => {
  it('steps down when another one is announced, and when it is asked to', async () => {
    await start(2)
    await cluster.joinAll('100001')
    const leader = await cluster.leader()
    const other = cluster.ports.find((port) => port !== leader) ?? 0
    const { notifyNextLeader, commitNextLeader, notifyReselectLeader } = trackerCommands
    const announced = notifyNextLeader.request.encode({ address: `127.0.0.1:${other}` })
    expect((await cluster.ask(leader, notifyNextLeader.code, announced)).status).toBe(Status.EINVAL)
    const stranger = commitNextLeader.request.encode({ address: '127.0.0.1:9' })
    expect((await cluster.ask(other, commitNextLeader.code, stranger)).status).toBe(Status.ENOENT)
    const again = await cluster.leader()
    expect((await cluster.ask(again, notifyReselectLeader.code)).status).toBe(0)
    const follower = cluster.ports.find((port) => port !== again) ?? 0
    await until(async () => (await cluster.ask(follower, notifyReselectLeader.code)).status === Status.EOPNOTSUPP)
    expect(await cluster.leader()).toBeGreaterThan(0)
  })

  it('steps down by itself when it finds a greater one that leads as well', async () => {
    const ports = await start(2)
    await cluster.joinAll('100001')
    const greater = await cluster.leader()
    const lesser = ports.find((port) => port !== greater) ?? 0
    const { commitNextLeader, getTrackerStatus, notifyNextLeader } = trackerCommands
    const address = notifyNextLeader.request.encode({ address: `127.0.0.1:${lesser}` })
    expect((await cluster.ask(lesser, notifyNextLeader.code, address)).status).toBe(0)
    // Asked with the same bytes: it finds the greater one within a tick.
    const wire = await Wire.open(lesser)
    wire.sendBytes(
      Buffer.concat([frame(commitNextLeader.code, address), frame(getTrackerStatus.code, Buffer.alloc(0))]),
    )
    expect((await wire.answer()).status).toBe(0)
    expect(getTrackerStatus.response.decode((await wire.answer()).body).isLeader).toBe(true)
    wire.close()
    expect(await cluster.leader()).toBe(greater)
  })

  it('is followed only by trackers of the list, and pinged only by who has joined', async () => {
    await start(2)
    await cluster.joinAll('100001')
    const leader = await cluster.leader()
    const other = cluster.ports.find((port) => port !== leader) ?? 0
    const { joinLeader, pingLeader } = trackerCommands
    const wire = await Wire.open(leader)
    const ping = pingLeader.request.encode({ allocated: 256, current: 1, max: 2 })
    const join = (port: number) =>
      wire.ask(joinLeader.code, joinLeader.request.encode({ upTime: 1, version: '6.16.1', port }))
    expect((await wire.ask(pingLeader.code, ping)).status).toBe(Status.EINVAL)
    expect((await join(9)).status).toBe(Status.ENOENT)
    expect((await join(leader)).status).toBe(Status.ENOENT)
    expect((await join(other)).status).toBe(0)
    expect((await join(other)).status).toBe(Status.EEXIST)
    const first = await wire.ask(pingLeader.code, ping)
    expect(pingLeader.response.decode(first.body).trunkServers).toEqual([{ group: 'group1', id: '' }])
    expect((await wire.ask(pingLeader.code, ping)).body.length).toBe(0)
    wire.close()
  })
})

describe('a tracker that comes later', () => {
  it('takes over the state of the others before its first JOIN', async () => {
    const [first = 0] = await start(1)
    await cluster.join(first, '100001')
    const second = await cluster.join(first, '100002', { port: 23_001 })
    second.close()
    await until(async () => (await storagesAt(first))['100002'] === OFFLINE)
    const late = await cluster.add(twoStorages)
    await cluster.join(late, '100001')
    expect(await storagesAt(late)).toEqual({ '100001': ACTIVE, '100002': OFFLINE })
  })

  it('serves its state files in pieces, as they were at the start of the transfer', async () => {
    const [port = 0] = await start(1)
    await cluster.join(port, '100001')
    const { getOneSysFile, getSysFilesEnd, getSysFilesStart } = trackerCommands
    const wire = await Wire.open(port)
    expect((await wire.ask(getSysFilesStart.code)).status).toBe(0)
    const other = await Wire.open(port)
    expect((await other.ask(getSysFilesStart.code)).status).toBe(Status.EBUSY)
    const read = async (index: number, offset: number) =>
      await wire.ask(getOneSysFile.code, getOneSysFile.request.encode({ index, offset }))
    const groups = getOneSysFile.response.decode((await read(0, 0)).body)
    expect(groups.chunk.toString()).toContain('group_name=group1')
    expect(groups.fileSize).toBe(groups.chunk.length)
    const rest = getOneSysFile.response.decode((await read(0, 10)).body)
    expect(rest.chunk).toEqual(groups.chunk.subarray(10))
    expect((await read(4, 0)).status).toBe(Status.EINVAL)
    expect((await read(0, groups.fileSize + 1)).status).toBe(Status.EINVAL)
    expect((await wire.ask(getSysFilesEnd.code)).status).toBe(0)
    expect((await other.ask(getSysFilesStart.code)).status).toBe(0)
    wire.close()
    other.close()
  })
})

describe('a deletion', () => {
  it('at one tracker after the other, as FastDFS deletes, succeeds at each', async () => {
    // As slow as in earnest: the trackers do not tell each other while this goes on.
    await start(2, { electionIntervalMs: 60_000 })
    await cluster.joinAll('100001')
    for (const peer of await cluster.joinAll('100002', { port: 23_001 })) peer.close()
    for (const port of cluster.ports) await until(async () => (await storagesAt(port))['100002'] === OFFLINE)
    const [first = 0, second = 0] = cluster.ports
    expect((await deleteAt(first, '100002')).status).toBe(0)
    expect((await deleteAt(second, '100002')).status).toBe(0)
  })

  it('is not told of a storage that has joined again, from one tracker to the other and back', async () => {
    // Until it has joined again at both nobody tells, and that takes no five seconds.
    await start(2, { electionIntervalMs: 1000 })
    for (const id of ['100001', '100002']) {
      for (const peer of await cluster.joinAll(id, { port: id === '100001' ? 23_000 : 23_001 })) peer.close()
      for (const port of cluster.ports) await until(async () => (await storagesAt(port))[id] === OFFLINE)
    }
    const [first = 0, second = 0] = cluster.ports
    expect((await deleteAt(first, '100002')).status).toBe(0)
    // The first one may have told it by now.
    expect([Status.OK, Status.EALREADY]).toContain((await deleteAt(second, '100002')).status)
    const back = await Promise.all(
      cluster.ports.map((trackerPort) => StoragePeer.connect({ trackerPort, id: '100002', port: 23_001 })),
    )
    for (const peer of back) expect((await peer.join()).status).toBe(0)
    // A later one has arrived: what the trackers had to tell before it was told.
    expect((await deleteAt(first, '100001')).status).toBe(0)
    await until(async () => (await storagesAt(second))['100001'] === DELETED)
    for (const port of cluster.ports) expect((await storagesAt(port))['100002']).toBe(INIT)
    for (const peer of back) peer.close()
  })

  it('reaches all trackers, and the one that was down when it comes back', async () => {
    await start(3)
    await cluster.joinAll('100001')
    for (const peer of await cluster.joinAll('100002', { port: 23_001 })) peer.close()
    const leader = await cluster.leader()
    const [other = 0, down = 0] = cluster.ports.filter((port) => port !== leader)
    for (const port of cluster.ports) await until(async () => (await storagesAt(port))['100002'] === OFFLINE)
    await cluster.stop(down)
    expect((await deleteAt(other, '100002')).status).toBe(0)
    await until(async () => (await storagesAt(leader))['100002'] === DELETED)
    await cluster.restart(down)
    await cluster.join(down, '100001')
    await until(async () => (await storagesAt(down))['100002'] === DELETED)
  })

  it.each([60, 3600])('that only its tracker knew is not lost when that one was away for %i seconds', async (away) => {
    let now = NOW
    const [first, second] = await startUntold(() => now)
    expect((await deleteAt(first, '100002')).status).toBe(0)
    await cluster.stop(first)
    now += away
    expect((await storagesAt(second))['100002']).toBe(OFFLINE)
    await cluster.restart(first)
    await cluster.join(first, '100001')
    await until(async () => (await storagesAt(second))['100002'] === DELETED)
    const back = await StoragePeer.connect({ trackerPort: first, id: '100002', port: 23_001 })
    expect((await back.join()).status).toBe(0)
    expect((await storagesAt(first))['100002']).toBe(INIT)
    back.close()
  })

  it.each([60, 3600])('is not told of a storage that came back within the %i seconds of its tracker', async (away) => {
    let now = NOW
    const [first, second] = await startUntold(() => now)
    expect((await deleteAt(first, '100002')).status).toBe(0)
    expect((await deleteAt(first, '100003')).status).toBe(0)
    await cluster.stop(first)
    now += away
    const back = await cluster.join(second, '100002', { port: 23_001 })
    back.close()
    await until(async () => (await storagesAt(second))['100002'] === OFFLINE)
    await cluster.restart(first)
    await cluster.join(first, '100001')
    // It is told of last.
    await until(async () => (await storagesAt(second))['100003'] === DELETED)
    expect((await storagesAt(second))['100002']).toBe(OFFLINE)
  })

  it('is not taken back by a member that has not heard of it, not even after a restart', async () => {
    const [tracker = 0] = await start(1)
    await cluster.joinAll('100001')
    for (const peer of await cluster.joinAll('100002', { port: 23_001 })) peer.close()
    await until(async () => (await storagesAt(tracker))['100002'] === OFFLINE)
    expect((await deleteAt(tracker, '100002')).status).toBe(0)
    const { reportStatus } = trackerCommands
    const hearsay = reportStatus.request.encode({
      group: 'group1',
      server: { status: OFFLINE, port: 23_001, id: '100002', ip: '127.0.0.1' },
    })
    expect((await cluster.ask(tracker, reportStatus.code, hearsay)).status).toBe(0)
    expect((await storagesAt(tracker))['100002']).toBe(DELETED)
    await cluster.stop(tracker)
    await cluster.restart(tracker)
    expect((await cluster.ask(tracker, reportStatus.code, hearsay)).status).toBe(0)
    expect((await storagesAt(tracker))['100002']).toBe(undefined)
    const back = await StoragePeer.connect({ trackerPort: tracker, id: '100002', port: 23_001 })
    expect((await back.join()).status).toBe(0)
    expect((await storagesAt(tracker))['100002']).toBe(INIT)
    back.close()
  })
})
