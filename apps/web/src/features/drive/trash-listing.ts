import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { pathsOf } from '../../lib/entries/entry-paths.ts'
import { toOwnItem } from '../../lib/entries/entry-rows.ts'
import { readSettings } from '../../lib/settings.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import type { EntryItem, EntryPage, ListQuery } from './schema.ts'
import { allEntries, readSet, type SetRow, type SortedSet, setCursor, startInSet } from './sorted-set.ts'

const PAGE_SIZE = 100
const DAY_MS = 86_400_000

/** What was trashed by itself, in the order of a list; "modified" is when that was. */
export function trashSet(ownerId: string, order: Pick<ListQuery, 'sort' | 'dir'>): SortedSet {
  // Trash is short beside a drive: one index finds what is in it, and the order is made from that.
  const where = Prisma.sql`e.owner_id = ${ownerId} AND e.trash_id = e.id`
  return { ...order, table: allEntries, where, time: 'trashed', foldersFirst: false }
}

/** One page of what was trashed by itself. */
export async function listTrash(ownerId: string, query: ListQuery): Promise<EntryPage> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const { trashDays } = await readSettings()
  const set = trashSet(ownerId, query)
  const totals = cursor?.totals ?? (await totalsOf(ownerId))
  const isJump = query.at !== undefined || query.around !== undefined
  const start = isJump ? await startInSet(set, query, { totals, pageSize: PAGE_SIZE }) : null
  const rows = await readSet(set, start?.after ?? cursor, PAGE_SIZE + 1)
  const page = rows.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  return {
    folder: { id: query.folder, name: '', path: [] },
    items: await describe(page, trashDays),
    nextCursor: rows.length > PAGE_SIZE && last ? encodeCursor(setCursor(set, last, totals)) : null,
    ...totals,
    ...(start === null ? {} : { start: start.position }),
    trashDays,
  }
}

async function describe(rows: readonly SetRow[], trashDays: number): Promise<EntryItem[]> {
  const parents = rows.flatMap(({ parent_id }) => (parent_id === null ? [] : [parent_id]))
  const places = await placesOf([...new Set(parents)])
  return rows.map((row) => {
    const where = row.parent_id === null ? undefined : places.get(row.parent_id)
    const leavesAt = new Date((row.trashed_at ?? row.modified_at).getTime() + trashDays * DAY_MS).toISOString()
    return { ...toOwnItem(row), leavesAt, ...(where === undefined ? {} : { where }) }
  })
}

/** The way to each folder, itself included; folders that are in trash themselves have none any more. */
async function placesOf(folderIds: readonly bigint[]): Promise<Map<bigint, { id: string; name: string }[]>> {
  const [above, folders] = await Promise.all([
    pathsOf(db(), folderIds),
    db().entry.findMany({ where: { id: { in: [...folderIds] } }, select: { id: true, publicId: true, name: true } }),
  ])
  return new Map(
    folders.flatMap(({ id, publicId, name }) => {
      const path = above.get(id)
      // The top folder has no name of its own.
      return path === undefined ? [] : [[id, name === '' ? path : [...path, { id: publicId, name }]] as const]
    }),
  )
}

/** How much space everything in trash takes, with what lies in folders. */
async function totalsOf(ownerId: string): Promise<Cursor['totals']> {
  const [totals] = await db().$queryRaw<[{ total: bigint; bytes: bigint }]>`
    SELECT (SELECT count(*) FROM entry e WHERE e.owner_id = ${ownerId} AND e.trash_id = e.id) AS total,
      (SELECT coalesce(sum(b.size), 0)::bigint FROM entry e JOIN entry b ON b.trash_id = e.id
        WHERE e.owner_id = ${ownerId} AND e.trash_id = e.id) AS bytes`
  return { total: Number(totals.total), totalBytes: Number(totals.bytes) }
}
