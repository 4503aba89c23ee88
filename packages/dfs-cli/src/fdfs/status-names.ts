/** Client protocol §7. */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  0: 'INIT',
  1: 'WAIT_SYNC',
  2: 'SYNCING',
  3: 'IP_CHANGED',
  4: 'DELETED',
  5: 'OFFLINE',
  6: 'ONLINE',
  7: 'ACTIVE',
  9: 'RECOVERY',
}

/** A storage's state as the tools print it. */
export function storageStatusName(status: number): string {
  return STATUS_NAMES[status] ?? 'UNKNOWN'
}

export const ACTIVE = 7
