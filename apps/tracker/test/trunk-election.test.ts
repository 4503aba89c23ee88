import { readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { Status, trackerCommands } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultClusterSettings } from '../src/config.ts'
import { TrackerCluster } from './support/tracker-cluster.ts'
import { TrunkStorage } from './support/trunk-storage.ts'
import { until } from './support/until.ts'

let cluster = new TrackerCluster()
let storages: TrunkStorage[] = []
let ids = ''
let now = 1_795_000_000

beforeEach(async () => {
  storages = [await TrunkStorage.start(10), await TrunkStorage.start(20), await TrunkStorage.start(30)]
  ids = storages.map(({ port }, index) => `${100_001 + index} group1 127.0.0.1:${port}\n`).join('')
})

afterEach(async () => {
  await cluster.close()
  for (const storage of storages) await storage.close()
  cluster = new TrackerCluster()
})

const settings = { ...defaultClusterSettings, idInFileName: true, useTrunkFile: true, storeServer: 1 } as const

async function addTracker(): Promise<number> {
  return await cluster.add(ids, { cluster: settings })
}

const idOf = (index: number) => String(100_001 + index)
const join = (port: number, index: number) => cluster.join(port, idOf(index), { port: storages[index]?.port ?? 0 })

async function trunkServerAt(port: number): Promise<string | undefined> {
  const { listStorages } = trackerCommands
  const request = listStorages.request.encode({ group: 'group1', id: '' })
  const { body } = await cluster.ask(port, listStorages.code, request)
  return listStorages.response.decode(body).storages.find((record) => record.isTrunkServer)?.id
}

async function setTrunkServer(port: number, id: string): Promise<{ status: number; id: string }> {
  const { setTrunkServer: row } = trackerCommands
  const { status, body } = await cluster.ask(port, row.code, row.request.encode({ group: 'group1', id }))
  return { status, id: status === 0 ? row.response.decode(body).id : '' }
}

describe('a group with trunk files', () => {
  it('has a trunk server as soon as a member is ACTIVE, and it hears so with its first answer', async () => {
    const port = await addTracker()
    const peer = await join(port, 0)
    expect(await trunkServerAt(port)).toBe(idOf(0))
    await peer.join()
    expect((await peer.beat()).trunkServer).toMatchObject({ id: idOf(0), port: storages[0]?.port })
    expect(storages[0]?.marksDeleted).toBe(1)
  })

  it('gets the member with the longest log when the trunk server is deleted', async () => {
    const port = await addTracker()
    const first = await join(port, 0)
    await join(port, 1)
    await join(port, 2)
    first.close()
    const { deleteStorage } = trackerCommands
    const request = deleteStorage.request.encode({ group: 'group1', id: idOf(0) })
    await until(async () => (await cluster.ask(port, deleteStorage.code, request)).status === 0)
    expect(await setTrunkServer(port, '')).toEqual({ status: 0, id: idOf(2) })
    expect(storages[2]?.marksDeleted).toBe(1)
    expect(await trunkServerAt(port)).toBe(idOf(2))
  })

  it('keeps its trunk server against an administrator, and shows the newest file and the space in its list', async () => {
    const port = await addTracker()
    const peer = await join(port, 0)
    await join(port, 1)
    expect((await setTrunkServer(port, idOf(1))).status).toBe(Status.EEXIST)
    expect((await setTrunkServer(port, idOf(0))).status).toBe(Status.EALREADY)
    expect(await setTrunkServer(port, '')).toEqual({ status: 0, id: idOf(0) })
    const { listOneGroup, reportTrunkFid, reportTrunkFree } = trackerCommands
    await peer.wire.ask(reportTrunkFid.code, reportTrunkFid.request.encode({ trunkFileId: 7 }))
    await peer.wire.ask(reportTrunkFree.code, reportTrunkFree.request.encode({ freeMb: 63 }))
    const { body } = await cluster.ask(port, listOneGroup.code, listOneGroup.request.encode({ group: 'group1' }))
    expect(listOneGroup.response.decode(body)).toMatchObject({ currentTrunkFileId: 7, trunkFreeMb: 63 })
    const status = await fetch(`http://127.0.0.1:${cluster.httpPort(port)}/status`)
    expect(await status.json()).toMatchObject({
      groups: [{ trunk: { server: idOf(0), freeMb: 63, newestFile: 7 } }],
    })
  })

  it('has a trunk server at every tracker, and only the leader names one', async () => {
    await addTracker()
    await addTracker()
    for (const port of cluster.ports) {
      await join(port, 0)
      await join(port, 1)
    }
    const leader = await cluster.leader()
    const follower = cluster.ports.find((port) => port !== leader) ?? 0
    for (const port of cluster.ports) await until(async () => (await trunkServerAt(port)) !== undefined)
    expect(await trunkServerAt(follower)).toBe(await trunkServerAt(leader))
    expect((await setTrunkServer(follower, '')).status).toBe(Status.EOPNOTSUPP)
  })
})

describe('a trunk server', () => {
  it('keeps its role without its connection until it has been silent for two intervals; the next one is durable before it is named', async () => {
    const port = await cluster.add(ids, { cluster: settings }, () => now)
    const first = await join(port, 0)
    const second = await join(port, 1)
    first.close()
    const other = await join(port, 2)
    // In steps that leave the others active, wherever the tracker looks in between.
    const pass = async () => {
      now += settings.checkActiveIntervalSeconds / 2
      await second.beat()
      await other.beat()
    }
    await pass()
    await pass()
    expect(await trunkServerAt(port)).toBe(idOf(0))
    // Its process had just started: then the tracker waits for one interval more.
    await until(async () => {
      await pass()
      return (await trunkServerAt(port)) === idOf(2)
    })
    const saved = readFileSync(joinPath(cluster.folder(port), 'data/storage_groups_new.dat'), 'utf8')
    expect(saved).toContain(`\tlast_trunk_server=${idOf(2)}\n`)
  })
})
