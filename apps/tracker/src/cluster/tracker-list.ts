import { Refusal } from './refusal.ts'

// Trackers have no list of each other in their configuration: the storage servers bring it with JOIN.

export const TRACKERS_MAX = 16

export interface TrackerAddress {
  /** One or two addresses. */
  ips: readonly string[]
  port: number
}

export interface TrackerList {
  addresses: readonly TrackerAddress[]
  self: TrackerAddress | null
  /** Only the leader tells storage servers about each other. Null while nobody is elected. Changed by `setLeader` only. */
  leader: TrackerAddress | null
  /** Named by NOTIFY_NEXT_LEADER; leads when its COMMIT comes. */
  next: TrackerAddress | null
  /** 0 while no leader was ever known. */
  leaderChanges: number
}

export function createTrackerList(): TrackerList {
  return { addresses: [], self: null, leader: null, next: null, leaderChanges: 0 }
}

export function isLeader(list: TrackerList): boolean {
  return list.self !== null && list.leader === list.self
}

export function setLeader(list: TrackerList, leader: TrackerAddress | null): void {
  list.next = null
  if (list.leader === leader) return
  list.leader = leader
  list.leaderChanges++
}

/** The list after a JOIN: later JOINs may add trackers, never remove them. One entry must be this tracker. */
export function mergeTrackers(
  list: TrackerList,
  offered: readonly TrackerAddress[],
  isSelf: (address: TrackerAddress) => boolean,
): { addresses: TrackerAddress[]; self: TrackerAddress } {
  const addresses = [...list.addresses]
  for (const tracker of offered) {
    if (!addresses.some((known) => sameTracker(known, tracker))) addresses.push(tracker)
  }
  if (addresses.length > TRACKERS_MAX) throw new Refusal('full', `more than ${TRACKERS_MAX} trackers`)
  const named = offered.find(isSelf)
  if (named === undefined) {
    const texts = offered.map(({ ips, port }) => `${ips.join(',')}:${port}`)
    throw new Refusal('unknown', `this tracker is not one of the storage server's trackers (${texts.join(' ')})`)
  }
  const self = addresses.find((known) => sameTracker(known, named)) ?? named
  return { addresses, self: list.self ?? self }
}

/** A tracker that is alone leads at once; several elect (election/relationship.ts). */
export function applyTrackers(list: TrackerList, merged: { addresses: TrackerAddress[]; self: TrackerAddress }): void {
  list.addresses = merged.addresses
  list.self = merged.self
  if (merged.addresses.length === 1) setLeader(list, merged.self)
}

export function otherTrackers(list: TrackerList): TrackerAddress[] {
  return list.addresses.filter((address) => address !== list.self)
}

export function findTracker(list: TrackerList, tracker: TrackerAddress): TrackerAddress | undefined {
  return list.addresses.find((known) => sameTracker(known, tracker))
}

function sameTracker(a: TrackerAddress, b: TrackerAddress): boolean {
  return a.port === b.port && a.ips.some((ip) => b.ips.includes(ip))
}
