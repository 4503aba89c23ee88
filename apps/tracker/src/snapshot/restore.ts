import { parseChangelogLine } from '../cluster/changelog.ts'
import {
  addGroup,
  addServer,
  type Cluster,
  findGroup,
  findServer,
  type Group,
  STORAGES_PER_GROUP_MAX,
  setStatus,
} from '../cluster/cluster.ts'
import { entomb } from '../cluster/removal.ts'
import type { RwMode } from '../cluster/storage-ids.ts'
import { isStorageStatus, isTombstone, nextStatus, StorageStatus } from '../cluster/storage-status.ts'
import { GROUPS_FILE, parseGroups } from './groups-file.ts'
import { parseServers, type SavedServer, SERVERS_FILE } from './servers-file.ts'
import { StateFileError } from './state-file-error.ts'
import { parseSyncTimestamps, type SavedSyncRow, SYNC_TIMESTAMPS_FILE } from './sync-timestamps-file.ts'

export const CHANGELOG_FILE = 'storage_changelog.dat'

/** Contents of the state files; undefined where a file does not exist. An empty file is not the same: it was torn. */
export interface StateTexts {
  groups: string | undefined
  servers: string | undefined
  syncTimestamps: string | undefined
  changelog: string | undefined
}

const both: RwMode = { read: true, write: true }

/**
 * Fills an empty cluster. Returns warnings for what is odd but clear. The files are written one after the other, so a
 * crash in between leaves a newer members file beside an older one of timestamps: rows are matched by id, and what is
 * missing is 0.
 */
export function restoreCluster(cluster: Cluster, texts: StateTexts): string[] {
  const warnings: string[] = []
  if (texts.groups !== undefined) restoreGroups(cluster, texts.groups)
  if (texts.servers !== undefined) restoreServers(cluster, texts.servers, warnings)
  dropDeadSources(cluster, warnings)
  restoreSyncTimestamps(cluster, parseSyncTimestamps(texts.syncTimestamps ?? '', SYNC_TIMESTAMPS_FILE), warnings)
  restoreDeletions(cluster, texts.changelog ?? '', warnings)
  Object.assign(cluster.unsaved, { groups: false, storages: false, syncTimestamps: false, urgent: false })
  return warnings
}

function restoreGroups(cluster: Cluster, text: string): void {
  for (const { name, port, storePathCount, subdirCount, trunk } of parseGroups(text, GROUPS_FILE)) {
    Object.assign(addGroup(cluster, name, port), { storePathCount, subdirCount, trunk })
  }
}

function restoreServers(cluster: Cluster, text: string, warnings: string[]): void {
  const { servers, unknownKeys } = parseServers(text, SERVERS_FILE)
  if (unknownKeys.length > 0) warnings.push(`${SERVERS_FILE}: unknown keys are ignored: ${unknownKeys.join(' ')}`)
  for (const saved of servers) {
    const group = findGroup(cluster, saved.group)
    if (group === undefined) throw saved.error('group_name', `group ${saved.group} is not in ${GROUPS_FILE}`)
    restoreServer(cluster, group, saved)
  }
}

function restoreServer(cluster: Cluster, group: Group, saved: SavedServer): void {
  const { id, rw } = identityOf(cluster, saved)
  if (findServer(group, id) !== undefined) throw saved.error('ip_addr', `${id} is there twice`)
  const { counters, error: _, group: __, status, ...rest } = saved
  const server = addServer(group, { id, ips: saved.ips, port: saved.port, rw })
  Object.assign(server, {
    ...rest,
    id,
    stat: {
      ...counters,
      connections: { allocated: 0, current: 0, max: 0 },
      totalModifyCount: 0,
      successModifyCount: 0,
      totalTruncateCount: 0,
      successTruncateCount: 0,
      totalModifyBytes: 0,
      successModifyBytes: 0,
      lastSyncedTimestamp: 0,
      lastHeartBeatTime: 0,
    },
  })
  setStatus(cluster, server, nextStatus('restart', status))
}

