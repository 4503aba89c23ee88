import { expect, it, test } from 'vitest'
import { groupingOf, headingOf, headingsAt } from './entry-headings.ts'
import type { EntryItem } from './schema.ts'

const now = new Date(2026, 10, 21, 14, 0)
const at = (...parts: [number, number, number, number]) => new Date(...parts).toISOString()

test.each([
  [at(2026, 10, 21, 0), 'today'],
  [at(2026, 10, 22, 1), 'today'],
  [at(2026, 10, 20, 23), 'yesterday'],
  [at(2026, 10, 19, 23), 'thisWeek'],
  [at(2026, 10, 15, 0), 'thisWeek'],
  [at(2026, 10, 14, 23), { month: '2026-11' }],
  [at(2025, 0, 3, 0), { month: '2025-01' }],
])('%s stands under %j', (iso, expected) => {
  expect(headingOf(iso, now)).toEqual(expected)
})

const item = (id: string, modifiedAt: string): EntryItem => ({
  id,
  kind: 'file',
  name: id,
  size: 1,
  category: 'image',
  contentType: 'image/png',
  createdAt: modifiedAt,
  modifiedAt,
  copies: 2,
})

it('a heading stands where a group begins, and nowhere else', () => {
  const items = [item('a', at(2026, 10, 3, 0)), item('b', at(2026, 10, 2, 0)), item('c', at(2026, 8, 1, 0))]
  const group = groupingOf({ kind: 'category', category: 'image' }, 'modified', now)
  expect([...headingsAt(items, group)]).toEqual([
    [0, { month: '2026-11' }],
    [2, { month: '2026-09' }],
  ])
})

it('other places and orders have no headings', () => {
  expect(groupingOf({ kind: 'folder', id: 'root' }, 'modified', now)).toBeNull()
  expect(groupingOf({ kind: 'category', category: 'image' }, 'name', now)).toBeNull()
})
