import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { notFound } from '../../lib/entries/open-entries.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import { type Place, placeId } from './place.ts'
import type { EntryPage, ListQuery } from './schema.ts'
import { allEntries, readSet, type SortedSet, setCursor, startInSet } from './sorted-set.ts'
import { withPlaces } from './with-places.ts'

const PAGE_SIZE = 100

export type GatheredPlace = Extract<Place, { kind: 'category' } | { kind: 'tag' }> | { kind: 'favourites' }

type Totals = Cursor['totals']

interface Gathered {
  name: string
  set: SortedSet
  totals: () => Promise<Totals>
}

/** One page of what is gathered from the whole drive, each entry with the folders above it. */
export async function listGathered(ownerId: string, place: GatheredPlace, query: ListQuery): Promise<EntryPage> {
  const { name, set, totals: count } = await openGathered(ownerId, place, query)
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const totals = cursor?.totals ?? (await count())
  const isJump = query.at !== undefined || query.around !== undefined
  const start = isJump ? await startInSet(set, query, { totals, pageSize: PAGE_SIZE }) : null
  const rows = await readSet(set, start?.after ?? cursor, PAGE_SIZE + 1)
  const page = rows.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  return {
    folder: { id: placeId(place), name, path: [] },
    items: await withPlaces(page),
    nextCursor: rows.length > PAGE_SIZE && last ? encodeCursor(setCursor(set, last, totals)) : null,
    ...totals,
    ...(start === null ? {} : { start: start.position }),
  }
}

type Order = Pick<ListQuery, 'sort' | 'dir'>

/** Throws not_found when there is no such tag. */
export async function openGathered(ownerId: string, place: GatheredPlace, { sort, dir }: Order): Promise<Gathered> {
  if (place.kind === 'category') return openCategory(ownerId, place, { sort, dir })
  if (place.kind === 'tag') {
    const tag = await db().tag.findFirst({ where: { ownerId, publicId: place.id } })
    if (tag === null) throw notFound()
    const labelled = Prisma.sql`SELECT m.entry_id FROM entry_tag m WHERE m.tag_id = ${tag.id}`
    const totals = async () => {
      const total = await db().tagTotal.findUnique({ where: { tagId: tag.id } })
      return { total: Number(total?.entries ?? 0), totalBytes: Number(total?.bytes ?? 0) }
    }
    return { ...openLabel(tag.name, labelled, { sort, dir }), totals }
  }
  return openLabel('', Prisma.sql`SELECT f.entry_id FROM favourite f WHERE f.owner_id = ${ownerId}`, { sort, dir })
}

/** Each order reads its own index from the cursor on. */
function openCategory(
  ownerId: string,
  { category, type }: Extract<Place, { kind: 'category' }>,
  order: Order,
): Gathered {
  const ofType = type === undefined ? Prisma.empty : Prisma.sql`AND e.type = ${type}`
  return {
    name: '',
    set: {
      ...order,
      table: allEntries,
      where: Prisma.sql`e.owner_id = ${ownerId} AND e.category = ${category} AND e.kind = 1 AND e.trash_id IS NULL ${ofType}`,
      time: 'modified',
      foldersFirst: false,
    },
    totals: async () => {
      const count =
        type === undefined
          ? await db().ownerCategory.findUnique({ where: { ownerId_category: { ownerId, category } } })
          : await db().ownerType.findUnique({ where: { ownerId_category_type: { ownerId, category, type } } })
      return { total: Number(count?.files ?? 0), totalBytes: Number(count?.bytes ?? 0) }
    },
  }
}

/** What carries a label, folders first, sorted on the way: from a table as small as what people have labelled. */
function openLabel(name: string, labelled: Prisma.Sql, order: Order): Gathered {
  const table = Prisma.sql`labelled_entry`
  const where = Prisma.sql`e.id IN (${labelled}) AND e.trash_id IS NULL`
  return {
    name,
    set: { ...order, table, where, time: 'modified', foldersFirst: true },
    totals: async () => {
      const [sums] = await db().$queryRaw<[{ total: bigint; bytes: bigint }]>`
        SELECT count(*) AS total, coalesce(sum(e.size), 0)::bigint AS bytes FROM ${table} e WHERE ${where}`
      return { total: Number(sums.total), totalBytes: Number(sums.bytes) }
    },
  }
}
