import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { openFolder } from '../../lib/entries/open-entries.ts'
import { orderOf } from './folder-order.ts'
import { placeOfId } from './place.ts'
import type { ListMark, ListQuery } from './schema.ts'

type Group = { kind: number; text: string; n: number }

const groups = {
  name: Prisma.sql`left(e.sort_key, 1)`,
  modified: Prisma.sql`to_char(e.modified_at AT TIME ZONE 'UTC', 'YYYY-MM')`,
}

/**
 * Where each letter, or each month, begins in a folder: to go to a place in a long list without reading what lies
 * before. Sizes have none, nor has what is gathered from the whole drive.
 */
export async function listMarks(ownerId: string, { folder, sort, dir }: ListQuery): Promise<{ marks: ListMark[] }> {
  if (sort === 'size' || placeOfId(folder)?.kind !== 'folder') return { marks: [] }
  const { id } = await openFolder(db(), ownerId, folder)
  const found = await db().$queryRaw<Group[]>`
    SELECT * FROM (
      SELECT e.kind::int, ${groups[sort]} AS text, count(*)::int AS n FROM entry e
      WHERE e.parent_id = ${id} AND e.trash_id IS NULL GROUP BY 1, 2
    ) found ORDER BY kind, text COLLATE "C"`
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  const ordered = kinds.flatMap((kind) => {
    const ofKind = found.filter((group) => group.kind === kind)
    return orderOf(kind, { sort, dir }).dir === 'asc' ? ofKind : ofKind.toReversed()
  })
  return { marks: placed(ordered) }
}

function placed(ordered: readonly Group[]): ListMark[] {
  let at = 0
  return ordered.map(({ text, n }) => {
    const mark = { at, text }
    at += n
    return mark
  })
}
