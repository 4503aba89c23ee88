import { expect, test } from 'vitest'
import { type Member, StorageStatus } from '../engine/members.ts'
import { watchMembers } from './member-watch.ts'

const { ACTIVE, OFFLINE } = StorageStatus

const members = (statuses: Record<string, number>): Member[] =>
  Object.entries(statuses).map(([id, status]) => ({ id, ip: '10.0.0.1', port: 23000, status }))

test('a change that lasts ten seconds is told once', () => {
  const haveChanged = watchMembers()
  const both = members({ a: ACTIVE, b: ACTIVE })
  expect([0, 9999, 10_000, 10_001, 99_000].map((now) => haveChanged(both, now))).toEqual([
    false,
    false,
    true,
    false,
    false,
  ])
  const one = members({ a: ACTIVE, b: OFFLINE })
  expect([100_000, 109_000, 110_000, 120_000].map((now) => haveChanged(one, now))).toEqual([false, false, true, false])
})

test('a member that is back before, in whatever order they are listed, is told as the change that it is, once', () => {
  const haveChanged = watchMembers()
  haveChanged(members({ a: ACTIVE, b: ACTIVE }), 0)
  expect(haveChanged(members({ a: ACTIVE, b: ACTIVE }), 10_000)).toBe(true)
  expect(haveChanged(members({ a: ACTIVE, b: OFFLINE }), 20_000)).toBe(false)
  expect(haveChanged(members({ b: ACTIVE, a: ACTIVE }), 25_000)).toBe(false)
  expect(haveChanged(members({ a: ACTIVE, b: ACTIVE }), 34_999)).toBe(false)
  expect(haveChanged(members({ a: ACTIVE, b: ACTIVE }), 35_000)).toBe(true)
  expect(haveChanged(members({ a: ACTIVE, b: ACTIVE }), 99_000)).toBe(false)
})
