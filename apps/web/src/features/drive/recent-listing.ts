import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { type EntryRow, entryColumns, KIND_FILE } from '../../lib/entries/entry-rows.ts'
import { RECENT_MAX } from '../../lib/entries/select-entries.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import type { EntryPage, ListQuery } from './schema.ts'
import { withPlaces } from './with-places.ts'

const PAGE_SIZE = 100

type Row = EntryRow & { at: Date }

/** One page of the files opened or added last, the newest first, each with the folders above it. */
export async function listRecent(ownerId: string, query: ListQuery): Promise<EntryPage> {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const rows = await readRecent(ownerId, after)
  const totals = after?.totals ?? { total: await countRecent(ownerId), totalBytes: 0 }
  const page = rows.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  // The order is decided by time and id; in the cursor's name goes how much has been sent.
  const sent = page.length + (after === undefined ? 0 : Number(after.name) || 0)
  const isEnd = rows.length <= PAGE_SIZE || last === undefined || sent >= RECENT_MAX
  return {
    folder: { id: query.folder, name: '', path: [] },
    items: await withPlaces(page),
    nextCursor: isEnd
      ? null
      : encodeCursor({ kind: KIND_FILE, key: last.at.toISOString(), name: String(sent), id: String(last.id), totals }),
    ...totals,
  }
}

async function countRecent(ownerId: string): Promise<number> {
  const counts = await db().ownerCategory.findMany({ where: { ownerId } })
  const files = counts.reduce((sum, count) => sum + Number(count.files), 0)
  return Math.min(RECENT_MAX, files)
}

/** Two indexes, each read from its newest end; a page and one more. */
async function readRecent(ownerId: string, after: Cursor | undefined): Promise<Row[]> {
  const beyond = (at: Prisma.Sql, id: Prisma.Sql) =>
    after ? Prisma.sql`AND (${at}, ${id}) < (${after.key}::timestamptz, ${after.id}::bigint)` : Prisma.empty
  return await db().$queryRaw<Row[]>`
    WITH opened AS (
      SELECT o.entry_id AS id, o.at FROM entry_opened o JOIN entry e ON e.id = o.entry_id AND e.trash_id IS NULL
      WHERE o.owner_id = ${ownerId} ${beyond(Prisma.sql`o.at`, Prisma.sql`o.entry_id`)}
      ORDER BY o.at DESC, o.entry_id DESC LIMIT ${PAGE_SIZE + 1}
    ), added AS (
      SELECT e.id, e.created_at AS at FROM entry e
      WHERE e.owner_id = ${ownerId} AND e.trash_id IS NULL AND e.kind = 1
        AND NOT EXISTS (SELECT 1 FROM entry_opened o WHERE o.entry_id = e.id)
        ${beyond(Prisma.sql`e.created_at`, Prisma.sql`e.id`)}
      ORDER BY e.created_at DESC, e.id DESC LIMIT ${PAGE_SIZE + 1}
    ), newest AS (
      SELECT * FROM (SELECT * FROM opened UNION ALL SELECT * FROM added) both_lists
      ORDER BY at DESC, id DESC LIMIT ${PAGE_SIZE + 1}
    )
    SELECT ${entryColumns}, n.at FROM newest n JOIN entry e ON e.id = n.id LEFT JOIN blob b ON b.id = e.blob_id
    ORDER BY n.at DESC, n.id DESC`
}
