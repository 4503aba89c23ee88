import { type Member, StorageStatus } from '../engine/members.ts'

/** Copies of uploads move when the active members have been the same so long: those of one that restarts stay where they are. */
const LASTS_AFTER_MS = 10_000

/** Says once of each change of the active members that it has lasted. The first members are a change. */
export function watchMembers(): (members: Iterable<Member>, now: number) => boolean {
  let known = ''
  let changedAt: number | null = null
  return (members, now) => {
    const active = [...members].filter(({ status }) => status === StorageStatus.ACTIVE)
    const ids = active
      .map(({ id }) => id)
      .sort()
      .join()
    if (ids !== known) changedAt = now
    known = ids
    if (changedAt === null || now - changedAt < LASTS_AFTER_MS) return false
    changedAt = null
    return true
  }
}
