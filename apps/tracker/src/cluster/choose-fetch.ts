import { StorageStatus } from '@cairn/dfs-core'
import { storeServer, writableServer } from './choose-upload.ts'
import type { Cluster, Group, StorageServer } from './cluster.ts'
import type { FileName } from './file-name.ts'
import { Refusal } from './refusal.ts'

// Which member can deliver a file, and which one takes its modification (client protocol §6.5–§6.7).
//
// FastDFS compares the file's time with one number per member, the minimum over the sources of its last report. That
// number leaves out sources from which nothing has come yet, and then names members that do not have the file. We keep
// the pairs (source, member) and compare with the file's own source. In a group of two both rules are the same.

/** Why a member may, or may not, deliver a file. */
export type FetchReason =
  | 'is the source'
  | 'older than storage_sync_file_max_delay'
  | 'synced past the file'
  | 'synced up to the file, which is older than storage_sync_file_max_time'
  | 'not known to have the file yet'
  | 'can change, so only its source serves it'
  | 'not ACTIVE'
  | 'rw mode excludes reading'

export interface FetchChoice {
  server: StorageServer
  reason: FetchReason | 'fallback: nobody is known to have the file'
}

/** QUERY_FETCH_ONE (102). */
export function chooseFetch(cluster: Cluster, group: Group, file: FileName, now: number): FetchChoice {
  const { readable } = group
  if (readable.length === 0) throw new Refusal('nothing_usable', `${group.name} has no ACTIVE, readable storage server`)
  if (!file.isNormal || cluster.settings.downloadServer === 1) {
    const source = findSource(group, file)
    if (source !== undefined && readable.includes(source)) return { server: source, reason: 'is the source' }
  }
  if (file.isNormal) {
    const source = findSource(group, file)
    const start = group.readTurn < readable.length ? group.readTurn : 0
    for (let step = 0; step < readable.length; step++) {
      const index = (start + step) % readable.length
      const server = readable[index] as StorageServer
      const reason = reasonFor(cluster, server, { file, source, now })
      if (!isServing(reason)) continue
      group.readTurn = (index + 1) % readable.length
      return { server, reason }
    }
  }
  return fallback(cluster, group)
}

/** QUERY_FETCH_ALL (105): all members that can deliver the file, by id. */
export function chooseFetchAll(cluster: Cluster, group: Group, file: FileName, now: number): StorageServer[] {
  if (group.readable.length === 0) {
    throw new Refusal('nothing_usable', `${group.name} has no ACTIVE, readable storage server`)
  }
  const source = findSource(group, file)
  const servers = group.readable.filter((server) => isServing(reasonFor(cluster, server, { file, source, now })))
  return servers.length > 0 ? servers : [fallback(cluster, group).server]
}

/** QUERY_UPDATE (103): the source, else any writable member, which may not have the file yet. */
export function chooseUpdate(cluster: Cluster, group: Group, file: FileName): StorageServer {
  if (group.writable.length === 0) {
    throw new Refusal('nothing_usable', `${group.name} has no ACTIVE, writable storage server`)
  }
  const source = findSource(group, file)
  return source !== undefined && group.writable.includes(source) ? source : writableServer(cluster, group)
}

/** The reason of every member, for people. */
export function explainFetch(
  cluster: Cluster,
  group: Group,
  file: FileName,
  now: number,
): { server: StorageServer; serves: boolean; reason: FetchReason; syncedUpTo: number | null }[] {
  const source = findSource(group, file)
  return group.sorted.map((server) => {
    const reason = exclusionOf(server) ?? reasonFor(cluster, server, { file, source, now })
    const upTo = server === source ? null : syncedUpTo(server, source)
    return { server, serves: isServing(reason), reason, syncedUpTo: upTo }
  })
}

function exclusionOf(server: StorageServer): FetchReason | undefined {
  if (server.status !== StorageStatus.ACTIVE) return 'not ACTIVE'
  return server.rw.read ? undefined : 'rw mode excludes reading'
}

function isServing(reason: FetchReason): boolean {
  return (
    reason === 'is the source' ||
    reason === 'synced past the file' ||
    reason === 'older than storage_sync_file_max_delay' ||
    reason === 'synced up to the file, which is older than storage_sync_file_max_time'
  )
}

/** Of an ACTIVE, readable member. */
function reasonFor(
  cluster: Cluster,
  server: StorageServer,
  { file, source, now }: { file: FileName; source: StorageServer | undefined; now: number },
): FetchReason {
  const { syncFileMaxDelaySeconds, syncFileMaxTimeSeconds } = cluster.settings
  const { timestamp } = file
  if (server === source) return 'is the source'
  if (!file.isNormal) return 'can change, so only its source serves it'
  if (timestamp < now - syncFileMaxDelaySeconds) return 'older than storage_sync_file_max_delay'
  const synced = syncedUpTo(server, source)
  if (synced > timestamp) return 'synced past the file'
  if (synced + 1 >= timestamp && now - timestamp > syncFileMaxTimeSeconds) {
    return 'synced up to the file, which is older than storage_sync_file_max_time'
  }
  return 'not known to have the file yet'
}

/** Everything of `source` older than this has arrived at `server`: by its own sync, or with the first full sync. */
export function syncedUpTo(server: StorageServer, source: StorageServer | undefined): number {
  if (source === undefined) return server.lastSyncedTimestamp
  const fullSync = server.syncSource === '' ? 0 : server.syncUntil
  return Math.max(server.syncedFrom.get(source.id) ?? 0, fullSync)
}

/** The member that took the upload, by the id or the address in the file's name. */
export function findSource(group: Group, file: FileName): StorageServer | undefined {
  for (const server of group.sorted) {
    if (file.sourceId !== 0 ? server.idNumber === file.sourceId : hasIpv4(server, file.sourceIpv4)) return server
  }
  return
}

/** By the address, and by the port that the group has in common: on one host an address says too little. */
function hasIpv4(server: StorageServer, ipv4: number): boolean {
  return server.port === server.group.port && server.ipv4s.includes(ipv4)
}

/** FastDFS then names the group's store server, if it may be read from. */
function fallback(cluster: Cluster, group: Group): FetchChoice {
  const server = group.writable.length === 0 ? undefined : storeServer(cluster, group)
  if (server === undefined || !server.rw.read) {
    throw new Refusal('nothing_usable', `${group.name}: nobody is known to have the file`)
  }
  return { server, reason: 'fallback: nobody is known to have the file' }
}
