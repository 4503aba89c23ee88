import { isStorageStatus, StorageStatus } from '@cairn/dfs-core'
import { parseChangelogLine } from '../cluster/changelog.ts'
import {
  addGroup,
  addServer,
  type Cluster,
  findGroup,
  findServer,
  type Group,
  reorder,
  setStatus,
} from '../cluster/cluster.ts'
import { ANEW_UNKNOWN } from '../cluster/session.ts'
import type { RwMode } from '../cluster/storage-ids.ts'
import { isTombstone, nextStatus } from '../cluster/storage-status.ts'
import { GROUPS_FILE, parseGroups } from './groups-file.ts'
import { parseServers, type SavedServer, SERVERS_FILE } from './servers-file.ts'
import { StateFileError } from './state-file-error.ts'
import { parseSyncTimestamps, SYNC_TIMESTAMPS_FILE } from './sync-timestamps-file.ts'

export const CHANGELOG_FILE = 'storage_changelog.dat'

/** Contents of the state files; undefined where a file does not exist. An empty file is not the same: it was torn. */
export interface StateTexts {
  groups: string | undefined
  servers: string | undefined
  syncTimestamps: string | undefined
  changelog: string | undefined
}

const both: RwMode = { read: true, write: true }

interface Restoring {
  readonly cluster: Cluster
  /** The name of a state file with its folder, for messages. */
  path(name: string): string
  readonly warnings: string[]
}

/**
 * Fills an empty cluster. Returns warnings for what is odd but clear. The files are written one after the other, so a
 * crash in between leaves a newer members file beside an older one of timestamps: rows are matched by id, and what is
 * missing is 0. `folder` is only for messages.
 */
export function restoreCluster(cluster: Cluster, texts: StateTexts, folder: string): string[] {
  const restoring: Restoring = { cluster, path: (name) => `${folder}/${name}`, warnings: [] }
  if (texts.groups !== undefined) restoreGroups(restoring, texts.groups)
  if (texts.servers !== undefined) restoreServers(restoring, texts.servers)
  restoreRemovals(restoring, texts.changelog ?? '')
  dropDeadSources(restoring)
  restoreSyncTimestamps(restoring, texts.syncTimestamps ?? '')
  checkOffsets(restoring)
  cluster.statusChanges.length = 0
  Object.assign(cluster.unsaved, { groups: false, storages: false, syncTimestamps: false, urgent: false })
  return restoring.warnings
}

function restoreGroups({ cluster, path }: Restoring, text: string): void {
  for (const { name, port, storePathCount, subdirCount, trunk } of parseGroups(text, path(GROUPS_FILE))) {
    const group = addGroup(cluster, name, port)
    Object.assign(group, { storePathCount, subdirCount })
    Object.assign(group.trunk, trunk)
  }
}

function restoreServers({ cluster, path, warnings }: Restoring, text: string): void {
  const file = path(SERVERS_FILE)
  const { servers, unknownKeys } = parseServers(text, file)
  if (unknownKeys.length > 0) warnings.push(`${file}: unknown keys are ignored: ${unknownKeys.join(' ')}`)
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
    anewAt: ANEW_UNKNOWN,
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

function dropDeadSources({ cluster, path, warnings }: Restoring): void {
  for (const server of cluster.groups.flatMap((group) => group.servers)) {
    if (server.syncSource === '' || findServer(server.group, server.syncSource) !== undefined) continue
    warnings.push(`${path(SERVERS_FILE)}: sync source ${server.syncSource} of ${server.id} is gone`)
    server.syncSource = ''
    server.syncUntil = 0
  }
}

function restoreSyncTimestamps({ cluster, path, warnings }: Restoring, text: string): void {
  const file = path(SYNC_TIMESTAMPS_FILE)
  const rows = parseSyncTimestamps(text, file)
  for (const row of rows) {
    const group = findGroup(cluster, row.group)
    if (group === undefined || findServer(group, row.sourceId) === undefined) {
      warnings.push(`${file}:${row.line}: ${row.group} ${row.sourceId} is not a member any more`)
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
 * Removed servers must be remembered: one that comes back has to take all files anew. A deletion also counts when it is
 * newer than the members file; a server that joined after its deletion has read the change log up to there.
 */
function restoreRemovals(restoring: Restoring, text: string): void {
  const { cluster, path } = restoring
  let offset = 0
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const entry = parseChangelogLine(line)
    if (entry === undefined || !isStorageStatus(entry.status) || !isTombstone(entry.status)) {
      throw new StateFileError(path(CHANGELOG_FILE), index + 1, `"${line}" is not a change`)
    }
    const group = findGroup(cluster, entry.group)
    if (group !== undefined) restoreRemoval(restoring, group, { id: entry.id, status: entry.status, offset })
    offset += line.length + 1
  }
  cluster.changelog = text
}

function restoreRemoval(
  { path, warnings }: Restoring,
  group: Group,
  { id, status, offset }: { id: string; status: StorageStatus; offset: number },
): void {
  const known = findServer(group, id)
  if (known !== undefined && (status !== StorageStatus.DELETED || known.changelogOffset > offset)) return
  if (known !== undefined) {
    warnings.push(`${path(CHANGELOG_FILE)}: ${id} of ${group.name} was deleted after ${SERVERS_FILE} was written`)
    group.servers.splice(group.servers.indexOf(known), 1)
    reorder(group)
  }
  group.removedIds.add(id)
}

function checkOffsets({ cluster, path, warnings }: Restoring): void {
  for (const server of cluster.groups.flatMap((group) => group.servers)) {
    if (server.changelogOffset <= cluster.changelog.length) continue
    warnings.push(`${path(SERVERS_FILE)}: changelog_offset of ${server.id} is behind the end of ${CHANGELOG_FILE}`)
    server.changelogOffset = cluster.changelog.length
  }
}
