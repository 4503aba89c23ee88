import type { ClusterState } from '../cluster/cluster-state.ts'
import { isRemoved, type Member, StorageStatus } from '../engine/members.ts'

/** The other members of the group, whatever they do now. */
export function otherMembers({ members, myId }: ClusterState): Member[] {
  return [...members.values()].filter(({ id, status }) => id !== myId && !isRemoved(status))
}

/** Those that can be asked for files. */
export function activeMembers(state: ClusterState): Member[] {
  return otherMembers(state).filter(({ status }) => status === StorageStatus.ACTIVE)
}
