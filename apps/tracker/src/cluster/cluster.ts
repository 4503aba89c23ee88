import { type StorageStat, StorageStatus } from '@cairn/dfs-core'
import { ipv4Number } from './address.ts'
import { Refusal } from './refusal.ts'
import { chooseRoomiestGroup, measureGroup } from './space.ts'
import type { RwMode, StorageIds } from './storage-ids.ts'
import { nextStatus } from './storage-status.ts'
import { createTrackerList, type TrackerList } from './tracker-list.ts'
import { createTrunkState, type TrunkState } from './trunk-state.ts'

// The state of the cluster: groups, their storage servers, and what each is known to hold. Times are unix seconds.

export type ReservedSpace = { kind: 'mb'; mb: number } | { kind: 'ratio'; ratio: number }

export interface ClusterSettings {
  /** 0 round robin over groups, 1 the group `storeGroup`, 2 the group with the most free space. */
  readonly storeLookup: 0 | 1 | 2
  readonly storeGroup: string
  /** 0 round robin over the writable members, 1 the first by id, 2 the smallest upload_priority. */
  readonly storeServer: 0 | 1 | 2
  /** 0 round robin over the store paths, 2 the one with the most free space. */
  readonly storePath: 0 | 2
  /** 0 any member that has the file, 1 the member the file was uploaded to. */
  readonly downloadServer: 0 | 1
  readonly reservedSpace: ReservedSpace
  readonly checkActiveIntervalSeconds: number
  readonly syncFileMaxDelaySeconds: number
  readonly syncFileMaxTimeSeconds: number
  readonly trustStorageServerId: boolean
  /** Small files go into trunk files: every group has a trunk server, which hands out their slots. */
  readonly useTrunkFile: boolean
  /** File names carry the storage id: then the members of a group may listen on different ports. */
  readonly idInFileName: boolean
}

const GROUPS_MAX = 512
/** Storage servers refuse member lists that are longer; records of deleted ones count. */
export const STORAGES_PER_GROUP_MAX = 32

export interface StorePath {
  totalMb: number
  freeMb: number
}

export interface StorageServer {
  readonly group: Group
  id: string
  /** The id as a number, 0 where it is an address. */
  readonly idNumber: number
  /** One or two addresses, inner first. Changed by `setAddresses` only. */
  ips: readonly string[]
  /** The same as numbers, for the source addresses in file names. */
  ipv4s: readonly number[]
  port: number
  rw: RwMode
  status: StorageStatus
  version: string
  joinTime: number
  /** When the process started, as it says itself; 0 while disconnected. */
  upTime: number
  /** The same, kept while disconnected. */
  lastStart: number
  uploadPriority: number
  storePathCount: number
  subdirCount: number
  /** Filled by the first disk report after a start. */
  paths: StorePath[]
  totalMb: number
  freeMb: number
  currentWritePath: number
  /** The counters of the last beat; null before the first. */
  stat: StorageStat | null
  /** Id of the member that this one takes, or took, the group's history from; empty when there is none. */
  syncSource: string
  /** What is older came through `syncSource`. */
  syncUntil: number
  /** Source id → the newest second up to which that source's files have arrived here. */
  readonly syncedFrom: Map<string, number>
  /** The one number that FastDFS derives from `syncedFrom` and shows in lists. */
  lastSyncedTimestamp: number
  lastHeartBeatTime: number
  /** When the liveness scan counts from: the last beat, or the end of a clock jump. */
  lastSeen: number
  changelogOffset: number
  /** How far the change log was sent on the present connection; it counts as read with the next question. */
  changelogSent: number
  /** The count of changes when it joined without what it had; 0 when it never did, ANEW_UNKNOWN until its first JOIN. */
  anewAt: number
  /** Counts JOINs: only the end of the newest connection takes a server offline. */
  login: number
}

export interface Group {
  readonly name: string
  /** −1 when the members use different ports. */
  port: number
  storePathCount: number
  subdirCount: number
  /** In the order of joining: the order of the state files. */
  servers: StorageServer[]
  /** By id, as text: the order of everything that is answered. */
  sorted: StorageServer[]
  readable: StorageServer[]
  writable: StorageServer[]
  /** Free and total space of the writable member with the least free space. */
  freeMb: number
  totalMb: number
  writeTurn: number
  readTurn: number
  readonly trunk: TrunkState
  /**
   * Ids that were removed before this process started and have not come back. They are not listed any more, as in FastDFS;
   * but who comes back has to take all files anew, which a FastDFS tracker forgets with its restart.
   */
  readonly removedIds: Set<string>
  /** Counts changes of membership and status; starts at 1, so that a new connection has always seen less. */
  changes: number
}

interface StatusChange {
  server: StorageServer
  from: StorageStatus
  to: StorageStatus
}

/** What must reach the disk. `urgent`: before the event that made it so is answered. */
interface Unsaved {
  groups: boolean
  storages: boolean
  syncTimestamps: boolean
  urgent: boolean
}

