import { type GroupRecord, type StorageRecord, trackerCommands } from '@cairn/dfs-core'
import { expect, it } from 'vitest'
import { localTime } from '../local-time.ts'
import { groupReport } from './monitor-report.ts'

// What the C tool printed (client protocol §10.3), line by line. The counters are numbered in the order in which it prints them.
const group: GroupRecord = {
  group: 'group1',
  totalMb: 516_096,
  freeMb: 142_336,
  reservedMb: 5120,
  trunkFreeMb: 3,
  storageCount: 1,
  storagePort: 23_000,
  readableServerCount: 1,
  writableServerCount: 1,
  currentWriteServer: 0,
  storePathCount: 2,
  subdirCountPerPath: 4,
  currentTrunkFileId: 1,
}

const COUNTED = [
  ...['upload', 'append', 'modify', 'truncate', 'set_meta', 'delete', 'download', 'get_meta'],
  ...['create_link', 'delete_link'],
]
const COUNTERS = [
  ...COUNTED.flatMap((what) => [`total_${what}_count`, `success_${what}_count`]),
  ...['upload', 'append', 'modify'].flatMap((what) => [`total_${what}_bytes`, `success_${what}_bytes`]),
  ...['stotal_download_bytes', 'success_download_bytes'],
  ...['sync_in', 'sync_out'].flatMap((what) => [`total_${what}_bytes`, `success_${what}_bytes`]),
  ...['file_open', 'file_read', 'file_write'].flatMap((what) => [`total_${what}_count`, `success_${what}_count`]),
]
const fieldOf = (counter: string) =>
  counter.replace('stotal', 'total').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

const known = {
  status: 7,
  rwMode: 6,
  id: '100001',
  ip: '192.0.2.2',
  sourceId: '',
  version: '6.16.1',
  joinTime: 1_795_233_166,
  upTime: 1_795_233_167,
  totalMb: 516_096,
  freeMb: 1000,
  reservedMb: 5120,
  uploadPriority: 10,
  storePathCount: 2,
  subdirCountPerPath: 4,
  currentWritePath: 1,
  storagePort: 23_000,
  isTrunkServer: true,
  stat: {
    connections: { allocated: 128, current: 3, max: 7 },
    ...(Object.fromEntries(COUNTERS.map((counter, index) => [fieldOf(counter), index + 1])) as Omit<
      StorageRecord['stat'],
      'connections' | `last${string}`
    >),
    lastSourceUpdate: 1_795_233_168,
    lastSyncUpdate: 0,
    lastSyncedTimestamp: 0,
    lastHeartBeatTime: 1_795_233_169,
  },
} as StorageRecord
const { response } = trackerCommands.listStorages
/** As a client gets it: the counters in the order of the wire. */
const [storage = known] = response.decode(response.encode({ storages: [known] })).storages

it('fdfs_monitor prints every line of the C tool, in its order and with its blanks', () => {
  const lines = [
    'Group 1:',
    'group name = group1',
    'disk total space     =  504 GB',
    'disk free space      =  139 GB',
    'disk reserved space  =  5.0 GB',
    'disk available space =  134 GB',
    'trunk free space =  3.0 MB',
    'storage server count = 1',
    'readable server count = 1',
    'writable server count = 1',
    'storage server port = 23000',
    'store path count = 2',
    'subdir count per path = 4',
    'current write server index = 0',
    'current trunk server = 100001 (192.0.2.2)',
    'current trunk file id = 1',
    '',
    '\tStorage 1:',
    '\t\tid = 100001',
    '\t\thost = 192.0.2.2:23000  ACTIVE',
    '\t\tread write mode = both (normal)',
    '\t\tversion = 6.16.1',
    `\t\tjoin time = ${localTime(1_795_233_166)}`,
    `\t\tup time = ${localTime(1_795_233_167)}`,
    '\t\tdisk total space     =  504 GB',
    '\t\tdisk free space      = 1000 MB',
    '\t\tdisk reserved space  =  5.0 GB',
    '\t\tdisk available space =    0  B',
    '\t\tupload priority = 10',
    '\t\tstore_path_count = 2',
    '\t\tsubdir_count_per_path = 4',
    '\t\tcurrent_write_path = 1',
    '\t\tsource storage id = ',
    '\t\tif_trunk_server = 1',
    '\t\tconnection.alloc_count = 128',
    '\t\tconnection.current_count = 3',
    '\t\tconnection.max_count = 7',
    ...COUNTERS.map((counter, index) => `\t\t${counter} = ${index + 1}`),
    `\t\tlast_heart_beat_time = ${localTime(1_795_233_169)}`,
    `\t\tlast_source_update = ${localTime(1_795_233_168)}`,
    `\t\tlast_sync_update = ${localTime(0)}`,
    `\t\tlast_synced_timestamp = ${localTime(0)} `,
    '',
  ]
  expect(groupReport(1, group, [storage]).split('\n')).toEqual(lines)
})

it.each([
  [0, '(never synced)'],
  [1_795_233_160, '(8 seconds delay)'],
  [1_795_233_168 - 90_061, '(1 days 1 hours 1 minutes 1 seconds delay)'],
  [1_795_240_000, '(0 seconds delay)'],
])('a member that has everything up to %i is behind another one: %s', (lastSyncedTimestamp, text) => {
  const behind = { ...storage, id: '100002', stat: { ...storage.stat, lastSyncedTimestamp } }
  const report = groupReport(1, { ...group, currentTrunkFileId: -1 }, [{ ...storage, isTrunkServer: false }, behind])
  expect(report.split('\n').at(-2)).toBe(`\t\tlast_synced_timestamp = ${localTime(lastSyncedTimestamp)} ${text}`)
  expect(report).not.toMatch(/^trunk free space/m)
})
