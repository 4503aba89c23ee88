import { isStorageStatus, STORAGE_STATUS_NONE, StorageStatus } from '@cairn/dfs-core'
import {
  addGroup,
  addServer,
  type Cluster,
  findGroup,
  findServer,
  type Group,
  mustSave,
  type ServerIdentity,
  type StorageServer,
  setAddresses,
  setStatus,
} from './cluster.ts'
import { Refusal } from './refusal.ts'
import { ANEW_UNKNOWN, type Session } from './session.ts'
import { isGroupName } from './storage-ids.ts'
import { isTombstone, nextStatus } from './storage-status.ts'
import { applyTrackers, mergeTrackers, type TrackerAddress } from './tracker-list.ts'

// JOIN (81), internals §1.4: a storage server takes its place in a group.

const STORE_PATHS_MAX = 256
/** Far behind any time that a clock shows. */
const SECONDS_MAX = 2 ** 40

export interface JoinRequest {
  group: string
  port: number
  storePathCount: number
  subdirCount: number
  uploadPriority: number
  joinTime: number
  upTime: number
  version: string
  /** The storage server has not yet asked from whom to take the old files. */
  isNew: boolean
  /** What it believes to be; −1 while it does not know. */
  status: number
  /** Empty unless storage ids are used. */
  storageId: string
  trackers: readonly TrackerAddress[]
}

/** Everything is checked before anything is changed. */
export function joinStorage(
  cluster: Cluster,
  session: Session,
  request: JoinRequest,
  context: { now: number; isSelf: (address: TrackerAddress) => boolean },
): StorageServer {
  checkNumbers(request)
  const trackers = mergeTrackers(cluster.trackers, request.trackers, context.isSelf)
  const identity = identify(cluster, request, session.peerIp)
  const group = findGroup(cluster, request.group)
  const known = group === undefined ? undefined : findServer(group, identity.id)
  const wasRemoved = group?.removedIds.has(identity.id) ?? false
  if (known === undefined && !wasRemoved) checkPast(request, identity.id)
  const shape = agreeOnShape(cluster, group, request, known)

  const joinedGroup = group ?? addGroup(cluster, request.group, request.port)
  if (group === undefined || !sameShape(group, shape)) cluster.unsaved.groups = cluster.unsaved.urgent = true
  Object.assign(joinedGroup, shape)
  const server = known ?? addServer(joinedGroup, identity)
  const isEmptied = known !== undefined && hasAnotherFolder(known, request)
  describe(cluster, server, request, identity)
  if (isEmptied) beginAnew(cluster, server, request)
  else if (known !== undefined) tellAgain(known, request)
  else takeIn(cluster, server, wasRemoved ? { isNew: true, status: StorageStatus.INIT } : request)
  enter(cluster, server)
  applyTrackers(cluster.trackers, trackers)
  login(session, server, context.now)
  return server
}

function checkNumbers(request: JoinRequest): void {
  const { group, port, storePathCount, subdirCount, joinTime, version } = request
  if (!isGroupName(group)) throw new Refusal('malformed', `"${group}" is not a group name`)
  if (!isBetween(port, 1, 65_535)) throw new Refusal('malformed', `storage port ${port}`)
  if (!isBetween(storePathCount, 1, STORE_PATHS_MAX)) throw new Refusal('malformed', `${storePathCount} store paths`)
  if (!isBetween(subdirCount, 1, STORE_PATHS_MAX)) throw new Refusal('malformed', `${subdirCount} subdirs per path`)
  // What follows ends up in the state files.
  if (!isBetween(joinTime, 0, SECONDS_MAX)) throw new Refusal('malformed', `join time ${joinTime}`)
  if (!/^[\x21-\x7e]{0,8}$/.test(version)) throw new Refusal('malformed', 'the version is not printable text')
}

