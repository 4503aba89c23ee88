import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { folded } from '../../lib/entries/folded.ts'
import { gramsOfQuery, startGramsOfQuery } from '../../lib/entries/grams.ts'
import { findFolder, notFound } from '../../lib/entries/open-entries.ts'
import type { SearchQuery } from './parse-query.ts'
import { type Candidate, candidateColumns, newestFound, type Sought } from './search-index.ts'
import { traitsOf } from './traits.ts'

/**
 * How many entries a search looks at, whatever was typed: two letters that half of all names have must not read half of all
 * names. Besides the newest, names that begin with the text are looked for, so that these are never missed for others.
 */
export interface Reach {
  newest: number
  beginnings: number
}

const FOLDERS_MAX = 20_000
// Of so few folders everything is read; the index would bring what half of the drive has.
const FEW_FOLDERS = 100

const ALL_CATEGORIES = ['image', 'video', 'audio', 'document', 'archive', 'other']

export interface Wanted {
  ownerId: string
  query: SearchQuery
  folderId: string
  reach: Reach
}

/** Entries that may be meant; their names are still to be compared. */
export async function findCandidates(wanted: Wanted): Promise<Candidate[]> {
  const { ownerId, query, reach } = wanted
  const grams = [...new Set(query.texts.flatMap(gramsOfQuery))]
  if (query.texts.length > 0 && grams.length === 0) return []
  const folders = query.inHere ? await foldersBelow(ownerId, wanted.folderId) : null
  const filters = await filtersOf(wanted, folders)
  const isNarrow = query.inHere || query.tags.length > 0
  const sought = { ownerId, grams, traits: traitsOf(query), filters, isNarrow }
  if (grams.length === 0) return await withoutText(sought, wanted)
  if (folders !== null && folders.length <= FEW_FOLDERS) return await amongFew(wanted, grams, filters)
  const found = await newestFound(sought, reach.newest)
  if (found.length < reach.newest) return found
  const starting = { ...sought, grams: [...grams, ...startGramsOfQuery(query.texts[0] ?? '')] }
  return joined(await newestFound(starting, reach.beginnings), found)
}

async function amongFew({ ownerId, reach }: Wanted, grams: string[], filters: Prisma.Sql): Promise<Candidate[]> {
  return await db().$queryRaw<Candidate[]>`
    SELECT ${candidateColumns} FROM entry e
    WHERE e.owner_id = ${ownerId} AND e.grams @> ${grams} AND e.trash_id IS NULL ${filters} LIMIT ${reach.newest}`
}

/** Only filters. One of size or of time is a range of an index of each category; more are looked up, as words are. */
async function withoutText(sought: Sought, { query, reach }: Wanted): Promise<Candidate[]> {
  const { ownerId, filters } = sought
  if (sought.isNarrow) {
    return await db().$queryRaw<Candidate[]>`
      SELECT ${candidateColumns} FROM entry e
      WHERE e.owner_id = ${ownerId} AND e.trash_id IS NULL AND e.parent_id IS NOT NULL ${filters}
      ORDER BY e.created_at DESC, e.id DESC LIMIT ${reach.newest}`
  }
  const ranges = sought.traits.filter(({ trait }) => trait !== 'kind')
  if (query.type === 'folder' || ranges.length > 1) return await newestFound(sought, reach.newest)
  const order = query.minSize === null ? Prisma.sql`e.modified_at DESC` : Prisma.sql`e.size DESC`
  const parts = (query.type === null ? ALL_CATEGORIES : [query.type]).map(
    (category) => Prisma.sql`(
      SELECT ${candidateColumns} FROM entry e
      WHERE e.owner_id = ${ownerId} AND e.category = ${category} AND e.kind = 1 AND e.trash_id IS NULL ${filters}
      ORDER BY ${order}, e.id DESC LIMIT ${reach.newest})`,
  )
  return await db().$queryRaw<Candidate[]>`
    SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) found ORDER BY modified_at DESC LIMIT ${reach.newest}`
}

/** Conditions on `e` for all but the text. */
async function filtersOf({ ownerId, query }: Wanted, folders: readonly bigint[] | null): Promise<Prisma.Sql> {
  const { type, minSize, maxSize, after, before } = query
  const filters = [Prisma.empty]
  if (type === 'folder') filters.push(Prisma.sql`e.kind = 0`)
  else if (type !== null) filters.push(Prisma.sql`e.category = ${type}`)
  if (minSize !== null || maxSize !== null) filters.push(Prisma.sql`e.kind = 1`)
  if (minSize !== null) filters.push(Prisma.sql`e.size >= ${minSize}::bigint`)
  if (maxSize !== null) filters.push(Prisma.sql`e.size <= ${maxSize}::bigint`)
  if (after !== null) filters.push(Prisma.sql`e.modified_at >= ${new Date(after)}`)
  if (before !== null) filters.push(Prisma.sql`e.modified_at < ${new Date(before)}`)
  for (const name of query.tags) filters.push(await taggedWith(ownerId, name))
  if (folders !== null) filters.push(Prisma.sql`e.parent_id = ANY(${[...folders]}::bigint[])`)
  return Prisma.join(filters, ' AND ')
}

async function taggedWith(ownerId: string, name: string): Promise<Prisma.Sql> {
  const tag = await db().tag.findFirst({ where: { ownerId, nameKey: folded(name) }, select: { id: true } })
  return Prisma.sql`e.id IN (SELECT m.entry_id FROM entry_tag m WHERE m.tag_id = ${tag?.id ?? null}::bigint)`
}

/** A folder and those below it; of a tree with more than 20,000 folders the upper ones. */
async function foldersBelow(ownerId: string, folderId: string): Promise<bigint[]> {
  const folder = await findFolder(db(), ownerId, folderId)
  if (folder === undefined) throw notFound()
  const rows = await db().$queryRaw<{ id: bigint }[]>`
    WITH RECURSIVE down AS (
      SELECT ${folder.id}::bigint AS id, 0 AS level
      UNION ALL
      SELECT c.id, down.level + 1 FROM down JOIN entry c ON c.parent_id = down.id
      WHERE c.kind = 0 AND c.trash_id IS NULL AND down.level < 128
    )
    SELECT id FROM down LIMIT ${FOLDERS_MAX}`
  return rows.map((row) => row.id)
}

function joined(...lists: readonly Candidate[][]): Candidate[] {
  return [...new Map(lists.flat().map((candidate) => [candidate.id, candidate])).values()]
}
