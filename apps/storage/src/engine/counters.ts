import type { StorageStat } from '@cairn/dfs-core'

/** What a storage counts about itself: the numbers of a beat and of storage_stat.dat. */
export type Counters = Omit<StorageStat, 'connections' | 'lastSyncedTimestamp' | 'lastHeartBeatTime'>
type CounterName = keyof Counters

/** FastDFS's key in storage_stat.dat, in its order. */
const KEYS: ReadonlyArray<readonly [CounterName, string]> = [
  ...pair('Upload', 'upload_count', 'Count'),
  ...pair('Append', 'append_count', 'Count'),
  ...pair('Modify', 'modify_count', 'Count'),
  ...pair('Truncate', 'truncate_count', 'Count'),
  ...pair('Download', 'download_count', 'Count'),
  ['lastSourceUpdate', 'last_source_update'],
  ['lastSyncUpdate', 'last_sync_update'],
  ...pair('SetMeta', 'set_meta_count', 'Count'),
  ...pair('Delete', 'delete_count', 'Count'),
  ...pair('GetMeta', 'get_meta_count', 'Count'),
  ...pair('CreateLink', 'create_link_count', 'Count'),
  ...pair('DeleteLink', 'delete_link_count', 'Count'),
  ...pair('Upload', 'upload_bytes', 'Bytes'),
  ...pair('Append', 'append_bytes', 'Bytes'),
  ...pair('Modify', 'modify_bytes', 'Bytes'),
  ...pair('Download', 'download_bytes', 'Bytes'),
  ...pair('SyncIn', 'sync_in_bytes', 'Bytes'),
  ...pair('SyncOut', 'sync_out_bytes', 'Bytes'),
  ...pair('FileOpen', 'file_open_count', 'Count'),
  ...pair('FileRead', 'file_read_count', 'Count'),
  ...pair('FileWrite', 'file_write_count', 'Count'),
]

function pair(operation: string, key: string, what: 'Count' | 'Bytes'): Array<readonly [CounterName, string]> {
  return [
    [`total${operation}${what}` as CounterName, `total_${key}`],
    [`success${operation}${what}` as CounterName, `success_${key}`],
  ]
}

export function newCounters(): Counters {
  return Object.fromEntries(KEYS.map(([name]) => [name, 0])) as Counters
}

// Putting a key together takes longer than counting.
const OPERATIONS = {
  Upload: ['totalUploadCount', 'successUploadCount'],
  Append: ['totalAppendCount', 'successAppendCount'],
  Modify: ['totalModifyCount', 'successModifyCount'],
  Truncate: ['totalTruncateCount', 'successTruncateCount'],
  SetMeta: ['totalSetMetaCount', 'successSetMetaCount'],
  Delete: ['totalDeleteCount', 'successDeleteCount'],
  Download: ['totalDownloadCount', 'successDownloadCount'],
  GetMeta: ['totalGetMetaCount', 'successGetMetaCount'],
  CreateLink: ['totalCreateLinkCount', 'successCreateLinkCount'],
} as const
const BYTES = {
  Upload: ['totalUploadBytes', 'successUploadBytes'],
  Append: ['totalAppendBytes', 'successAppendBytes'],
  Modify: ['totalModifyBytes', 'successModifyBytes'],
  Download: ['totalDownloadBytes', 'successDownloadBytes'],
  SyncIn: ['totalSyncInBytes', 'successSyncInBytes'],
  SyncOut: ['totalSyncOutBytes', 'successSyncOutBytes'],
} as const

/** Operations that are counted twice: tried and succeeded. */
export type CountedOperation = keyof typeof OPERATIONS
export type CountedBytes = keyof typeof BYTES

export function countOperation(counters: Counters, operation: CountedOperation, succeeded: boolean): void {
  const [total, success] = OPERATIONS[operation]
  counters[total] += 1
  if (succeeded) counters[success] += 1
}

/** `tried` and `done`: bytes of content. */
export function countBytes(counters: Counters, what: CountedBytes, tried: number, done: number): void {
  const [total, success] = BYTES[what]
  counters[total] += tried
  counters[success] += done
}

/** What was counted since the last time; counting begins at 0 again. */
export function takeCounts(counters: Counters): Counters {
  const taken = { ...counters }
  Object.assign(counters, newCounters())
  return taken
}

const TIMES: ReadonlySet<CounterName> = new Set(['lastSourceUpdate', 'lastSyncUpdate'])

/** Adds what another thread has counted. */
export function addCounts(counters: Counters, more: Counters): void {
  for (const [name] of KEYS) {
    counters[name] = TIMES.has(name) ? Math.max(counters[name], more[name]) : counters[name] + more[name]
  }
}

/** The counters part of storage_stat.dat. */
export function formatCounters(counters: Counters): string {
  return KEYS.map(([name, key]) => `${key}=${counters[name]}\n`).join('')
}

/** Unknown keys and unreadable numbers are left out: losing a count loses statistics, nothing else. */
export function readCounters(values: ReadonlyMap<string, string>): Counters {
  const counters = newCounters()
  for (const [name, key] of KEYS) {
    const value = Number(values.get(key) ?? '0')
    if (Number.isSafeInteger(value) && value >= 0) counters[name] = value
  }
  return counters
}
