import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectionPool, DfsClient, StorageClient } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildStorageIds } from '../../tracker/src/cluster/storage-ids.ts'
import { defaultTrackerConfig } from '../../tracker/src/config.ts'
import { startTracker } from '../../tracker/src/tracker.ts'
import { startStorage } from '../src/storage.ts'
import { content, logger, testStorageConfig, until } from './cluster.ts'

const IDS = ['100001', '100002']
const LIMIT_MS = 60_000
const hasIpv6 = Object.values(networkInterfaces()).some((entries) => entries?.some(({ address }) => address === '::1'))

let folder = ''
const closing: Array<{ close(): Promise<void> | void }> = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-ipv6-'))
})
afterEach(async () => {
  for (const part of closing.splice(0).reverse()) await part.close()
  rmSync(folder, { recursive: true })
})

function base(name: string): string {
  mkdirSync(join(folder, name))
  return join(folder, name)
}

async function startIpv6Tracker(): Promise<number> {
  const config = defaultTrackerConfig(base('tracker'))
  const rw = { read: true, write: true }
  const ids = IDS.map((id, index) => ({ id, group: 'group1', hosts: ['::1'], port: index + 1, rw }))
  const tracker = await startTracker(
    {
      ...config,
      bindAddresses: ['::1'],
      port: 0,
      addressWidth: 46,
      http: { bindAddress: '::1', port: -1 },
      storageIds: buildStorageIds(ids, 'storage_ids.conf'),
      cluster: { ...config.cluster, idInFileName: true, reservedSpace: { kind: 'mb', mb: 1 } },
    },
    logger,
  )
  closing.push(tracker)
  return tracker.tcpPort
}

describe.skipIf(!hasIpv6)('a cluster that has only IPv6 addresses', { timeout: 3 * LIMIT_MS }, () => {
  it('takes, replicates and serves files, and tells clients wide addresses', async () => {
    const trackerPort = await startIpv6Tracker()
    for (const id of IDS) {
      const config = testStorageConfig(base(id), id, trackerPort)
      const trackers = [{ hosts: ['::1'], port: trackerPort }]
      closing.push(await startStorage({ ...config, bindAddress: '::1', trackers }, logger))
    }
    const pool = new ConnectionPool()
    const dfs = new DfsClient({ trackers: [`[::1]:${trackerPort}`] })
    closing.push(pool, dfs)
    const isActive = async () => {
      const members = await dfs.tracker.listStorages('group1').catch(() => [])
      return members.length === 2 && members.every(({ status, ip }) => status === 7 && ip === '::1')
    }
    await until('both are ACTIVE', isActive, LIMIT_MS)
    const fileId = await dfs.upload(content(5000), { ext: 'bin' })
    expect(await dfs.downloadBuffer(fileId)).toEqual(content(5000))
    expect(await dfs.fileInfo(fileId)).toMatchObject({ size: 5000, sourceIp: '::1' })
    for (const { ip, storagePort } of await dfs.tracker.listStorages('group1')) {
      const member = new StorageClient(`[${ip}]:${storagePort}`, pool)
      const isThere = async () => {
        const found = await member.downloadBuffer(fileId).catch(() => null)
        return found?.equals(content(5000)) === true
      }
      await until(`it is at ${storagePort}`, isThere, LIMIT_MS)
    }
  })
})
