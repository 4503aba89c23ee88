import { expect, it } from 'vitest'
import { StorageStatus } from '../engine/members.ts'
import { chooseBuddy } from './choose-buddy.ts'

const { ACTIVE, OFFLINE } = StorageStatus
const member = (id: string, status: number = ACTIVE) => ({ id, ip: '10.0.0.1', port: 23_000, status })
const uploads = Array.from({ length: 600 }, (_, n) => n.toString(16).padStart(32, '0'))

it('uploads spread evenly over the members', () => {
  const members = ['100001', '100002', '100003'].map((id) => member(id))
  const counts = new Map<string, number>()
  for (const upl of uploads) {
    const { id } = chooseBuddy(upl, members) ?? { id: '' }
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  for (const { id } of members) expect(counts.get(id)).toBeGreaterThan(150)
})

it('a member that goes moves only its own uploads', () => {
  const members = ['100001', '100002', '100003'].map((id) => member(id))
  const left = members.filter(({ id }) => id !== '100002')
  for (const upl of uploads) {
    const before = chooseBuddy(upl, members)
    if (before?.id !== '100002') expect(chooseBuddy(upl, left)).toBe(before)
  }
})

it('only active members are chosen', () => {
  const upl = uploads[7] ?? ''
  expect(chooseBuddy(upl, [member('100001', OFFLINE), member('100002')])?.id).toBe('100002')
  expect(chooseBuddy(upl, [member('100001', OFFLINE)])).toBeNull()
  expect(chooseBuddy(upl, [])).toBeNull()
})
