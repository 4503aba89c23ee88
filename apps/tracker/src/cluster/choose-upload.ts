import { type Cluster, type ClusterSettings, type Group, requireGroup, type StorageServer } from './cluster.ts'
import { Refusal } from './refusal.ts'
import { groupHasSpace, groupHasTrunkSpace, hasReportedSpace, pathHasSpace, pathHasTrunkSpace } from './space.ts'

// Where a new file goes (client protocol §6.2–§6.4).

export interface UploadPlace {
  group: Group
  server: StorageServer
  pathIndex: number
}

/** QUERY_STORE for one server (101, 104). `groupName` null: any group. */
export function chooseUpload(cluster: Cluster, groupName: string | null): UploadPlace {
  const group = chooseGroup(cluster, groupName)
  const server = writableServer(cluster, group)
  return { group, server, pathIndex: choosePath(cluster, server) }
}

/** QUERY_STORE for all servers (106, 107): the store path is one of the first server's. */
export function chooseUploadAll(cluster: Cluster, groupName: string | null): UploadPlace {
  const group = chooseGroup(cluster, groupName)
  const server = group.writable.find(hasReportedSpace) ?? (group.writable[0] as StorageServer)
  return { group, server, pathIndex: choosePath(cluster, server) }
}

/** The returned group has a writable member and space. */
function chooseGroup(cluster: Cluster, groupName: string | null): Group {
  const { settings, groups } = cluster
  if (groupName !== null) return usableGroup(cluster, requireGroup(cluster, groupName))
  if (groups.length === 0) throw new Refusal('unknown', 'no storage server has joined yet')
  if (settings.storeLookup === 1) return usableGroup(cluster, requireGroup(cluster, settings.storeGroup))
  const found = nextGroup(cluster, hasDiskSpace) ?? nextGroup(cluster, groupHasTrunkSpace)
  if (found !== undefined) return found
  if (groups.every((group) => group.writable.length === 0)) {
    throw new Refusal('nothing_usable', 'no group has an ACTIVE, writable storage server')
  }
  throw new Refusal('no_space', 'the reserved space is reached in every group')
}

function hasDiskSpace({ reservedSpace }: ClusterSettings, group: Group): boolean {
  return groupHasSpace(reservedSpace, group)
}

/** From the group in turn on, the first that can be written to and has room. */
function nextGroup(cluster: Cluster, hasRoom: (settings: ClusterSettings, group: Group) => boolean): Group | undefined {
  const { settings, groups } = cluster
  const start = cluster.writeTurn < groups.length ? cluster.writeTurn : 0
  for (let step = 0; step < groups.length; step++) {
    const index = (start + step) % groups.length
    const group = groups[index] as Group
    if (group.writable.length === 0 || !hasRoom(settings, group)) continue
    cluster.writeTurn = settings.storeLookup === 0 ? (index + 1) % groups.length : index
    return group
  }
  return
}

function usableGroup(cluster: Cluster, group: Group): Group {
  if (group.writable.length === 0) {
    throw new Refusal('nothing_usable', `${group.name} has no ACTIVE, writable storage server`)
  }
  const { settings } = cluster
  if (!(groupHasSpace(settings.reservedSpace, group) || groupHasTrunkSpace(settings, group))) {
    throw new Refusal(
      'no_space',
      `${group.name} has ${group.freeMb} of ${group.totalMb} MB free: the reserve is reached`,
    )
  }
  return group
}

/**
 * By the store_server rule; the group has a writable member. A member that has not reported its space is passed over
 * while there is another: for a moment after each JOIN it could only answer that there is none.
 */
export function writableServer(cluster: Cluster, group: Group): StorageServer {
  const { writable } = group
  if (cluster.settings.storeServer !== 0) return storeServer(cluster, group)
  const start = group.writeTurn < writable.length ? group.writeTurn : 0
  for (let step = 0; step < writable.length; step++) {
    const index = (start + step) % writable.length
    const server = writable[index] as StorageServer
    if (!hasReportedSpace(server)) continue
    group.writeTurn = (index + 1) % writable.length
    return server
  }
  return writable[0] as StorageServer
}

/** FastDFS's "store server": smallest upload_priority with store_server 2, else the first by id. */
export function storeServer(cluster: Cluster, group: Group): StorageServer {
  let chosen = group.writable[0] as StorageServer
  for (const server of group.writable) {
    const isBetter = cluster.settings.storeServer === 2 && server.uploadPriority < chosen.uploadPriority
    if (hasReportedSpace(server) && (isBetter || !hasReportedSpace(chosen))) chosen = server
  }
  return chosen
}

function choosePath(cluster: Cluster, server: StorageServer): number {
  const index = nextPath(cluster, server, pathHasSpace) ?? nextPath(cluster, server, pathHasTrunkSpace)
  if (index !== undefined) return index
  throw new Refusal('no_space', `${server.id}: no store path has more than its reserved space free`)
}

/** From the path in turn on, the first that has room. */
function nextPath(
  { settings }: Cluster,
  server: StorageServer,
  hasRoom: (settings: ClusterSettings, server: StorageServer, pathIndex: number) => boolean,
): number | undefined {
  const count = server.group.storePathCount
  const start = server.currentWritePath < count ? server.currentWritePath : 0
  for (let step = 0; step < count; step++) {
    const index = (start + step) % count
    if (!hasRoom(settings, server, index)) continue
    server.currentWritePath = settings.storePath === 0 ? (index + 1) % count : index
    return index
  }
  return
}
