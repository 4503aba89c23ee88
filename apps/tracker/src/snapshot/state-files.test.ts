import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Cluster, createCluster } from '../cluster/cluster.ts'
import { buildStorageIds, parseStorageIds } from '../cluster/storage-ids.ts'
import { defaultClusterSettings } from '../config.ts'
import { formatGroups } from './groups-file.ts'
import { restoreCluster, type StateTexts } from './restore.ts'
import { formatServers } from './servers-file.ts'
import { StateFileError } from './state-file-error.ts'
import { formatSyncTimestamps } from './sync-timestamps-file.ts'
import { formatTrackerStatus, parseTrackerStatus } from './tracker-status-file.ts'

const folder = fileURLToPath(new URL('../../testdata/state/', import.meta.url))
const samples = ['c1-two-storages', 'c1-after-delete', 'c2-trunk', 'c3-storage-id']

function readSample(name: string): StateTexts & Record<'groups' | 'servers' | 'syncTimestamps' | 'changelog', string> {
  const read = (file: string) => readFileSync(`${folder}${name}/${file}`, 'latin1')
  return {
    groups: read('storage_groups_new.dat'),
    servers: read('storage_servers_new.dat'),
    syncTimestamps: read('storage_sync_timestamp.dat'),
    changelog: read('storage_changelog.dat'),
  }
}

function emptyCluster(sample: string): Cluster {
  const text = '100001 group1 127.0.74.11\n100002 group1 127.0.74.12 rw=read\n'
  return createCluster(
    defaultClusterSettings,
    sample === 'c3-storage-id' ? buildStorageIds(parseStorageIds(text, 'ids'), 'ids') : null,
  )
}

function restore(sample: string, texts: StateTexts = readSample(sample)): { cluster: Cluster; warnings: string[] } {
  const cluster = emptyCluster(sample)
  return { cluster, warnings: restoreCluster(cluster, texts, 'data') }
}

describe("FastDFS's state files", () => {
  it.each(samples)('are read and written again as they were: %s', (sample) => {
    const texts = readSample(sample)
    const { cluster, warnings } = restore(sample)
    expect(warnings).toEqual([])
    expect(formatGroups(cluster.groups)).toBe(texts.groups)
    expect(formatSyncTimestamps(cluster.groups)).toBe(texts.syncTimestamps)
    expect(cluster.changelog).toBe(texts.changelog)
    // Nobody is connected after a start: what was ACTIVE is OFFLINE.
    const offline = texts.servers.replaceAll('status=7', 'status=5')
    expect(formatServers(cluster.groups, cluster.ids !== null)).toBe(offline)
  })

  it('tell the state of every member', () => {
    const { cluster } = restore('c3-storage-id')
    const [first, second] = cluster.groups[0]?.servers ?? []
    expect(first).toMatchObject({ id: '100001', port: 23_000, status: 5, totalMb: 258_019, joinTime: 1_795_234_298 })
    expect(second).toMatchObject({ id: '100002', status: 1, syncSource: '100001', rw: { read: true, write: false } })
    expect(restore('c2-trunk').cluster.groups[0]?.trunk).toMatchObject({
      currentFileId: 1,
      server: '127.0.72.12',
      lastServer: '127.0.72.12',
    })
  })

  it('keep which member has the files of which', () => {
    const [first, second] = restore('c2-trunk').cluster.groups[0]?.servers ?? []
    expect(first?.syncedFrom).toEqual(new Map([['127.0.72.12', 1_795_234_482]]))
    expect(second?.syncedFrom).toEqual(new Map([['127.0.72.11', 1_795_234_499]]))
  })

  it('remember a deleted member through the change log', () => {
    const { cluster } = restore('c1-after-delete')
    expect(cluster.groups[0]?.servers.map(({ id }) => id)).toEqual(['127.0.71.11'])
    expect([...(cluster.groups[0]?.removedIds ?? [])]).toEqual(['127.0.71.12'])
  })

  it('of the tracker itself are read and written as they were', () => {
    const text = readFileSync(`${folder}c2-trunk/.tracker_status`, 'latin1')
    const status = parseTrackerStatus(text, '.tracker_status')
    expect(status).toEqual({ upTime: 1_795_234_357, lastCheckTime: 1_795_234_500 })
    expect(status && formatTrackerStatus(status)).toBe(text)
    expect(() => parseTrackerStatus('up_time=12\nlast_ch', '.tracker_status')).toThrow(StateFileError)
    expect(() => parseTrackerStatus('', '.tracker_status')).toThrow(StateFileError)
  })
})

