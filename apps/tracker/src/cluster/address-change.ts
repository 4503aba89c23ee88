import { StorageStatus } from '@cairn/dfs-core'
import { appendChangelog } from './changelog.ts'
import {
  addServer,
  type Cluster,
  findServer,
  mustSave,
  reorder,
  requireGroup,
  setAddresses,
  setStatus,
} from './cluster.ts'
import { Refusal } from './refusal.ts'
import { isTombstone, nextStatus } from './storage-status.ts'

export interface AddressChange {
  group: string
  oldIp: string
  newIp: string
  peerIp: string
}

/**
 * REPORT_IP_CHANGED (78): without storage ids the address is the id. The record with its history takes the new one, and
 * a tombstone keeps the old one (internals §1.12).
 */
export function changeAddress(cluster: Cluster, change: AddressChange, now: number): void {
  const { oldIp, newIp } = change
  if (cluster.ids !== null) throw new Refusal('unsupported', 'with storage ids the address of a server is configured')
  if (newIp !== change.peerIp || newIp.includes(':')) {
    throw new Refusal('malformed', `new address ${newIp} reported from ${change.peerIp}`)
  }
  const group = requireGroup(cluster, change.group)
  const server = findServer(group, oldIp)
  if (server === undefined || server.status === StorageStatus.DELETED)
    throw new Refusal('unknown', `no server ${oldIp}`)
  if (server.status === StorageStatus.IP_CHANGED) throw new Refusal('already', `${oldIp} has moved before`)
  if (nextStatus('delete', server.status) !== StorageStatus.DELETED) throw new Refusal('busy', `${oldIp} is alive`)
  const occupant = findServer(group, newIp)
  if (occupant !== undefined && !isTombstone(occupant.status)) throw new Refusal('exists', `${newIp} is another server`)

  if (occupant !== undefined) group.servers.splice(group.servers.indexOf(occupant), 1)
  server.id = newIp
  setAddresses(server, [newIp])
  const tombstone = addServer(group, { id: oldIp, ips: [oldIp], port: server.port, rw: server.rw })
  for (const other of group.servers) {
    if (other.syncSource === oldIp) other.syncSource = newIp
    const synced = other.syncedFrom.get(oldIp)
    if (synced === undefined) continue
    other.syncedFrom.delete(oldIp)
    other.syncedFrom.set(newIp, synced)
  }
  reorder(group)
  setStatus(cluster, tombstone, StorageStatus.IP_CHANGED)
  appendChangelog(cluster, { time: now, group: group.name, id: oldIp, status: StorageStatus.IP_CHANGED, newId: newIp })
  mustSave(cluster)
  cluster.unsaved.syncTimestamps = true
}
