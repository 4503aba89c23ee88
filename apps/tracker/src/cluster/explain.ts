import { StorageStatus } from '@cairn/dfs-core'
import { syncedUpTo } from './choose-fetch.ts'
import type { Cluster, Group, StorageServer } from './cluster.ts'
import {
  groupHasSpace,
  groupHasTrunkSpace,
  hasReportedSpace,
  pathHasSpace,
  pathHasTrunkSpace,
  reservedMb,
} from './space.ts'

// The rules of selection in words, for people who wonder why nothing is stored. Null: there is no reason against it.

const states: Record<StorageStatus, string> = {
  [StorageStatus.INIT]: 'it has joined, but has not been given a sync source yet',
  [StorageStatus.WAIT_SYNC]: 'it waits until its sync source begins',
  [StorageStatus.SYNCING]: 'its sync source is still sending the old files',
  [StorageStatus.IP_CHANGED]: 'it has moved to another address',
  [StorageStatus.DELETED]: 'it was deleted',
  [StorageStatus.OFFLINE]: 'it is not connected, or has been silent for check_active_interval',
  [StorageStatus.ONLINE]: 'it has joined, but has not sent its first report',
  [StorageStatus.ACTIVE]: '',
  [StorageStatus.RECOVERY]: 'it is rebuilding a lost disk',
}

export function whyNotReadable(server: StorageServer): string | null {
  if (server.status !== StorageStatus.ACTIVE) return states[server.status]
  return server.rw.read ? null : 'its rw mode in storage_ids.conf excludes reading'
}

export function whyNotWritable({ settings }: Cluster, server: StorageServer): string | null {
  if (server.status !== StorageStatus.ACTIVE) return states[server.status]
  if (!server.rw.write) return 'its rw mode in storage_ids.conf excludes writing'
  if (!hasReportedSpace(server)) return 'it has not reported its space yet'
  const hasRoom = server.paths.some(
    (_, index) => pathHasSpace(settings, server, index) || pathHasTrunkSpace(settings, server, index),
  )
  return hasRoom ? null : 'no store path has more than its share of the reserved space free'
}

export function whyNoUploads({ settings }: Cluster, group: Group): string | null {
  if (group.writable.length === 0) return 'no storage server is ACTIVE and writable'
  if (groupHasSpace(settings.reservedSpace, group) || groupHasTrunkSpace(settings, group)) return null
  const reserved = reservedMb(settings.reservedSpace, group.totalMb)
  return `${group.freeMb} MB are free, of which ${reserved} MB are reserved`
}

/** How far this server is behind the newest change of any other member; null when no other has changed anything. */
export function syncLagSeconds(server: StorageServer): number | null {
  let lag: number | null = null
  for (const source of server.group.servers) {
    const newest = source.stat?.lastSourceUpdate ?? 0
    if (source === server || newest === 0) continue
    lag = Math.max(lag ?? 0, newest - syncedUpTo(server, source))
  }
  return lag
}
