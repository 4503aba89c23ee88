import { describe, expect, it } from 'vitest'
import { type Member, mergeMembers, StorageStatus } from './members.ts'

const { INIT, WAIT_SYNC, SYNCING, DELETED, OFFLINE, ONLINE, ACTIVE, RECOVERY, NONE } = StorageStatus

const brief = (id: string, status: number) => ({ id, ip: '10.0.0.1', port: 23000, status })
const knows = (...members: Array<[string, number]>) =>
  new Map<string, Member>(members.map(([id, status]) => [id, brief(id, status)]))

/** One peer: known locally as `local` (null: unknown), told by the tracker as `told`. */
function merge(local: number | null, told: number, id = 'peer') {
  const known = local === null ? knows() : knows([id, local])
  const { members, added, better, mustRejoin } = mergeMembers(known, [brief(id, told)], 'me')
  return { status: members.get(id)?.status, added, better: better.map(({ status }) => status), mustRejoin }
}

describe('a list of members from the leader tracker', () => {
  // internals §1.8, "Group list merge": local status, told status, status afterwards
  it.each([
    [ACTIVE, ACTIVE, ACTIVE],
    [ACTIVE, OFFLINE, OFFLINE],
    [ONLINE, OFFLINE, OFFLINE],
    [OFFLINE, ACTIVE, ACTIVE],
    [OFFLINE, WAIT_SYNC, WAIT_SYNC],
    [INIT, OFFLINE, OFFLINE],
    [WAIT_SYNC, SYNCING, SYNCING],
    [SYNCING, ACTIVE, ACTIVE],
    [ACTIVE, DELETED, DELETED],
    [ACTIVE, INIT, INIT],
  ])('%i told as %i becomes %i', (local, told, after) => {
    expect(merge(local, told)).toEqual({ status: after, added: [], better: [], mustRejoin: false })
  })

  it.each([
    [SYNCING, OFFLINE],
    [WAIT_SYNC, OFFLINE],
    [RECOVERY, OFFLINE],
    [SYNCING, WAIT_SYNC],
    [ACTIVE, SYNCING],
  ])('%i told as %i stays, and the tracker is told', (local, told) => {
    expect(merge(local, told)).toEqual({ status: local, added: [], better: [local], mustRejoin: false })
  })

  it('that has this storage further behind than it is makes it join again', () => {
    expect(merge(ACTIVE, WAIT_SYNC, 'me').mustRejoin).toBe(true)
  })

  it('brings new members, and back those that were gone', () => {
    expect(merge(null, ACTIVE)).toMatchObject({ status: ACTIVE, added: ['peer'] })
    expect(merge(NONE, WAIT_SYNC)).toMatchObject({ status: WAIT_SYNC, added: ['peer'] })
    expect(merge(DELETED, WAIT_SYNC)).toMatchObject({ status: WAIT_SYNC, added: ['peer'] })
    expect(merge(DELETED, OFFLINE)).toMatchObject({ status: DELETED, added: [] })
    expect(merge(null, DELETED)).toMatchObject({ status: undefined, added: [] })
    expect(merge(NONE, DELETED)).toMatchObject({ status: NONE, added: [] })
  })

  it('without a known member is answered with that member', () => {
    const { better, members } = mergeMembers(knows(['a', ACTIVE], ['b', NONE]), [], 'me')
    expect(better).toEqual([brief('a', ACTIVE)])
    expect(members.size).toBe(2)
  })
})
