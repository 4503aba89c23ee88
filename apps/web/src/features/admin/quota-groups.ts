import type { TableOrder } from './admin-table.tsx'

export const GROUPS_PATH = '/api/admin/groups'

/** A group as the administration is told of it: features/quota answers with it. */
export interface QuotaGroup {
  id: string
  name: string
  allowedBytes: number
  usedBytes: number
  reservedBytes: number
  members: number
}

export type QuotaGroupSort = Exclude<keyof QuotaGroup, 'id'>

/** All groups are here at once, so they are ordered here; groups that are equal stand by their names. */
export function inOrder(groups: readonly QuotaGroup[], { sort, dir }: TableOrder<QuotaGroupSort>): QuotaGroup[] {
  const byName = (a: QuotaGroup, b: QuotaGroup) => a.name.localeCompare(b.name)
  const compare = (a: QuotaGroup, b: QuotaGroup) => (sort === 'name' ? byName(a, b) : a[sort] - b[sort] || byName(a, b))
  return groups.toSorted((a, b) => (dir === 'asc' ? compare(a, b) : compare(b, a)))
}
