import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { openFolder } from '../../lib/entries/open-entries.ts'
import { orderOf } from './folder-order.ts'
import { openGathered } from './gathered.ts'
import { placeOfId } from './place.ts'
import type { ListMark, ListQuery, SortDirection } from './schema.ts'
import { markGroups } from './sorted-set.ts'
import { trashSet } from './trash-listing.ts'

export type MarkGroup = { kind: number; text: string; n: number }

const groups = {
  name: Prisma.sql`left(e.sort_key, 1)`,
  modified: Prisma.sql`to_char(e.modified_at AT TIME ZONE 'UTC', 'YYYY-MM')`,
}

/**
 * Where each letter, or each month, begins in a list: to go to a place in a long one without reading what lies before.
 * Sizes have none, nor has what has an order of its own.
 */
export async function listMarks(ownerId: string, { folder, sort, dir }: ListQuery): Promise<{ marks: ListMark[] }> {
  const place = placeOfId(folder)
  if (sort === 'size' || place === null || place.kind === 'search' || place.kind === 'recent') return { marks: [] }
  const order = { sort, dir }
  if (place.kind === 'folder') {
    const found = await folderGroups(ownerId, place.id, sort)
    return { marks: placed(inOrder(found, (kind) => orderOf(kind, order).dir)) }
  }
  const set = place.kind === 'trash' ? trashSet(ownerId, order) : (await openGathered(ownerId, place, order)).set
  return { marks: placed(inOrder(await markGroups(set), () => dir)) }
}

async function folderGroups(ownerId: string, folder: string, sort: 'name' | 'modified'): Promise<MarkGroup[]> {
  const { id } = await openFolder(db(), ownerId, folder)
  return await db().$queryRaw<MarkGroup[]>`
    SELECT * FROM (
      SELECT e.kind::int, ${groups[sort]} AS text, count(*)::int AS n FROM entry e
      WHERE e.parent_id = ${id} AND e.trash_id IS NULL GROUP BY 1, 2
    ) found ORDER BY kind, text COLLATE "C"`
}

/** Found in ascending order, kind by kind. */
function inOrder(found: readonly MarkGroup[], dirOf: (kind: number) => SortDirection): MarkGroup[] {
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  return kinds.flatMap((kind) => {
    const ofKind = found.filter((group) => group.kind === kind)
    return dirOf(kind) === 'asc' ? ofKind : ofKind.toReversed()
  })
}

function placed(ordered: readonly MarkGroup[]): ListMark[] {
  let at = 0
  return ordered.map(({ text, n }) => {
    const mark = { at, text }
    at += n
    return mark
  })
}
