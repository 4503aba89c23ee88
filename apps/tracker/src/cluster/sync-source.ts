import { StorageStatus } from '@cairn/dfs-core'
import {
  type Cluster,
  findServer,
  mustSave,
  requireGroup,
  requireServer,
  type StorageServer,
  setStatus,
} from './cluster.ts'
import { Refusal } from './refusal.ts'
import { isAvailable, isTombstone, nextStatus } from './storage-status.ts'

// Who gives a new member the files that the group already has (internals §1.10, §2.3). Everything older than `until`
// comes through the source; everything newer from the member that it was uploaded to.

export interface SyncSource {
  sourceId: string
  until: number
}

/** SYNC_DEST_REQ (87), once in the life of a storage server. Null: there is nobody to take files from. */
export function requestSource(cluster: Cluster, server: StorageServer, now: number): SyncSource | null {
  const others = server.group.sorted.filter((other) => other !== server)
  if (!others.some((other) => isAvailable(other.status))) {
    setStatus(cluster, server, StorageStatus.ONLINE)
    return null
  }
  const source = server.group.writable.find((other) => other !== server)
  if (source === undefined) {
    throw new Refusal('nothing_usable', `${server.group.name} has members, but none is ACTIVE and writable`)
  }
  server.syncSource = source.id
  server.syncUntil = now
  setStatus(cluster, server, StorageStatus.WAIT_SYNC)
  mustSave(cluster)
  return { sourceId: source.id, until: now }
}

/** SYNC_NOTIFY (88), on every connection: the source that the storage server has on record itself. */
export function notifySource(cluster: Cluster, server: StorageServer, { sourceId, until }: SyncSource): void {
  if (sourceId === '') {
    setStatus(cluster, server, nextStatus('no-sync-needed', server.status))
    return
  }
  if (until < 0) throw new Refusal('malformed', `sync until ${until}`)
  if (server.syncSource === '') {
    const source = findServer(server.group, sourceId)
    if (source === undefined || source === server || isTombstone(source.status)) {
      throw new Refusal('unknown', `sync source ${sourceId} is not in ${server.group.name}`)
    }
    server.syncSource = sourceId
    server.syncUntil = until
    mustSave(cluster)
  }
  if (server.status === StorageStatus.INIT) setStatus(cluster, server, StorageStatus.WAIT_SYNC)
}

/** SYNC_DEST_QUERY (79): what is on record for the asking server. */
export function recordedSource(server: StorageServer): SyncSource | null {
  return server.syncSource === '' ? null : { sourceId: server.syncSource, until: server.syncUntil }
}

/** SYNC_SRC_REQ (86): a member asks from whom `destId` takes the old files. A source that cannot deliver is dropped. */
export function sourceOf(cluster: Cluster, groupName: string, destId: string): SyncSource | null {
  const group = requireGroup(cluster, groupName)
  const dest = requireServer(group, destId)
  if (dest.status === StorageStatus.INIT || isTombstone(dest.status)) {
    throw new Refusal('unknown', `${destId} has not been given a sync source`)
  }
  if (dest.syncSource === '') return null
  const source = findServer(group, dest.syncSource)
  if (source !== undefined && (isAvailable(source.status) || source.status === StorageStatus.RECOVERY)) {
    return { sourceId: source.id, until: dest.syncUntil }
  }
  dest.syncSource = ''
  dest.syncUntil = 0
  mustSave(cluster)
  return null
}
