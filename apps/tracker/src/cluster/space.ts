import type { Cluster, ClusterSettings, Group, ReservedSpace, StorageServer, StorePath } from './cluster.ts'

// The reserved space rule (client protocol §6.3). All comparisons are strict, as in FastDFS.

/**
 * The figures of a group are those of its writable member with the least free space. A member that has just come back
 * and has not said how much it has does not count; where nobody counts, the last known figures stay.
 */
export function measureGroup(group: Group): void {
  let least: StorageServer | undefined
  for (const server of group.writable) {
    if (hasReportedSpace(server) && (least === undefined || server.freeMb < least.freeMb)) least = server
  }
  if (least === undefined) return
  group.freeMb = least.freeMb
  group.totalMb = least.totalMb
}

export function hasReportedSpace(server: StorageServer): boolean {
  return server.paths.length > 0
}

export function groupHasSpace(reserved: ReservedSpace, group: Group): boolean {
  return hasSpace(reserved, group, 1)
}

/** Same, when what is free inside trunk files counts too. */
export function groupHasTrunkSpace({ useTrunkFile, reservedSpace }: ClusterSettings, group: Group): boolean {
  if (!useTrunkFile) return false
  return hasSpace(reservedSpace, { freeMb: group.freeMb + group.trunk.freeMb, totalMb: group.totalMb }, 1)
}

export function pathHasSpace({ reservedSpace }: ClusterSettings, server: StorageServer, pathIndex: number): boolean {
  const path = server.paths[pathIndex]
  return path !== undefined && hasSpace(reservedSpace, path, server.group.storePathCount)
}

/** Same, when what is free inside trunk files counts too. */
export function pathHasTrunkSpace(settings: ClusterSettings, server: StorageServer, pathIndex: number): boolean {
  const path = server.paths[pathIndex]
  if (!settings.useTrunkFile || path === undefined) return false
  const { storePathCount, trunk } = server.group
  const figures = { freeMb: path.freeMb + trunk.freeMb, totalMb: path.totalMb }
  return hasSpace(settings.reservedSpace, figures, storePathCount)
}

function hasSpace(reserved: ReservedSpace, { freeMb, totalMb }: StorePath, pathCount: number): boolean {
  if (reserved.kind === 'mb') return freeMb > Math.trunc(reserved.mb / pathCount)
  return totalMb > 0 && freeMb / totalMb > reserved.ratio
}

/** What lists show as reserved of a total. */
export function reservedMb(reserved: ReservedSpace, totalMb: number): number {
  return reserved.kind === 'mb' ? reserved.mb : Math.trunc(totalMb * reserved.ratio)
}

export function availableMb(reserved: ReservedSpace, group: Group): number {
  if (!groupHasSpace(reserved, group)) return 0
  return Math.max(0, group.freeMb - reservedMb(reserved, group.totalMb))
}

/** With store_lookup 2 the group to write to is chosen when figures change, not at every query. */
export function chooseRoomiestGroup(cluster: Cluster): void {
  const { groups, settings } = cluster
  if (settings.storeLookup !== 2) return
  let best = indexOfMost(groups, (group) => group.freeMb)
  const roomiest = groups[best]
  if (roomiest === undefined) return
  if (settings.useTrunkFile && !groupHasSpace(settings.reservedSpace, roomiest)) {
    best = indexOfMost(groups, (group) => group.trunk.freeMb)
  }
  cluster.writeTurn = best
}

/** Of the groups that can be written to, the first with the most; −1 where none can. */
function indexOfMost(groups: readonly Group[], figure: (group: Group) => number): number {
  let best = -1
  let most = -1
  for (const [index, group] of groups.entries()) {
    if (group.writable.length === 0 || figure(group) <= most) continue
    best = index
    most = figure(group)
  }
  return best
}