export interface Cluster {
  readonly settings: ClusterSettings
  /** Replaced when storage_ids.conf has changed; null without `use_storage_id`. */
  ids: StorageIds | null
  /** By name. */
  readonly groups: Group[]
  readonly trackers: TrackerList
  /** The text of storage_changelog.dat; all of it is ASCII, so offsets are bytes. */
  changelog: string
  writeTurn: number
  lastScan: number
  /** Counts changes of trunk servers in all groups; starts at 1. */
  trunkChanges: number
  readonly unsaved: Unsaved
  /** Since whoever logs them last took them out. */
  readonly statusChanges: StatusChange[]
}

export function createCluster(settings: ClusterSettings, ids: StorageIds | null): Cluster {
  return {
    settings,
    ids,
    groups: [],
    trackers: createTrackerList(),
    changelog: '',
    writeTurn: 0,
    lastScan: 0,
    trunkChanges: 1,
    unsaved: { groups: false, storages: false, syncTimestamps: false, urgent: false },
    statusChanges: [],
  }
}

export function findGroup(cluster: Cluster, name: string): Group | undefined {
  // Hot path: nearly every cluster has a handful of groups, so a scan beats a map.
  for (const group of cluster.groups) if (group.name === name) return group
  return
}

export function requireGroup(cluster: Cluster, name: string): Group {
  const group = findGroup(cluster, name)
  if (group === undefined) throw new Refusal('unknown', `no group ${name}`)
  return group
}

export function findServer(group: Group, id: string): StorageServer | undefined {
  for (const server of group.sorted) if (server.id === id) return server
  return
}

export function requireServer(group: Group, id: string): StorageServer {
  const server = findServer(group, id)
  if (server === undefined) throw new Refusal('unknown', `no storage server ${id} in ${group.name}`)
  return server
}

export function addGroup(cluster: Cluster, name: string, port: number): Group {
  if (cluster.groups.length >= GROUPS_MAX) throw new Refusal('full', `${GROUPS_MAX} groups is the limit`)
  const group: Group = {
    name,
    port,
    storePathCount: 0,
    subdirCount: 0,
    servers: [],
    sorted: [],
    readable: [],
    writable: [],
    freeMb: 0,
    totalMb: 0,
    writeTurn: 0,
    readTurn: 0,
    trunk: createTrunkState(),
    removedIds: new Set(),
    changes: 1,
  }
  cluster.groups.push(group)
  cluster.groups.sort((a, b) => (a.name < b.name ? -1 : 1))
  return group
}

export interface ServerIdentity {
  id: string
  ips: readonly string[]
  port: number
  rw: RwMode
}

export function addServer(group: Group, identity: ServerIdentity): StorageServer {
  if (group.servers.length >= STORAGES_PER_GROUP_MAX) {
    throw new Refusal('full', `${group.name} has ${STORAGES_PER_GROUP_MAX} storage servers, deleted ones included`)
  }
  const server: StorageServer = {
    group,
    ...identity,
    idNumber: /^\d+$/.test(identity.id) ? Number(identity.id) : 0,
    ipv4s: ipv4Numbers(identity.ips),
    status: StorageStatus.INIT,
    version: '',
    joinTime: 0,
    upTime: 0,
    lastStart: 0,
    uploadPriority: 0,
    storePathCount: 0,
    subdirCount: 0,
    paths: [],
    totalMb: 0,
    freeMb: 0,
    currentWritePath: 0,
    stat: null,
    syncSource: '',
    syncUntil: 0,
    syncedFrom: new Map(),
    lastSyncedTimestamp: 0,
    lastHeartBeatTime: 0,
    lastSeen: 0,
    changelogOffset: 0,
    changelogSent: 0,
    anewAt: 0,
    login: 0,
  }
  group.servers.push(server)
  group.changes++
  reorder(group)
  return server
}

function ipv4Numbers(ips: readonly string[]): number[] {
  return ips.map(ipv4Number).filter((ip) => ip !== undefined)
}

export function setAddresses(server: StorageServer, ips: readonly string[]): void {
  server.ips = ips
  server.ipv4s = ipv4Numbers(ips)
}

/** After an id has changed, or a server was added. */
export function reorder(group: Group): void {
  group.sorted = [...group.servers].sort((a, b) => (a.id < b.id ? -1 : 1))
  refreshSets(group)
}

function refreshSets(group: Group): void {
  const active = group.sorted.filter((server) => server.status === StorageStatus.ACTIVE)
  group.readable = active.filter((server) => server.rw.read)
  group.writable = active.filter((server) => server.rw.write)
  measureGroup(group)
}

/** The only place that changes a status: member sets, change counter and the need to save follow from it. */
export function setStatus(cluster: Cluster, server: StorageServer, status: StorageStatus): void {
  const before = server.status
  if (before === status) return
  server.status = status
  cluster.statusChanges.push({ server, from: before, to: status })
  server.group.changes++
  refreshSets(server.group)
  chooseRoomiestGroup(cluster)
  cluster.unsaved.storages = true
  // OFFLINE, ONLINE and ACTIVE are the same after a restart; only the other states would be lost with the process.
  if (nextStatus('restart', before) !== nextStatus('restart', status)) cluster.unsaved.urgent = true
}

/** Membership or a sync source changed: durable before the answer. */
export function mustSave(cluster: Cluster): void {
  cluster.unsaved.storages = true
  cluster.unsaved.urgent = true
}
