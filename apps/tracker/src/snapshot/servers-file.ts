import { isStorageStatus, type StorageStat, type StorageStatus } from '@cairn/dfs-core'
import { formatHostPort, isIpAddress } from '../cluster/address.ts'
import type { Group, StorageServer } from '../cluster/cluster.ts'
import { isTombstone } from '../cluster/storage-status.ts'
import { formatSection, numberedSections, parseSections, type SectionReader, sectionName } from './sections.ts'

export const SERVERS_FILE = 'storage_servers_new.dat'

/** The counters in the order of the file. FastDFS does not save those of modify and truncate. */
const savedCounters = [
  'totalUploadCount',
  'successUploadCount',
  'totalAppendCount',
  'successAppendCount',
  'totalSetMetaCount',
  'successSetMetaCount',
  'totalDeleteCount',
  'successDeleteCount',
  'totalDownloadCount',
  'successDownloadCount',
  'totalGetMetaCount',
  'successGetMetaCount',
  'totalCreateLinkCount',
  'successCreateLinkCount',
  'totalDeleteLinkCount',
  'successDeleteLinkCount',
  'totalUploadBytes',
  'successUploadBytes',
  'totalAppendBytes',
  'successAppendBytes',
  'totalDownloadBytes',
  'successDownloadBytes',
  'totalSyncInBytes',
  'successSyncInBytes',
  'totalSyncOutBytes',
  'successSyncOutBytes',
  'totalFileOpenCount',
  'successFileOpenCount',
  'totalFileReadCount',
  'successFileReadCount',
  'totalFileWriteCount',
  'successFileWriteCount',
  'lastSourceUpdate',
  'lastSyncUpdate',
] as const satisfies readonly (keyof StorageStat)[]

type SavedCounters = Pick<StorageStat, (typeof savedCounters)[number]>

export interface SavedServer {
  /** Empty without storage ids. */
  id: string
  group: string
  ips: string[]
  port: number
  status: StorageStatus
  version: string
  joinTime: number
  syncSource: string
  syncUntil: number
  totalMb: number
  freeMb: number
  changelogOffset: number
  storePathCount: number
  subdirCount: number
  uploadPriority: number
  counters: SavedCounters
  lastSyncedTimestamp: number
  lastHeartBeatTime: number
  error: (key: string, message: string) => Error
}

/** Deleted servers are left out, as in FastDFS: the change log remembers them. */
export function formatServers(groups: readonly Group[], withIds: boolean): string {
  const servers = groups.flatMap((group) => group.servers).filter((server) => !isTombstone(server.status))
  let text = ''
  for (const [index, server] of servers.entries()) {
    const section = formatSection(sectionName('Storage', index), valuesOf(server, withIds))
    text += `# storage: ${formatHostPort(server.ips[0] ?? '', server.port)}\n${section}\n`
  }
  return `${text}\n${formatSection('Global', [['storage_count', servers.length]])}`
}

function valuesOf(server: StorageServer, withIds: boolean): [string, string | number][] {
  const { stat } = server
  return [
    ...(withIds ? [['id', server.id] satisfies [string, string]] : []),
    ['group_name', server.group.name],
    ['ip_addr', server.ips.join(',')],
    ['status', server.status],
    ['version', server.version],
    ['join_time', server.joinTime],
    ['storage_port', server.port],
    ['sync_src_server', server.syncSource],
    ['sync_until_timestamp', server.syncUntil],
    ['total_mb', server.totalMb],
    ['free_mb', server.freeMb],
    ['changelog_offset', server.changelogOffset],
    ['store_path_count', server.storePathCount],
    ['subdir_count_per_path', server.subdirCount],
    ['upload_priority', server.uploadPriority],
    ...savedCounters.map((name): [string, number] => [snakeCase(name), stat?.[name] ?? 0]),
    ['last_synced_timestamp', server.lastSyncedTimestamp],
    ['last_heart_beat_time', server.lastHeartBeatTime],
  ]
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function parseServers(text: string, file: string): { servers: SavedServer[]; unknownKeys: string[] } {
  const sections = numberedSections(parseSections(text, file), 'Storage', file)
  const servers = sections.map(readServer)
  return { servers, unknownKeys: [...new Set(sections.flatMap((section) => section.unusedKeys()))] }
}

function readServer(section: SectionReader): SavedServer {
  const status = section.integer('status')
  if (!isStorageStatus(status)) throw section.error('status', `status=${status} is not a storage status`)
  const ips = section.text('ip_addr').split(',')
  if (ips.length > 2 || !ips.every(isIpAddress)) throw section.error('ip_addr', `ip_addr=${ips.join(',')}`)
  return {
    id: section.has('id') ? section.text('id') : '',
    group: section.text('group_name'),
    ips,
    port: section.integer('storage_port'),
    status,
    version: section.text('version'),
    joinTime: section.integer('join_time'),
    syncSource: section.text('sync_src_server'),
    syncUntil: section.integer('sync_until_timestamp'),
    totalMb: section.integer('total_mb'),
    freeMb: section.integer('free_mb'),
    changelogOffset: section.integer('changelog_offset'),
    storePathCount: section.integer('store_path_count'),
    subdirCount: section.integer('subdir_count_per_path'),
    uploadPriority: section.integer('upload_priority', Number.MIN_SAFE_INTEGER),
    counters: readCounters(section),
    lastSyncedTimestamp: section.integer('last_synced_timestamp'),
    lastHeartBeatTime: section.integer('last_heart_beat_time'),
    error: (key, message) => section.error(key, message),
  }
}

function readCounters(section: SectionReader): SavedCounters {
  // Counters are what storage servers sent; nothing depends on their being sensible.
  const entries = savedCounters.map((name) => [name, section.integer(snakeCase(name), Number.MIN_SAFE_INTEGER)])
  return Object.fromEntries(entries) as SavedCounters
}
