import type { Cluster, Group, ReservedSpace, StorageServer } from './cluster.ts'

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
  if (reserved.kind === 'mb') return group.freeMb > reserved.mb
  return group.totalMb > 0 && group.freeMb / group.totalMb > reserved.ratio
}

export function pathHasSpace(reserved: ReservedSpace, server: StorageServer, pathIndex: number): boolean {
  const path = server.paths[pathIndex]
  if (path === undefined) return false
  if (reserved.kind === 'mb') return path.freeMb > Math.trunc(reserved.mb / server.group.storePathCount)
  return path.totalMb > 0 && path.freeMb / path.totalMb > reserved.ratio
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
  if (cluster.settings.storeLookup !== 2) return
  let best = -1
  let bestFree = -1
  for (const [index, group] of cluster.groups.entries()) {
    if (group.writable.length === 0 || group.freeMb <= bestFree) continue
    best = index
    bestFree = group.freeMb
  }
  if (best >= 0) cluster.writeTurn = best
}
