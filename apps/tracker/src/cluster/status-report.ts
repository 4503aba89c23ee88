import { isStorageStatus, STORAGE_STATUS_NONE, StorageStatus } from '@cairn/dfs-core'
import { ipv4Number } from './address.ts'
import { addServer, type Cluster, findServer, type Group, mustSave, type StorageServer, setStatus } from './cluster.ts'
import { Refusal } from './refusal.ts'
import { bury } from './removal.ts'
import { isAvailable, isTombstone, mergedStatus } from './storage-status.ts'
import { isLeader } from './tracker-list.ts'

// What storage servers say about each other and about themselves (internals §1.9).

export interface ReportedServer {
  status: number
  id: string
  ip: string
  port: number
}

/** REPORT_STATUS (76): the source of a full sync moves the newcomer on; a server in disk recovery reports itself. */
export function reportStatus(cluster: Cluster, group: Group, reported: ReportedServer, now: number): void {
  const { status, id } = reported
  if (status === STORAGE_STATUS_NONE) return
  if (!isStorageStatus(status)) throw new Refusal('malformed', `status ${status}`)
  const server = findServer(group, id)
  if (server === undefined) {
    insertReported(cluster, group, { ...reported, status })
    return
  }
  const merged = mergedStatus(server.status, status)
  if (merged === StorageStatus.DELETED && server.status !== merged) bury(cluster, server, now)
  else setStatus(cluster, server, merged)
}

function insertReported(
  cluster: Cluster,
  group: Group,
  { status, id, ip, port }: ReportedServer & { status: StorageStatus },
): void {
  if (isTombstone(status) || status === StorageStatus.ACTIVE || status === StorageStatus.ONLINE) return
  // Deleted before this tracker started again: only its own JOIN brings it back.
  if (group.removedIds.has(id)) return
  const entry = cluster.ids?.byId(id)
  if (cluster.ids !== null && entry?.group !== group.name) {
    throw new Refusal('unknown', `storage_ids.conf has no ${id} in ${group.name}`)
  }
  if (cluster.ids === null && (id !== ip || ipv4Number(ip) === undefined)) {
    throw new Refusal('malformed', `id "${id}" of the address "${ip}"`)
  }
  if (port > 65_535) throw new Refusal('malformed', `port ${port}`)
  const rw = entry?.rw ?? { read: true, write: true }
  const server = addServer(group, {
    id,
    ips: entry?.hosts ?? [ip],
    port: entry?.port ?? (port || Math.max(group.port, 0)),
    rw,
  })
  setStatus(cluster, server, status)
  mustSave(cluster)
  cluster.unsaved.syncTimestamps = true
}

/** REPLICA_CHG (85): the members as one of them sees them. The leader knows better and ignores it. */
export function replicaChange(cluster: Cluster, group: Group, servers: readonly ReportedServer[], now: number): void {
  if (isLeader(cluster.trackers)) return
  for (const server of servers) reportStatus(cluster, group, server, now)
}

/** STORAGE_CHANGE_STATUS (59): a storage server repairs its own status at a follower after asking the leader. */
export function changeOwnStatus(cluster: Cluster, server: StorageServer, status: number): void {
  if (!isStorageStatus(status) || isTombstone(status)) throw new Refusal('malformed', `status ${status}`)
  if (status === server.status || (isAvailable(status) && isAvailable(server.status))) return
  setStatus(cluster, server, isAvailable(status) ? StorageStatus.OFFLINE : status)
}