describe('a torn state file', () => {
  it.each(['groups', 'servers', 'syncTimestamps'] as const)(
    '%s is an error with its line, wherever it ends',
    (name) => {
      const texts = readSample('c2-trunk')
      const whole = texts[name].trimEnd().length
      for (let length = 0; length < whole; length++) {
        const torn = { ...texts, [name]: texts[name].slice(0, length) }
        if (name === 'syncTimestamps' && length === 0) continue
        let message = ''
        try {
          restore('c2-trunk', torn)
        } catch (error) {
          expect(error).toBeInstanceOf(StateFileError)
          message = (error as Error).message
        }
        expect(message, `cut after ${length} bytes`).toMatch(/^data\/storage_\w+\.dat(:\d+)?: /)
      }
    },
  )

  it.each([
    ['groups', /store_path_count=1/, 'store_path_count=x', 'data/storage_groups_new.dat:8: store_path_count=x is not'],
    ['groups', /group_name=group1/, 'group_name=../etc', 'data/storage_groups_new.dat:6: group_name=../etc'],
    ['servers', /status=5/, 'status=8', 'data/storage_servers_new.dat:5: status=8 is not a storage status'],
    ['servers', /ip_addr=\S+/, 'ip_addr=;rm', 'data/storage_servers_new.dat:4: ip_addr=;rm'],
    ['servers', /group_name=group1/, 'group_name=group2', 'data/storage_servers_new.dat:3: group group2 is not in'],
    ['servers', /ip_addr=\S+/, 'ip_addr=127.0.72.12', '127.0.72.12 is there twice'],
    ['servers', /\tstatus/, '\tstatus=5\n\tstatus', 'data/storage_servers_new.dat:6: status is there twice'],
    ['servers', /\[Storage001\]/, '[Storage002]', '[Storage002] where [Storage001] belongs'],
    ['servers', /storage_count=2/, 'storage_count=3', 'storage_count is 3, but there are 2 sections'],
    ['syncTimestamps', /,0\n/, '\n', 'data/storage_sync_timestamp.dat:2: 1 timestamps, but group1 has 2 lines'],
    ['syncTimestamps', /group1/, '', 'data/storage_sync_timestamp.dat:1: '],
    ['changelog', /^/, 'x\n', 'data/storage_changelog.dat:1: "x" is not a change'],
  ] as const)('%s: %s → %j is refused with file and line', (name, from, to, message) => {
    const texts = readSample('c2-trunk')
    expect(() => restore('c2-trunk', { ...texts, [name]: texts[name].replace(from, to) })).toThrow(message)
  })

  it('does not hide an unknown key of another version', () => {
    const texts = readSample('c2-trunk')
    const servers = texts.servers.replace('\tversion', '\tdomain_name=\n\tversion')
    expect(restore('c2-trunk', { ...texts, servers }).warnings).toEqual([
      'data/storage_servers_new.dat: unknown keys are ignored: domain_name',
    ])
  })
})

describe('a cluster that goes over to storage ids', () => {
  it('finds the ids by the addresses in the state files', () => {
    const texts = readSample('c1-two-storages')
    const ids = '7 group1 127.0.71.11\n8 group1 127.0.71.12\n'
    const cluster = createCluster(defaultClusterSettings, buildStorageIds(parseStorageIds(ids, 'ids'), 'ids'))
    restoreCluster(cluster, { ...texts, syncTimestamps: undefined }, 'data')
    expect(cluster.groups[0]?.servers.map(({ id }) => id)).toEqual(['7', '8'])
    const other = createCluster(
      defaultClusterSettings,
      buildStorageIds(parseStorageIds('7 group1 10.0.0.11', 'ids'), 'ids'),
    )
    expect(() => restoreCluster(other, texts, 'data')).toThrow('no storage id for 127.0.71.11:23000 of group1')
  })

  it('does not read ids where none are used', () => {
    const cluster = createCluster(defaultClusterSettings, null)
    expect(() => restoreCluster(cluster, readSample('c3-storage-id'), 'data')).toThrow('use_storage_id is off')
  })
})
