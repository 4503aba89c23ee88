import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { type EntryRow, entryColumns, entryTables, KIND_FILE, KIND_FOLDER } from '../../lib/entries/entry-rows.ts'
import type { Cursor } from './cursor.ts'
import { FIRST, pageStart, type Start } from './folder-position.ts'
import type { MarkGroup } from './list-marks.ts'
import type { ListQuery, SortDirection, SortKey } from './schema.ts'

/** The whole of a drive. */
export const allEntries = Prisma.sql`entry`

/** Entries from anywhere in a drive, in an order that can be entered at any place. */
export interface SortedSet {
  /** Where `e` is looked for: `entry`, or what knows the same of some entries. */
  table: Prisma.Sql
  /** The condition on `e`; rights are part of it. */
  where: Prisma.Sql
  sort: SortKey
  dir: SortDirection
  /** What "modified" means here. */
  time: 'modified' | 'trashed'
  foldersFirst: boolean
}

export type SetRow = EntryRow & { trashed_at: Date | null }

const times = { modified: Prisma.sql`e.modified_at`, trashed: Prisma.sql`e.trashed_at` }

function columnOf({ sort, time }: SortedSet): { column: Prisma.Sql; cast: Prisma.Sql } {
  if (sort === 'name') return { column: Prisma.sql`e.sort_key`, cast: Prisma.sql`text` }
  if (sort === 'size') return { column: Prisma.sql`e.size`, cast: Prisma.sql`bigint` }
  return { column: times[time], cast: Prisma.sql`timestamptz` }
}

function sequenceOf(set: SortedSet): Prisma.Sql {
  const { column } = columnOf(set)
  const direction = set.dir === 'asc' ? Prisma.sql`ASC` : Prisma.sql`DESC`
  const kinds = set.foldersFirst ? Prisma.sql`e.kind,` : Prisma.empty
  return Prisma.sql`${kinds} ${column} ${direction}, e.id ${direction}`
}

function besides(set: SortedSet, { kind, key, id }: Cursor, side: 'after' | 'before'): Prisma.Sql {
  const { column, cast } = columnOf(set)
  const compare = (set.dir === 'asc') === (side === 'after') ? Prisma.sql`>` : Prisma.sql`<`
  const beyond = Prisma.sql`(${column}, e.id) ${compare} (${key}::${cast}, ${id}::bigint)`
  if (!set.foldersFirst) return beyond
  const otherKind = side === 'after' ? Prisma.sql`>` : Prisma.sql`<`
  return Prisma.sql`(e.kind ${otherKind} ${kind} OR (e.kind = ${kind} AND ${beyond}))`
}

type Placed = Pick<SetRow, 'id' | 'kind' | 'sort_key' | 'size' | 'modified_at' | 'trashed_at'>

export function setCursor(set: SortedSet, row: Placed, totals: Cursor['totals']): Cursor {
  const at = set.time === 'trashed' ? (row.trashed_at ?? row.modified_at) : row.modified_at
  const key = { name: row.sort_key, size: String(row.size), modified: at.toISOString() }[set.sort]
  const kind = row.kind === KIND_FOLDER ? KIND_FOLDER : KIND_FILE
  return { kind, key, name: '', id: String(row.id), totals }
}

/** The page first, then what is shown of it: where a page has to be sorted, the rest of all of them would be looked up. */
export async function readSet(set: SortedSet, after: Cursor | undefined, limit: number): Promise<SetRow[]> {
  const beyond = after === undefined ? Prisma.empty : Prisma.sql`AND ${besides(set, after, 'after')}`
  return await db().$queryRaw<SetRow[]>`
    SELECT ${entryColumns}, e.trashed_at FROM ${entryTables}
    WHERE e.id = ANY(ARRAY(
      SELECT e.id FROM ${set.table} e WHERE ${set.where} ${beyond} ORDER BY ${sequenceOf(set)} LIMIT ${limit}))
    ORDER BY ${sequenceOf(set)}`
}

const placeColumns = Prisma.sql`e.id, e.kind::int, e.sort_key, e.size, e.modified_at, e.trashed_at`

/** Where the page begins that holds a position or an entry; the first page when it has no such entry. */
export async function startInSet(
  set: SortedSet,
  { at, around }: Pick<ListQuery, 'at' | 'around'>,
  { totals, pageSize }: { totals: Cursor['totals']; pageSize: number },
): Promise<Start> {
  const position = around === undefined ? at : await positionOf(set, around, totals)
  const start = position === undefined ? 0 : pageStart(position, totals.total, pageSize)
  if (start === 0) return FIRST
  const [before] = await db().$queryRaw<Placed[]>`
    SELECT ${placeColumns} FROM ${set.table} e WHERE ${set.where}
    ORDER BY ${sequenceOf(set)} OFFSET ${start - 1} LIMIT 1`
  // It became shorter meanwhile.
  return before === undefined ? FIRST : { position: start, after: setCursor(set, before, totals) }
}

async function positionOf(set: SortedSet, publicId: string, totals: Cursor['totals']): Promise<number | undefined> {
  const [row] = await db().$queryRaw<Placed[]>`
    SELECT ${placeColumns} FROM ${set.table} e WHERE ${set.where} AND e.public_id = ${publicId}`
  if (row === undefined) return undefined
  const before = besides(set, setCursor(set, row, totals), 'before')
  const [{ n }] = await db().$queryRaw<[{ n: number }]>`
    SELECT count(*)::int AS n FROM ${set.table} e WHERE ${set.where} AND ${before}`
  return n
}

/** How many entries there are under each letter, or month. */
export async function markGroups(set: SortedSet): Promise<MarkGroup[]> {
  const text =
    set.sort === 'name'
      ? Prisma.sql`left(e.sort_key, 1)`
      : Prisma.sql`to_char(${times[set.time]} AT TIME ZONE 'UTC', 'YYYY-MM')`
  const kind = set.foldersFirst ? Prisma.sql`e.kind::int` : Prisma.sql`${KIND_FILE}::int`
  return await db().$queryRaw<MarkGroup[]>`
    SELECT * FROM (
      SELECT ${kind} AS kind, ${text} AS text, count(*)::int AS n FROM ${set.table} e WHERE ${set.where} GROUP BY 1, 2
    ) found ORDER BY kind, text COLLATE "C"`
}
