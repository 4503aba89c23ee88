import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until } from './cluster.ts'

// Clients that others wrote for FastDFS 5, from the npm registry and unchanged. (The lists of `fdfs` are those before
// 5.04, with storage records of 600 bytes, which no server of the last ten years writes.)

interface ForeignClient {
  upload(file: Buffer, options: Record<string, unknown>): Promise<string>
  download(fileId: string, target: string | { target: string; offset: number; bytes: number }): Promise<void>
  del(fileId: string): Promise<void>
  getFileInfo(fileId: string): Promise<{ size: number; crc32: number; addr: string }>
  setMetaData(fileId: string, metadata: Record<string, string>, flag?: 'O' | 'M'): Promise<void>
  getMetaData(fileId: string): Promise<Record<string, string>>
  listGroups(): Promise<{ groups: Record<string, unknown>[] }>
  listStorages(group: string): Promise<{ storages: Record<string, unknown>[] }>
}

const require = createRequire(import.meta.url)
type ClientClass = new (options: Record<string, unknown>) => ForeignClient
const clients: Record<string, ClientClass> = { fdfs: require('fdfs'), 'fastdfs-client': require('fastdfs-client') }
const names = Object.keys(clients)

let cluster: TestCluster
let folder: string
beforeAll(async () => {
  cluster = await startCluster(['100001', '100002'], {}, { statLayout: '5.x' })
  folder = mkdtempSync(join(tmpdir(), 'cairn-foreign-'))
})
afterAll(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

function open(name: string): ForeignClient {
  const Client = clients[name]
  if (Client === undefined) throw new Error(`no client ${name}`)
  const trackers = [{ host: '127.0.0.1', port: cluster.tracker.tcpPort }]
  return new Client({ trackers, timeout: 10_000, defaultExt: 'txt', charset: 'utf8', logger: { log: () => undefined } })
}

describe.each(names)('the client %s', (name) => {
  it('stores, reads, describes and deletes a file', async () => {
    const client = open(name)
    const body = content(300_000)
    const fileId = await client.upload(body, { ext: 'jpg' })
    const to = join(folder, `${name}.jpg`)
    await client.download(fileId, to)
    expect(readFileSync(to).equals(body)).toBe(true)
    await client.download(fileId, { target: to, offset: 1000, bytes: 50 })
    expect(readFileSync(to).equals(body.subarray(1000, 1050))).toBe(true)
    expect(await client.getFileInfo(fileId)).toMatchObject({ size: 300_000, addr: '127.0.0.1' })
    await client.setMetaData(fileId, { width: '1024', author: '艾达' })
    await client.setMetaData(fileId, { width: '2048' }, 'M')
    // The tracker may name the other member, as for the deletion below.
    await expect.poll(() => client.getMetaData(fileId)).toEqual({ author: '艾达', width: '2048' })
    await client.del(fileId)
    // The tracker may name the other member, which hears of the deletion a moment later.
    let failure: unknown = null
    await until('a member that is asked says that it is gone', async () => {
      failure = await client.getFileInfo(fileId).then(
        () => null,
        (error: unknown) => error,
      )
      return failure !== null
    })
    expect(failure).toMatchObject({ errno: 2 })
  })

  it('appends to an appender file and writes over a part of it', async () => {
    const client = open(name)
    const fileId = await client.upload(Buffer.from('hello'), { ext: 'txt', method: 'uploadAppender' })
    await client.upload(Buffer.from(' world'), { method: 'append', fileId })
    await client.upload(Buffer.from('J'), { method: 'modify', fileId, offset: 0 })
    expect((await cluster.dfs.downloadBuffer(fileId)).toString()).toBe('Jello world')
  })
})

describe('lists as FastDFS 5 wrote them, which stat_layout = 5.x chooses', () => {
  it.each(names)('tell %s the groups', async (name) => {
    const { groups } = await open(name).listGroups()
    expect(groups).toMatchObject([{ groupName: 'group1', storageCount: 2, activeCount: 2, storePathCount: 1 }])
  })

  it('tell fastdfs-client the storages', async () => {
    const { storages } = await open('fastdfs-client').listStorages('group1')
    const ports = cluster.storages.map(({ address }) => Number(address.split(':')[1]))
    // It reads no ids but the first: its own slip.
    expect(storages).toMatchObject([
      { status: 7, id: '100001', ipAddr: '127.0.0.1', storagePort: ports[0], version: '6.16.1' },
      { status: 7, ipAddr: '127.0.0.1', storagePort: ports[1], srcIpAddr: '100001' },
    ])
  })
})
