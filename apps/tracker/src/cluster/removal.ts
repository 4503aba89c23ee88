import { StorageStatus, storageStatusName } from '@cairn/dfs-core'
import { appendChangelog, parseChangelogLine } from './changelog.ts'
import {
  type Cluster,
  findGroup,
  findServer,
  mustSave,
  requireGroup,
  requireServer,
  type StorageServer,
  setStatus,
} from './cluster.ts'
import { Refusal } from './refusal.ts'
import { chooseRoomiestGroup } from './space.ts'
import { isTombstone, nextStatus } from './storage-status.ts'
import { setTrunkServer } from './trunk-server.ts'

/** DELETE_STORAGE (93). The record stays as a tombstone, so that the other members learn of it. */
export function deleteStorage(cluster: Cluster, groupName: string, id: string, now: number): void {
  const server = requireServer(requireGroup(cluster, groupName), id)
  if (server.status === StorageStatus.IP_CHANGED) throw new Refusal('unknown', `${id} has moved to another address`)
  if (server.status === StorageStatus.DELETED) throw new Refusal('already', `${id} is deleted already`)
  if (nextStatus('delete', server.status) !== StorageStatus.DELETED) {
    throw new Refusal('busy', `${id} is ${storageStatusName(server.status)}`)
  }
  bury(cluster, server, now)
}

/**
 * Turns the record into a tombstone: nothing that it held counts any more. The change log tells the members, which drop
 * their read positions, and this tracker after its next start.
 */
export function bury(cluster: Cluster, server: StorageServer, now: number): void {
  const { group, id } = server
  for (const other of group.servers) {
    if (other.syncSource !== id) continue
    other.syncSource = ''
    other.syncUntil = 0
  }
  Object.assign(server, { stat: null, paths: [], totalMb: 0, freeMb: 0, storePathCount: 0, subdirCount: 0 })
  Object.assign(server, { syncSource: '', syncUntil: 0, lastSyncedTimestamp: 0, lastHeartBeatTime: 0 })
  server.uploadPriority = 0
  if (group.trunk.server === id) setTrunkServer(cluster, group, '')
  server.syncedFrom.clear()
  setStatus(cluster, server, StorageStatus.DELETED)
  appendChangelog(cluster, { time: now, group: group.name, id, status: StorageStatus.DELETED, newId: '' })
  mustSave(cluster)
  cluster.unsaved.syncTimestamps = true
}

export interface Deletion {
  readonly group: string
  readonly id: string
  readonly time: number
}

/** What the change log knows to be deleted, and has not joined again here. */
export function deletionsIn(cluster: Cluster): Deletion[] {
  const newest = new Map<string, Deletion>()
  for (const line of cluster.changelog.split('\n')) {
    const entry = parseChangelogLine(line)
    if (entry?.status !== StorageStatus.DELETED) continue
    const { group: name, id, time } = entry
    const group = findGroup(cluster, name)
    if (group === undefined) continue
    const isGone = group.removedIds.has(id) || findServer(group, id)?.status === StorageStatus.DELETED
    if (isGone) newest.set(`${name} ${id}`, { group: name, id, time })
  }
  return [...newest.values()]
}

/** A member that was heard of after its deletion has come back meanwhile: to delete that one was nobody's wish. */
export function isBackSince({ lastHeartBeatTime }: { lastHeartBeatTime: number }, { time }: Deletion): boolean {
  return lastHeartBeatTime > time
}

/** Into the state of another tracker, which may never have heard of it. */
export function keepDeletion(cluster: Cluster, deletion: Deletion): void {
  const group = findGroup(cluster, deletion.group)
  const server = group && findServer(group, deletion.id)
  if (server === undefined || isTombstone(server.status) || isBackSince(server, deletion)) return
  bury(cluster, server, deletion.time)
}

/** DELETE_GROUP (108). Tombstones count; they go with the next start of the tracker. */
export function deleteGroup(cluster: Cluster, groupName: string): void {
  const group = requireGroup(cluster, groupName)
  if (group.servers.length > 0) {
    throw new Refusal('busy', `${groupName} has ${group.servers.length} storage servers, deleted ones included`)
  }
  cluster.groups.splice(cluster.groups.indexOf(group), 1)
  if (cluster.writeTurn >= cluster.groups.length) cluster.writeTurn = 0
  chooseRoomiestGroup(cluster)
  cluster.unsaved.groups = cluster.unsaved.urgent = true
}
