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
import { notFound } from '../../lib/entries/open-entries.ts'
import { RECENT_MAX } from '../../lib/entries/select-entries.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import { type Place, placeId } from './place.ts'
import type { EntryPage, ListQuery, SortKey } from './schema.ts'

const PAGE_SIZE = 100

type GatheredPlace = Extract<Place, { kind: 'category' } | { kind: 'tag' }> | { kind: 'recent' | 'favourites' }

type Row = EntryRow & { at: Date | null }
type Totals = Cursor['totals']

interface Listing {
  name: string
  /** Rows of a page and one more. */
  read: (after: Cursor | undefined) => Promise<Row[]>
  totals: () => Promise<Totals>
  keyOf: (row: Row) => string
  /** Where it ends, though there is more. */
  max?: number
}

/** One page of what is gathered from the whole drive, each entry with the folders above it. */
export async function listGathered(ownerId: string, place: GatheredPlace, query: ListQuery): Promise<EntryPage> {
  const listing = await openListing(ownerId, place, query)
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const rows = await listing.read(after)
  const totals = after?.totals ?? (await listing.totals())
  const page = rows.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  // The order is decided by key and id; in the cursor's name goes how much has been sent.
  const sent = page.length + (after === undefined ? 0 : Number(after.name) || 0)
  return {
    folder: { id: placeId(place), name: listing.name, path: [] },
    items: await describe(page),
    nextCursor:
      rows.length > PAGE_SIZE && last && sent < (listing.max ?? Number.POSITIVE_INFINITY)
        ? encodeCursor({
            kind: last.kind === KIND_FILE ? KIND_FILE : KIND_FOLDER,
            key: listing.keyOf(last),
            name: String(sent),
            id: String(last.id),
            totals,
          })
        : null,
    ...totals,
  }
}

/** Without those that lie below something in trash: a job has yet to mark them. */
async function describe(rows: readonly Row[]): Promise<EntryPage['items']> {
  const paths = await pathsOf(
    db(),
    rows.map(({ id }) => id),
  )
  return rows.flatMap((row) => {
    const where = paths.get(row.id)
    return where === undefined
      ? []
      : [{ ...toOwnItem(row), where, ...(row.at === null ? {} : { at: row.at.toISOString() }) }]
  })
}

async function openListing(ownerId: string, place: GatheredPlace, query: ListQuery): Promise<Listing> {
  if (place.kind === 'category') return categoryListing(ownerId, place.category, query)
  if (place.kind === 'tag') {
    const tag = await db().tag.findFirst({ where: { ownerId, publicId: place.id } })
    if (tag === null) throw notFound()
    return labelListing(tag.name, Prisma.sql`SELECT m.entry_id FROM entry_tag m WHERE m.tag_id = ${tag.id}`, query)
  }
  if (place.kind === 'recent') return recentListing(ownerId)
  return labelListing('', Prisma.sql`SELECT f.entry_id FROM favourite f WHERE f.owner_id = ${ownerId}`, query)
}

const sortColumns: Record<SortKey, { column: Prisma.Sql; cast: Prisma.Sql }> = {
  name: { column: Prisma.sql`e.sort_key`, cast: Prisma.sql`text` },
  size: { column: Prisma.sql`e.size`, cast: Prisma.sql`bigint` },
  modified: { column: Prisma.sql`e.modified_at`, cast: Prisma.sql`timestamptz` },
}

function keyOf(sort: SortKey): (row: Row) => string {
  return (row) => ({ name: row.sort_key, size: String(row.size), modified: row.modified_at.toISOString() })[sort]
}

/** Each order reads its own index from the cursor on. */
function categoryListing(ownerId: string, category: string, { sort, dir }: ListQuery): Listing {
  const { column, cast } = sortColumns[sort]
  const [compare, direction] = dir === 'asc' ? [Prisma.sql`>`, Prisma.sql`ASC`] : [Prisma.sql`<`, Prisma.sql`DESC`]
  return {
    name: '',
    keyOf: keyOf(sort),
    read: async (after) => {
      const beyond = after
        ? Prisma.sql`AND (${column}, e.id) ${compare} (${after.key}::${cast}, ${after.id}::bigint)`
        : Prisma.empty
      return await db().$queryRaw<Row[]>`
        SELECT ${entryColumns}, NULL::timestamptz AS at FROM ${entryTables}
        WHERE e.owner_id = ${ownerId} AND e.category = ${category} AND e.kind = 1 AND e.trash_id IS NULL
          ${beyond}
        ORDER BY ${column} ${direction}, e.id ${direction} LIMIT ${PAGE_SIZE + 1}`
    },
    totals: async () => {
      const count = await db().ownerCategory.findUnique({ where: { ownerId_category: { ownerId, category } } })
      return { total: Number(count?.files ?? 0), totalBytes: Number(count?.bytes ?? 0) }
    },
  }
}

async function counted(rows: Prisma.Sql): Promise<Totals> {
  const [sums] = await db().$queryRaw<[{ total: bigint; bytes: bigint }]>`
    SELECT count(*) AS total, coalesce(sum(size), 0)::bigint AS bytes FROM (${rows}) found`
  return { total: Number(sums.total), totalBytes: Number(sums.bytes) }
}

/** What carries a label, folders first. People label by hand: so few that they are sorted on the way. */
function labelListing(name: string, ids: Prisma.Sql, { sort, dir }: ListQuery): Listing {
  const { column, cast } = sortColumns[sort]
  const [compare, direction] = dir === 'asc' ? [Prisma.sql`>`, Prisma.sql`ASC`] : [Prisma.sql`<`, Prisma.sql`DESC`]
  return {
    name,
    keyOf: keyOf(sort),
    read: async (after) => {
      const beyond = after
        ? Prisma.sql`AND (e.kind > ${after.kind} OR (e.kind = ${after.kind}
            AND (${column}, e.id) ${compare} (${after.key}::${cast}, ${after.id}::bigint)))`
        : Prisma.empty
      return await db().$queryRaw<Row[]>`
        SELECT ${entryColumns}, NULL::timestamptz AS at FROM ${entryTables}
        WHERE e.id IN (${ids}) AND e.trash_id IS NULL ${beyond}
        ORDER BY e.kind, ${column} ${direction}, e.id ${direction} LIMIT ${PAGE_SIZE + 1}`
    },
    totals: () => counted(Prisma.sql`SELECT e.size FROM entry e WHERE e.id IN (${ids}) AND e.trash_id IS NULL`),
  }
}

/** Files opened or added, the last first: two indexes, each read from its newest end. */
function recentListing(ownerId: string): Listing {
  return {
    name: '',
    max: RECENT_MAX,
    keyOf: ({ at }) => (at ?? new Date(0)).toISOString(),
    read: async (after) => {
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
    },
    totals: async () => {
      const counts = await db().ownerCategory.findMany({ where: { ownerId } })
      const files = counts.reduce((sum, count) => sum + Number(count.files), 0)
      return { total: Math.min(RECENT_MAX, files), totalBytes: 0 }
    },
  }
}
