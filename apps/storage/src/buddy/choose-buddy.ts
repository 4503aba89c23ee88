import { createHash } from 'node:crypto'
import { type Member, StorageStatus } from '../engine/members.ts'

/**
 * The member that keeps a copy of an upload: of the active ones, the one whose hash with the key (an upload's name) is the
 * highest, so that uploads spread over all and most keep their member when another one comes or goes. null when there is no other.
 */
export function chooseBuddy(key: string, candidates: Iterable<Member>): Member | null {
  let best: { member: Member; score: string } | null = null
  for (const member of candidates) {
    if (member.status !== StorageStatus.ACTIVE) continue
    const score = createHash('sha256').update(`${key} ${member.id}`).digest('hex')
    if (best === null || score > best.score) best = { member, score }
  }
  return best?.member ?? null
}
