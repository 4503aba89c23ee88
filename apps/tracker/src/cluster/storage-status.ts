import { StorageStatus } from '@cairn/dfs-core'

const { INIT, WAIT_SYNC, SYNCING, IP_CHANGED, DELETED, OFFLINE, ONLINE, ACTIVE, RECOVERY } = StorageStatus

/** What can happen to a storage server, seen from the tracker. */
export type StatusEvent = 'join' | 'beat' | 'disconnect' | 'silence' | 'restart' | 'no-sync-needed' | 'delete'

/**
 * The whole life cycle: event → state before → state after. A pair that is missing leaves the state as it is.
 * INIT, WAIT_SYNC, SYNCING and RECOVERY survive a lost connection: the work that they name is not done by reconnecting.
 */
const transitions: Record<StatusEvent, Partial<Record<StorageStatus, StorageStatus>>> = {
  join: { [DELETED]: INIT, [IP_CHANGED]: INIT, [OFFLINE]: ONLINE, [RECOVERY]: ONLINE },
  beat: { [ONLINE]: ACTIVE, [OFFLINE]: ACTIVE },
  disconnect: { [ACTIVE]: OFFLINE, [ONLINE]: OFFLINE },
  silence: { [ACTIVE]: OFFLINE, [ONLINE]: OFFLINE },
  restart: { [ACTIVE]: OFFLINE, [ONLINE]: OFFLINE, [RECOVERY]: OFFLINE },
  'no-sync-needed': { [INIT]: ONLINE, [WAIT_SYNC]: ONLINE, [SYNCING]: ONLINE },
  delete: { [INIT]: DELETED, [WAIT_SYNC]: DELETED, [SYNCING]: DELETED, [OFFLINE]: DELETED },
}

export function nextStatus(event: StatusEvent, status: StorageStatus): StorageStatus {
  return transitions[event][status] ?? status
}

/** Complete, whether connected or not: "available" in the words of the specification. */
export function isAvailable(status: StorageStatus): boolean {
  return status === OFFLINE || status === ONLINE || status === ACTIVE
}

/** The record only says that this id must not be used any more. */
export function isTombstone(status: StorageStatus): boolean {
  return status === DELETED || status === IP_CHANGED
}

/**
 * A storage server reports the state of another one (76, or 85 to a follower). Reports only raise a state: what this
 * tracker sees itself (INIT, ONLINE, ACTIVE, RECOVERY) counts more than hearsay. Nor do they take a deletion back, as in
 * FastDFS: whoever has not heard of it would undo it.
 */
export function mergedStatus(current: StorageStatus, reported: StorageStatus): StorageStatus {
  if (current === INIT || current === ONLINE || current === ACTIVE || current === RECOVERY) return current
  if (current === DELETED) return current
  if (isTombstone(reported)) return reported
  return reported > current ? reported : current
}
