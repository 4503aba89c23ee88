import { Refusal } from './refusal.ts'

// Trackers have no list of each other in their configuration: the storage servers bring it with JOIN.

const TRACKERS_MAX = 16

export interface TrackerAddress {
  /** One or two addresses. */
  ips: readonly string[]
  port: number
}

export interface TrackerList {
  addresses: readonly TrackerAddress[]
  self: TrackerAddress | null
  /**
   * Only the leader tells storage servers about each other. The rule is fixed and needs no messages: the tracker with
   * the lowest address leads, and all trackers of a cluster get the same list, so they agree. A leader that is down is
   * not replaced: uploads and downloads go on, changes of membership wait.
   */
  leader: TrackerAddress | null
  /** 0 while no leader is known. */
  leaderChanges: number
}

export function createTrackerList(): TrackerList {
  return { addresses: [], self: null, leader: null, leaderChanges: 0 }
}

export function isLeader(list: TrackerList): boolean {
  return list.self !== null && list.leader === list.self
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

export function applyTrackers(list: TrackerList, merged: { addresses: TrackerAddress[]; self: TrackerAddress }): void {
  list.addresses = merged.addresses
  list.self = merged.self
  const [leader] = [...merged.addresses].sort(compareTrackers)
  if (leader === undefined || leader === list.leader) return
  list.leader = leader
  list.leaderChanges++
}

function sameTracker(a: TrackerAddress, b: TrackerAddress): boolean {
  return a.port === b.port && a.ips.some((ip) => b.ips.includes(ip))
}

function compareTrackers(a: TrackerAddress, b: TrackerAddress): number {
  const [left = '', right = ''] = [a.ips[0], b.ips[0]]
  if (left === right) return a.port - b.port
  return left < right ? -1 : 1
}