function isBetween(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

function identify(cluster: Cluster, request: JoinRequest, peerIp: string): ServerIdentity {
  const { group, port, storageId } = request
  const { ids, settings } = cluster
  if (ids === null) {
    if (peerIp.includes(':')) throw new Refusal('malformed', `${peerIp}: IPv6 needs use_storage_id`)
    return { id: peerIp, ips: [peerIp], port, rw: { read: true, write: true } }
  }
  const named = settings.trustStorageServerId && storageId !== ''
  const entry = named ? ids.byId(storageId) : ids.byAddress(peerIp, port)
  const who = named ? `id ${storageId}` : `${peerIp}:${port}`
  if (entry === undefined) throw new Refusal('unknown', `${who} is not in storage_ids.conf`)
  if (entry.group !== group) throw new Refusal('unknown', `${who} belongs to ${entry.group}, not to ${group}`)
  return { id: entry.id, ips: entry.hosts, port, rw: entry.rw }
}

/**
 * A storage server that says "I am complete" but is unknown here may only come in with a state that another tracker
 * gave it; else its files would count as replicated although nobody asked.
 */
function checkPast(request: JoinRequest, id: string): void {
  const { isNew, status } = request
  if (isNew || (status >= 0 && status !== STORAGE_STATUS_NONE && !isTombstoneNumber(status))) return
  throw new Refusal('unknown_past', `${id} has joined a cluster before, but is unknown here (its status: ${status})`)
}

function isTombstoneNumber(status: number): boolean {
  return isStorageStatus(status) && isTombstone(status)
}

type Shape = Pick<Group, 'port' | 'storePathCount' | 'subdirCount'>

function sameShape(a: Shape, b: Shape): boolean {
  return a.port === b.port && a.storePathCount === b.storePathCount && a.subdirCount === b.subdirCount
}

/** Members must agree on ports, store paths and subdirs; a change is taken over once all living members report it. */
function agreeOnShape(
  cluster: Cluster,
  group: Group | undefined,
  request: JoinRequest,
  known: StorageServer | undefined,
): Shape {
  const { port, storePathCount, subdirCount } = request
  // A member that was only heard of (REPORT_STATUS) has no numbers yet.
  const others = (group?.servers ?? []).filter(
    (server) => server !== known && !isTombstone(server.status) && server.storePathCount > 0,
  )
  const asked: Shape = { port, storePathCount, subdirCount }
  if (group === undefined || others.length === 0) return asked
  const all = (key: 'port' | 'storePathCount' | 'subdirCount') => others.every((server) => server[key] === asked[key])
  const shape: Shape = { ...asked }
  if (!all('port')) {
    if (!cluster.settings.idInFileName) throw new Refusal('malformed', `${group.name} uses port ${group.port}`)
    shape.port = -1
  }
  if (!all('storePathCount')) {
    shape.storePathCount = group.storePathCount
    if (storePathCount < group.storePathCount) {
      throw new Refusal('malformed', `${group.name} has ${group.storePathCount} store paths, not ${storePathCount}`)
    }
  }
  if (!all('subdirCount') && subdirCount !== group.subdirCount) {
    throw new Refusal('malformed', `${group.name} has ${group.subdirCount} subdirs per path, not ${subdirCount}`)
  }
  return shape
}

function describe(cluster: Cluster, server: StorageServer, request: JoinRequest, identity: ServerIdentity): void {
  const before = description(server)
  if (server.ips.join() !== identity.ips.join() || server.port !== request.port) server.group.changes++
  setAddresses(server, identity.ips)
  server.port = request.port
  server.rw = identity.rw
  server.version = request.version
  server.joinTime = request.joinTime
  server.upTime = request.upTime
  server.lastStart = request.upTime
  server.uploadPriority = request.uploadPriority
  server.storePathCount = request.storePathCount
  server.subdirCount = request.subdirCount
  if (description(server) !== before) mustSave(cluster)
}

/** What stands in the state file; a server that comes back unchanged costs no write. */
function description(server: StorageServer): string {
  const { ips, port, version, joinTime, uploadPriority, storePathCount, subdirCount } = server
  return [ips, port, version, joinTime, uploadPriority, storePathCount, subdirCount].join(' ')
}

/** A new member; one that is complete elsewhere comes with the state that another tracker gave it. */
function takeIn(
  cluster: Cluster,
  server: StorageServer,
  { isNew, status }: Pick<JoinRequest, 'isNew' | 'status'>,
): void {
  server.group.removedIds.delete(server.id)
  cluster.unsaved.syncTimestamps = true
  mustSave(cluster)
  if (isNew || status <= StorageStatus.INIT || !isStorageStatus(status)) return
  // ACTIVE is earned here by a beat.
  setStatus(cluster, server, status === StorageStatus.ACTIVE ? StorageStatus.ONLINE : status)
}

/** It came back with another data folder than it joined with before: a disk was lost, or put in its place. */
function hasAnotherFolder(known: StorageServer, { joinTime }: JoinRequest): boolean {
  return !isTombstone(known.status) && known.joinTime > 0 && known.joinTime !== joinTime
}

/**
 * A member without what it had: nothing that it was sent before counts. With several trackers it asks only one of them
 * for a source, and each must see by itself that it is new, or the others would call it complete. What another tracker
 * has said of the new folder meanwhile is believed.
 */
function beginAnew(cluster: Cluster, server: StorageServer, { isNew, status }: JoinRequest): void {
  server.syncSource = ''
  server.syncUntil = 0
  server.syncedFrom.clear()
  setStatus(cluster, server, StorageStatus.INIT)
  tellAnew(server)
  takeIn(cluster, server, { isNew: isNew || isTombstoneNumber(status), status })
}

/**
 * A member that still waits for its files, and says so itself, may have begun anew just before this tracker started: the
 * others are told as if it had happened now.
 */
function tellAgain(server: StorageServer, { status }: JoinRequest): void {
  if (server.anewAt !== ANEW_UNKNOWN) return
  server.anewAt = 0
  const { INIT, WAIT_SYNC } = StorageStatus
  if (server.status <= WAIT_SYNC && status >= INIT && status <= WAIT_SYNC) tellAnew(server)
}

/** `takeChanges` tells of it in two steps, so there is another change behind it. */
function tellAnew(server: StorageServer): void {
  server.group.changes++
  server.anewAt = server.group.changes++
}

function enter(cluster: Cluster, server: StorageServer): void {
  setStatus(cluster, server, nextStatus('join', server.status))
  if (server.status !== StorageStatus.INIT || server.changelogOffset === cluster.changelog.length) return
  server.changelogOffset = cluster.changelog.length
  mustSave(cluster)
}

function login(session: Session, server: StorageServer, now: number): void {
  server.login++
  server.lastSeen = now
  session.server = server
  session.login = server.login
  session.leaderSeen = 0
  session.changesSeen = 0
  session.trunkSeen = 0
  server.changelogSent = 0
}
