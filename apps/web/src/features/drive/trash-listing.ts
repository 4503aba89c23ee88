import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { pathsOf } from '../../lib/entries/entry-paths.ts'
import {
  type EntryRow,
  entryColumns,
  entryTables,
  KIND_FILE,
  KIND_FOLDER,
  toOwnItem,
} from '../../lib/entries/entry-rows.ts'
import { readSettings } from '../../lib/settings.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import type { EntryItem, EntryPage, ListQuery, SortKey } from './schema.ts'

const PAGE_SIZE = 100
const DAY_MS = 86_400_000

type Row = EntryRow & { trashed_at: Date }

// Trash is short beside a drive: one index finds what is in it, and the order is made from that.
const columns: Record<SortKey, { column: Prisma.Sql; cast: Prisma.Sql; keyOf: (row: Row) => string }> = {
  name: { column: Prisma.sql`e.sort_key`, cast: Prisma.sql`text`, keyOf: (row) => row.sort_key },
  size: { column: Prisma.sql`e.size`, cast: Prisma.sql`bigint`, keyOf: (row) => String(row.size) },
  modified: {
    column: Prisma.sql`e.trashed_at`,
    cast: Prisma.sql`timestamptz`,
    keyOf: (row) => row.trashed_at.toISOString(),
  },
}

/** One page of what was trashed by itself; "modified" is when that was. */
export async function listTrash(ownerId: string, query: ListQuery): Promise<EntryPage> {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const { trashDays } = await readSettings()
  const rows = await readRows(ownerId, query, after)
  const totals = after?.totals ?? (await totalsOf(ownerId))
  const page = rows.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  return {
    folder: { id: query.folder, name: '', path: [] },
    items: await describe(page, trashDays),
    nextCursor: rows.length > PAGE_SIZE && last ? encodeCursor(cursorAt(last, query.sort, totals)) : null,
    ...totals,
    trashDays,
  }
}

async function readRows(ownerId: string, { sort, dir }: ListQuery, after: Cursor | undefined): Promise<Row[]> {
  const { column, cast } = columns[sort]
  const [compare, order] = dir === 'asc' ? [Prisma.sql`>`, Prisma.sql`ASC`] : [Prisma.sql`<`, Prisma.sql`DESC`]
  const beyond = after
    ? Prisma.sql`AND (${column}, e.id) ${compare} (${after.key}::${cast}, ${after.id}::bigint)`
    : Prisma.empty
  return await db().$queryRaw<Row[]>`
    SELECT ${entryColumns}, e.trashed_at FROM ${entryTables}
    WHERE e.owner_id = ${ownerId} AND e.trash_id = e.id ${beyond}
    ORDER BY ${column} ${order}, e.id ${order} LIMIT ${PAGE_SIZE + 1}`
}

function cursorAt(row: Row, sort: SortKey, totals: Cursor['totals']): Cursor {
  const kind = row.kind === KIND_FOLDER ? KIND_FOLDER : KIND_FILE
  return { kind, key: columns[sort].keyOf(row), name: row.sort_key, id: String(row.id), totals }
}

async function describe(rows: readonly Row[], trashDays: number): Promise<EntryItem[]> {
  const parents = rows.flatMap(({ parent_id }) => (parent_id === null ? [] : [parent_id]))
  const places = await placesOf([...new Set(parents)])
  return rows.map((row) => {
    const where = row.parent_id === null ? undefined : places.get(row.parent_id)
    const leavesAt = new Date(row.trashed_at.getTime() + trashDays * DAY_MS).toISOString()
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
