import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { folded } from '../../lib/entries/folded.ts'
import { gramsOfQuery, startGramsOfQuery } from '../../lib/entries/grams.ts'
import { findFolder, notFound } from '../../lib/entries/open-entries.ts'
import { frequencyOf, searchKeys } from './gram-frequency.ts'
import type { SearchQuery } from './parse-query.ts'

/**
 * A search looks at so many entries at most, whatever was typed: two letters that half of all names have must not read
 * half of all names. First come names that begin with the text, so that these are never missed for others.
 */
export const CANDIDATES_MAX = 500
const BEGINNINGS_MAX = 200
// Above this, pieces are found faster by going through the newest entries than by their lists in the index.
const COMMON_ROWS = 20_000
const NEWEST_MAX = 20_000
const FOLDERS_MAX = 20_000
// Of so few folders everything is read; the index would bring what half of the drive has.
const FEW_FOLDERS = 100

const ALL_CATEGORIES = ['image', 'video', 'audio', 'document', 'archive', 'other']

export interface Candidate {
  id: bigint
  kind: number
  name: string
  modified_at: Date
}

const columns = Prisma.sql`e.id, e.kind::int, e.name, e.modified_at`

export interface Wanted {
  ownerId: string
  query: SearchQuery
  folderId: string
}

/** Entries that may be meant; their names are still to be compared. */
export async function findCandidates(wanted: Wanted): Promise<Candidate[]> {
  const { query } = wanted
  const grams = [...new Set(query.texts.flatMap(gramsOfQuery))]
  const folders = query.inHere ? await foldersBelow(wanted.ownerId, wanted.folderId) : null
  const filters = await filtersOf(wanted, folders)
  if (query.texts.length === 0) return await newestWith(wanted, filters)
  if (grams.length === 0) return []
  // A folder or a tag leaves few entries, whatever the words are.
  const isWide = !query.inHere && query.tags.length === 0
  if (isWide && (await isCommon(wanted, grams))) return await commonCandidates(wanted, grams, filters)
  if (folders !== null && folders.length <= FEW_FOLDERS) return await amongFew(wanted, grams, filters)
  const found = await withGrams(wanted, { grams, filters, limit: CANDIDATES_MAX })
  if (found.length < CANDIDATES_MAX) return found
  return joined(await beginnings(wanted, grams, filters), found)
}

/** Beginnings, then the newest of those that nearly every name would be among. */
async function commonCandidates(wanted: Wanted, grams: string[], filters: Prisma.Sql): Promise<Candidate[]> {
  const first = await beginnings(wanted, grams, filters)
  const newest = await db().$queryRaw<Candidate[]>`
    SELECT e.id, e.kind, e.name, e.modified_at FROM (
      SELECT e.id, e.kind::int AS kind, e.name, e.modified_at, e.size, e.category, e.parent_id, e.grams FROM entry e
      WHERE e.owner_id = ${wanted.ownerId} AND e.trash_id IS NULL
      ORDER BY e.created_at DESC, e.id DESC LIMIT ${NEWEST_MAX}
    ) e
    WHERE e.grams @> ${grams} AND e.parent_id IS NOT NULL ${filters} LIMIT ${CANDIDATES_MAX}`
  const found = joined(first, newest)
  if (newest.length === CANDIDATES_MAX) return found
  return joined(found, await withGrams(wanted, { grams, filters, limit: CANDIDATES_MAX }))
}

/** Names that begin with the character that the first text begins with, and have all of its pieces. */
async function beginnings(wanted: Wanted, grams: string[], filters: Prisma.Sql): Promise<Candidate[]> {
  const [text = ''] = wanted.query.texts
  const starting = [...grams, ...startGramsOfQuery(text)]
  if (await isCommon(wanted, starting)) return []
  return await withGrams(wanted, { grams: starting, filters, limit: BEGINNINGS_MAX })
}

async function isCommon({ ownerId }: Wanted, grams: readonly string[]): Promise<boolean> {
  return (await frequencyOf(await searchKeys(ownerId, grams))) > COMMON_ROWS
}

interface ByGrams {
  grams: string[]
  filters: Prisma.Sql
  limit: number
}

// Materialized: planned as if all were read. With the LIMIT inside, the planner takes a walk over the whole table for
// cheap, in the hope of meeting enough on the way.
async function withGrams({ ownerId }: Wanted, { grams, filters, limit }: ByGrams): Promise<Candidate[]> {
  return await db().$queryRaw<Candidate[]>`
    WITH found AS MATERIALIZED (
      SELECT ${columns} FROM entry e
      WHERE search_keys(e.owner_id, e.grams) @> search_keys(${ownerId}, ${grams}) AND e.owner_id = ${ownerId}
        AND e.trash_id IS NULL AND e.parent_id IS NOT NULL ${filters}
    )
    SELECT id, kind, name, modified_at FROM found LIMIT ${limit}`
}

async function amongFew({ ownerId }: Wanted, grams: string[], filters: Prisma.Sql): Promise<Candidate[]> {
  return await db().$queryRaw<Candidate[]>`
    SELECT ${columns} FROM entry e
    WHERE e.owner_id = ${ownerId} AND e.grams @> ${grams} AND e.trash_id IS NULL ${filters} LIMIT ${CANDIDATES_MAX}`
}

/** Only filters: the newest, each category through its own index. */
async function newestWith({ ownerId, query }: Wanted, filters: Prisma.Sql): Promise<Candidate[]> {
  if (query.type === 'folder' || query.tags.length > 0 || query.inHere) {
    return await db().$queryRaw<Candidate[]>`
      SELECT ${columns} FROM entry e
      WHERE e.owner_id = ${ownerId} AND e.trash_id IS NULL AND e.parent_id IS NOT NULL ${filters}
      ORDER BY e.created_at DESC, e.id DESC LIMIT ${CANDIDATES_MAX}`
  }
  const order = query.minSize === null ? Prisma.sql`e.modified_at DESC` : Prisma.sql`e.size DESC`
  const parts = (query.type === null ? ALL_CATEGORIES : [query.type]).map(
    (category) => Prisma.sql`(
      SELECT ${columns} FROM entry e
      WHERE e.owner_id = ${ownerId} AND e.category = ${category} AND e.kind = 1 AND e.trash_id IS NULL ${filters}
      ORDER BY ${order}, e.id DESC LIMIT ${CANDIDATES_MAX})`,
  )
  return await db().$queryRaw<Candidate[]>`
    SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) found ORDER BY modified_at DESC LIMIT ${CANDIDATES_MAX}`
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
