import { type Brief, STORAGE_STATUS_NONE, StorageStatus as TrackedStatus } from '@cairn/dfs-core'

/** Status of a member as trackers keep it, or NONE: nothing is known of it (internals §0.3). */
export const StorageStatus = { ...TrackedStatus, NONE: STORAGE_STATUS_NONE } as const

/** Known at once: as many as a group may have (32), and those that have gone since this process started. */
const MEMBERS_MAX = 128
const MEMBER_ID = /^[0-9A-Za-z.:%-]{1,45}$/

/** A number, or an address where there are no storage ids. Names of files are made of it. */
export function isMemberId(id: string): boolean {
  return MEMBER_ID.test(id)
}

/** One member of the group as this storage knows it. */
export interface Member {
  readonly id: string
  readonly ip: string
  readonly port: number
  readonly status: number
}

/** What a list from a tracker changes. */
export interface MemberChanges {
  /** The list as it is now. */
  readonly members: ReadonlyMap<string, Member>
  /** Ids of those that are new, or back. */
  readonly added: readonly string[]
  /** What this storage knows better: sent back at once. */
  readonly better: readonly Brief[]
  /** This storage must join again to be told what it is. */
  readonly mustRejoin: boolean
}

const { INIT, WAIT_SYNC, SYNCING, IP_CHANGED, DELETED, OFFLINE, ONLINE, ACTIVE, NONE } = StorageStatus

export function isAvailable(status: number): boolean {
  return status === OFFLINE || status === ONLINE || status === ACTIVE
}

export function isRemoved(status: number): boolean {
  return status === DELETED || status === IP_CHANGED
}

/**
 * Compares a list from a tracker with what is known, by FastDFS's table (internals §1.8). Who has no id that one can have
 * is left out, and so is who would be one too many.
 */
export function mergeMembers(
  known: ReadonlyMap<string, Member>,
  reported: readonly Brief[],
  myId: string,
): MemberChanges {
  const members = new Map(known)
  const added: string[] = []
  const better: Brief[] = []
  let mustRejoin = false
  for (const told of reported) {
    const member = known.get(told.id)
    const outcome = decide(member?.status, told.status)
    const isOneMore = member === undefined && (!isMemberId(told.id) || members.size >= MEMBERS_MAX)
    if (outcome === 'ignored' || isOneMore) continue
    if (outcome === 'added') added.push(told.id)
    const keeps = outcome === 'known-better' && member !== undefined
    const { status } = keeps ? member : told
    members.set(told.id, { id: told.id, ip: told.ip, port: told.port, status })
    if (!keeps) continue
    better.push({ ...told, status })
    if (told.id === myId && told.status !== OFFLINE) mustRejoin = true
  }
  const listed = new Set(reported.map(({ id }) => id))
  for (const { status, port, id, ip } of known.values()) {
    if (!listed.has(id) && status !== NONE) better.push({ status, port, id, ip })
  }
  return { members, added, better, mustRejoin }
}

type Outcome = 'taken' | 'added' | 'known-better' | 'ignored'

function decide(local: number | undefined, told: number): Outcome {
  if (local === undefined || local === NONE) return isRemoved(told) ? 'ignored' : 'added'
  // FastDFS makes NONE of a removed member some time later; whoever joins again before that is a new member as well.
  if (isRemoved(local) && !isRemoved(told) && told !== OFFLINE) return 'added'
  if (told === OFFLINE) {
    // A tracker without a connection to it knows less than the member that is in the middle of a sync or a removal.
    return local === ACTIVE || local === ONLINE || local === OFFLINE || local === INIT ? 'taken' : 'known-better'
  }
  const isBehind = (told === WAIT_SYNC || told === SYNCING) && local !== OFFLINE && local > told
  return isBehind ? 'known-better' : 'taken'
}
