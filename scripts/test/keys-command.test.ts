import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createMasterKeys, formatKeyFile, openMasterKeys } from '@cairn/dfs-core/tickets'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storageConfigDefaults } from '../../apps/storage/src/config.ts'
import { allActive, startCluster, type TestCluster, until } from '../../apps/storage/test/cluster.ts'
import { requireCairnCluster, requireExternalCluster } from '../lib/external-cluster.mjs'

const HOUR_SECONDS = 3600
const script = join(import.meta.dirname, '../cairn.mjs')
let cluster: TestCluster
let keys: string

beforeEach(async () => {
  cluster = await startCluster([])
  keys = join(cluster.folder, 'master.json')
  await cairn('create')
  for (const id of ['100001', '100002']) await addStorage(id)
  await allActive(cluster)
})

afterEach(() => cluster.close())

async function addStorage(id: string): Promise<void> {
  mkdirSync(join(cluster.folder, id), { recursive: true })
  const keysFile = keysFileOf(id)
  await cairn('export', '--storage', id, '--out', keysFile)
  await cluster.addStorage(id, {
    http: { ...storageConfigDefaults.http, bindAddress: '127.0.0.1', port: 0, keysFile },
  })
}

const keysFileOf = (id: string) => join(cluster.folder, id, 'keys.json')
const master = () => openMasterKeys(readFileSync(keys, 'utf8'))

/** What the command says, on both of its outputs; rejects when it fails. */
async function cairn(...args: string[]): Promise<string> {
  const trackers = ['--trackers', `127.0.0.1:${cluster.tracker.tcpPort}`]
  const words = [script, 'keys', ...args, '--keys', keys, ...trackers]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words)
  return stdout + stderr
}

describe('cairn keys', () => {
  it('makes the keys of a cluster once, readable for their owner alone', async () => {
    const made = readFileSync(keys, 'utf8')
    expect(statSync(keys).mode & 0o777).toBe(0o600)
    await expect(cairn('create')).rejects.toThrow('already')
    expect(readFileSync(keys, 'utf8')).toBe(made)
  })

  it('exports what one storage needs, readable for its owner alone', () => {
    expect(JSON.parse(readFileSync(keysFileOf('100001'), 'utf8'))).toEqual(
      master().exportStorageKeys('group1', '100001'),
    )
    expect(statSync(keysFileOf('100001')).mode & 0o777).toBe(0o600)
  })

  it('changes the keys of a running cluster, and no key signs that a storage does not know', async () => {
    const { current: old } = master()
    await cairn('rotate', '--add')
    const [, added = ''] = master().kids
    expect(master().current).toBe(old)
    await cairn('export', '--storage', '100001', '--out', keysFileOf('100001'))
    const knows = async (index: number) =>
      (await cluster.storages[index]?.client.status())?.kids.includes(added) === true
    await until('the first storage knows the key', () => knows(0))
    await expect(cairn('rotate', '--switch')).rejects.toThrow(`Key ${added} is not known yet to 100002`)
    await cairn('export', '--storage', '100002', '--out', keysFileOf('100002'))
    await until('the second storage knows the key', () => knows(1))
    await cairn('rotate', '--switch')
    expect(master().current).toBe(added)

    await expect(cairn('rotate', '--drop', old)).rejects.toThrow('may live for 25 more')
    const yesterday = Date.now() / 1000 - 25 * HOUR_SECONDS - 1
    utimesSync(keys, yesterday, yesterday)
    await cairn('rotate', '--drop', old)
    expect(master().kids).toEqual([added])
  }, 30_000)

  it('lets a drive start on a cluster only with keys that its storages know', async () => {
    const trackers = [`127.0.0.1:${cluster.tracker.tcpPort}`]
    expect(await requireCairnCluster({ trackers, keysFile: keys })).toBe('2 active')
    // The gateway asks nothing of them but FastDFS.
    const through = { trackers, keysFile: '/nonexistent', gateway: { port: 1, host: '127.0.0.1' } }
    expect(await requireExternalCluster(through)).toBe('2 active, through the gateway')
    const other = join(cluster.folder, 'other.json')
    writeFileSync(other, formatKeyFile(createMasterKeys()))
    const { current } = openMasterKeys(readFileSync(other, 'utf8'))
    await expect(requireCairnCluster({ trackers, keysFile: other })).rejects.toThrow(
      new RegExp(
        `^The storage 127\\.0\\.0\\.1:\\d+ knows the keys ${master().current}, but CAIRN_KEYS \\(.*\\) signs with ${current}: `,
      ),
    )
  })
})
