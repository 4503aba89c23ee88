/** The states of a storage server as they stand on the wire and in the state files. There is no code 8. */
export const StorageStatus = {
  INIT: 0,
  WAIT_SYNC: 1,
  SYNCING: 2,
  IP_CHANGED: 3,
  DELETED: 4,
  OFFLINE: 5,
  ONLINE: 6,
  ACTIVE: 7,
  RECOVERY: 9,
} as const

export type StorageStatus = (typeof StorageStatus)[keyof typeof StorageStatus]

/** "Nothing known": sent by storage servers, never the state of a member. */
export const STATUS_NONE = 99

const { INIT, WAIT_SYNC, SYNCING, IP_CHANGED, DELETED, OFFLINE, ONLINE, ACTIVE, RECOVERY } = StorageStatus

const names = new Map<number, keyof typeof StorageStatus>()
for (const [name, status] of Object.entries(StorageStatus)) names.set(status, name as keyof typeof StorageStatus)

export function statusName(status: number): string {
  return names.get(status) ?? 'UNKNOWN'
}

export function isStorageStatus(value: number): value is StorageStatus {
  return names.has(value)
}

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