/** A cluster that goes over to storage ids has files without them: the address tells which id it is. */
function identityOf(cluster: Cluster, saved: SavedServer): { id: string; rw: RwMode } {
  const [ip = ''] = saved.ips
  if (cluster.ids === null) {
    if (saved.id !== '') throw saved.error('id', `id=${saved.id}, but use_storage_id is off`)
    return { id: ip, rw: both }
  }
  if (saved.id !== '') return { id: saved.id, rw: cluster.ids.byId(saved.id)?.rw ?? both }
  const entry = cluster.ids.byAddress(ip, saved.port)
  if (entry?.group !== saved.group) {
    throw saved.error('ip_addr', `no storage id for ${ip}:${saved.port} of ${saved.group}, and use_storage_id is on`)
  }
  return { id: entry.id, rw: entry.rw }
}

function dropDeadSources(cluster: Cluster, warnings: string[]): void {
  for (const server of cluster.groups.flatMap((group) => group.servers)) {
    if (server.syncSource === '' || findServer(server.group, server.syncSource) !== undefined) continue
    warnings.push(`${SERVERS_FILE}: sync source ${server.syncSource} of ${server.id} is gone`)
    server.syncSource = ''
    server.syncUntil = 0
  }
}

function restoreSyncTimestamps(cluster: Cluster, rows: readonly SavedSyncRow[], warnings: string[]): void {
  for (const row of rows) {
    const group = findGroup(cluster, row.group)
    if (group === undefined || findServer(group, row.sourceId) === undefined) {
      warnings.push(`${SYNC_TIMESTAMPS_FILE}:${row.line}: ${row.group} ${row.sourceId} is not a member any more`)
      continue
    }
    const columns = rows.filter((other) => other.group === row.group)
    for (const [index, column] of columns.entries()) {
      const timestamp = row.timestamps[index] ?? 0
      if (timestamp > 0) findServer(group, column.sourceId)?.syncedFrom.set(row.sourceId, timestamp)
    }
  }
}

/**
 * Deleted servers must be remembered: one that comes back has to take all files anew. A deletion also counts when it is
 * newer than the members file; a server that joined after its deletion has read the change log up to there.
 */
function restoreDeletions(cluster: Cluster, text: string, warnings: string[]): void {
  let offset = 0
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const entry = parseChangelogLine(line)
    if (entry === undefined || !isStorageStatus(entry.status) || !isTombstone(entry.status)) {
      throw new StateFileError(CHANGELOG_FILE, index + 1, `"${line}" is not a change`)
    }
    const group = findGroup(cluster, entry.group)
    if (group !== undefined) restoreTombstone(cluster, group, { id: entry.id, status: entry.status, offset }, warnings)
    offset += line.length + 1
  }
  cluster.changelog = text
  for (const server of cluster.groups.flatMap((group) => group.servers)) {
    if (server.changelogOffset <= text.length) continue
    warnings.push(`${SERVERS_FILE}: changelog_offset of ${server.id} lies behind the end of ${CHANGELOG_FILE}`)
    server.changelogOffset = text.length
  }
}

function restoreTombstone(
  cluster: Cluster,
  group: Group,
  { id, status, offset }: { id: string; status: StorageStatus; offset: number },
  warnings: string[],
): void {
  const known = findServer(group, id)
  if (known !== undefined) {
    if (isTombstone(known.status)) known.status = status
    else if (status === StorageStatus.DELETED && known.changelogOffset <= offset) {
      warnings.push(`${CHANGELOG_FILE}: ${id} of ${group.name} was deleted after ${SERVERS_FILE} was written`)
      entomb(cluster, known)
      known.restored = true
    }
    return
  }
  if (group.servers.length >= STORAGES_PER_GROUP_MAX) return
  const entry = cluster.ids?.byId(id)
  const server = addServer(group, { id, ips: entry?.hosts ?? [id], port: entry?.port ?? group.port, rw: both })
  server.restored = true
  setStatus(cluster, server, status)
}
