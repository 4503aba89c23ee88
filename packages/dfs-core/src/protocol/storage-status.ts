/** The states of a storage as they stand on the wire and in state files (client protocol §7). There is no code 8. */
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

/** "Nothing known": sent by storages, never the state of a member. */
export const STORAGE_STATUS_NONE = 99

const names = new Map<number, string>(Object.entries(StorageStatus).map(([name, status]) => [status, name]))

export function isStorageStatus(value: number): value is StorageStatus {
  return names.has(value)
}

/** FastDFS's name of a state, as its tools print it; `UNKNOWN` for any other number. */
export function storageStatusName(status: number): string {
  return names.get(status) ?? 'UNKNOWN'
}
