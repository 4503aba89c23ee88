import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { gramsOfQuery, startGramsOfQuery } from '../../lib/entries/grams.ts'
import { hasWord } from '../../lib/entries/match-name.ts'
import { carries, countEntries, foldersBelow, inFolders, type SearchedTag, tagsNamed } from './narrowing.ts'
import type { SearchQuery } from './parse-query.ts'
import { type Candidate, candidateColumns, expectedHits, newestFound, type Sought, stretchFor } from './search-index.ts'
import { traitsOf } from './traits.ts'

/**
 * How many entries a search looks at, whatever was typed: two letters that half of all names have must not read half of all
 * names. Besides the newest, names that begin with the text are looked for, so that these are never missed for others.
 */
export interface Reach {
  newest: number
  beginnings: number
}

// Of a tag or a star that more entries carry, the newest of them are looked at.
const MARKED_MAX = 20_000
// Of folders with more, the newest entries of the whole drive soon have enough that lie in them.
const READ_WHOLE_MAX = 20_000

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
  // A single character has no pair; beside other words it is looked for in the names that these find.
  const words = query.texts.filter((text) => hasWord([text]))
  const grams = [...new Set((words.length > 0 ? words : query.texts).flatMap(gramsOfQuery))]
  if (query.texts.length > 0 && grams.length === 0) return []
  const tags = await tagsNamed(ownerId, query.tags)
  if (tags === null) return []
  const folders = query.inHere ? await foldersBelow(ownerId, wanted.folderId) : null
  const filters = Prisma.join(
    [Prisma.empty, ...filtersOf(query), ...tags.map(carries), ...(folders === null ? [] : [inFolders(folders)])],
    ' AND ',
  )
  const sought = { ownerId, grams, traits: traitsOf(await closed(ownerId, query)), filters, share: 1 }
  if (query.favourite) return await amongMarked(sought, starredBy(ownerId), reach.newest)
  const [tag] = tags
  const among: Among = { sought, tag, inFolder: folders?.entries, limit: reach.newest }
  return grams.length === 0 ? await withoutText(among, query) : await withText(among, wanted)
}

interface Among {
  sought: Sought
  /** That which fewest entries carry. */
  tag: SearchedTag | undefined
  /** How many entries lie in the folders. */
  inFolder: number | undefined
  limit: number
}

/** By the words, or by the tag or the folders: what reads fewer entries. */
async function withText({ sought, tag, inFolder, limit }: Among, { query, reach }: Wanted): Promise<Candidate[]> {
  const narrowed = { ...sought }
  if (tag !== undefined || inFolder !== undefined) {
    const [expected, all] = await Promise.all([expectedHits(sought), countEntries(sought.ownerId)])
    if (tag !== undefined) {
      if (Math.min(tag.entries, limit / (expected / all)) <= expected)
        return await amongMarked(sought, taggedWith(tag), limit)
      // What carries a tag is no even share of all entries: every name with the words is read.
      narrowed.share = 0
    } else if (inFolder !== undefined) {
      narrowed.share = Math.min(1, inFolder / all)
      if (inFolder <= Math.min(expected, stretchFor(limit) / narrowed.share)) return await amongAll(sought, limit)
    }
  }
  const found = await newestFound(narrowed, limit)
  if (found.length < limit) return found
  const starting = { ...narrowed, grams: [...sought.grams, ...startGramsOfQuery(query.texts[0] ?? '')] }
  return joined(await newestFound(starting, reach.beginnings), found)
}

/** Only filters. One of size or of time is a range of an index of each category; more are looked up, as words are. */
async function withoutText({ sought, tag, inFolder, limit }: Among, query: SearchQuery): Promise<Candidate[]> {
  if (tag !== undefined) return await amongMarked(sought, taggedWith(tag), limit)
  const { ownerId, traits, filters } = sought
  if (inFolder !== undefined) {
    if (inFolder <= READ_WHOLE_MAX) return await amongAll(sought, limit)
    return await db().$queryRaw<Candidate[]>`
      SELECT ${candidateColumns} FROM entry e
      WHERE e.owner_id = ${ownerId} AND e.trash_id IS NULL AND e.parent_id IS NOT NULL ${filters}
      ORDER BY e.created_at DESC, e.id DESC LIMIT ${limit}`
  }
  const ranges = traits.filter(({ trait }) => trait !== 'kind')
  if (ranges.length > 1) return await newestFound(sought, limit)
  const order = query.minSize === null ? Prisma.sql`e.modified_at DESC` : Prisma.sql`e.size DESC`
  const parts = partsOf(query.type).map(
    (part) => Prisma.sql`(
      SELECT ${candidateColumns} FROM entry e
      WHERE e.owner_id = ${ownerId} AND ${part} AND e.trash_id IS NULL ${filters}
      ORDER BY ${order}, e.id DESC LIMIT ${limit})`,
  )
  return await db().$queryRaw<Candidate[]>`
    SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) found ORDER BY modified_at DESC LIMIT ${limit}`
}

/**
 * A time without end ends with the person's entries: to look for the 170 months after this one took 27 ms, for this one 7.
 * Each end is one look at an index for each part.
 */
async function closed(ownerId: string, query: SearchQuery): Promise<SearchQuery> {
  const { after, before } = query
  if ((after === null) === (before === null)) return query
  const [extreme, outermost] =
    before === null ? [Prisma.sql`max`, Prisma.sql`greatest`] : [Prisma.sql`min`, Prisma.sql`least`]
  const ends = [...partsOf('folder'), ...partsOf(null)].map(
    (part) => Prisma.sql`(
      SELECT ${extreme}(e.modified_at) FROM entry e WHERE e.owner_id = ${ownerId} AND ${part} AND e.trash_id IS NULL)`,
  )
  const [{ end }] = await db().$queryRaw<[{ end: Date | null }]>`SELECT ${outermost}(${Prisma.join(ends)}) AS "end"`
  const time = end?.getTime() ?? null
  return { ...query, after: after ?? time, before: before ?? time }
}

/** Each of them has an index of its own. */
function partsOf(type: SearchQuery['type']): Prisma.Sql[] {
  if (type === 'folder') return [Prisma.sql`e.kind = 0 AND e.parent_id IS NOT NULL`]
  return (type === null ? ALL_CATEGORIES : [type]).map((name) => Prisma.sql`e.category = ${name} AND e.kind = 1`)
}

const named = (grams: readonly string[]) =>
  grams.length === 0 ? Prisma.empty : Prisma.sql`AND e.grams @> ${[...grams]}`

/** Everything in the folders is read. Materialized: else the planner walks over all entries for the newest of them. */
async function amongAll({ ownerId, grams, filters }: Sought, limit: number): Promise<Candidate[]> {
  return await db().$queryRaw<Candidate[]>`
    WITH fitting AS MATERIALIZED (
      SELECT ${candidateColumns} FROM entry e WHERE e.owner_id = ${ownerId} AND e.trash_id IS NULL ${named(grams)} ${filters}
    )
    SELECT id, kind, name, modified_at FROM fitting ORDER BY id DESC LIMIT ${limit}`
}

/**
 * What carries a tag or a star, from the newest entry on until there are enough. OFFSET 0: each entry is looked up by itself
 * and only as long as more are wanted.
 */
async function amongMarked(
  { ownerId, grams, filters }: Sought,
  marks: Prisma.Sql,
  limit: number,
): Promise<Candidate[]> {
  return await db().$queryRaw<Candidate[]>`
    SELECT fitting.* FROM (${marks} ORDER BY entry_id DESC LIMIT ${MARKED_MAX}) marked, LATERAL (
      SELECT ${candidateColumns} FROM entry e
      WHERE e.id = marked.entry_id AND e.owner_id = ${ownerId} AND e.trash_id IS NULL ${named(grams)} ${filters} OFFSET 0
    ) fitting ORDER BY marked.entry_id DESC LIMIT ${limit}`
}

const taggedWith = ({ id }: SearchedTag) => Prisma.sql`SELECT entry_id FROM entry_tag WHERE tag_id = ${id}`
const starredBy = (ownerId: string) => Prisma.sql`SELECT entry_id FROM favourite WHERE owner_id = ${ownerId}`

/** Conditions on `e` for all but text, tags and folders. */
function filtersOf({ type, minSize, maxSize, after, before }: SearchQuery): Prisma.Sql[] {
  const filters: Prisma.Sql[] = []
  if (type === 'folder') filters.push(Prisma.sql`e.kind = 0`)
  else if (type !== null) filters.push(Prisma.sql`e.category = ${type}`)
  if (minSize !== null || maxSize !== null) filters.push(Prisma.sql`e.kind = 1`)
  if (minSize !== null) filters.push(Prisma.sql`e.size >= ${minSize}::bigint`)
  if (maxSize !== null) filters.push(Prisma.sql`e.size <= ${maxSize}::bigint`)
  if (after !== null) filters.push(Prisma.sql`e.modified_at >= ${new Date(after)}`)
  if (before !== null) filters.push(Prisma.sql`e.modified_at < ${new Date(before)}`)
  return filters
}

function joined(...lists: readonly Candidate[][]): Candidate[] {
  return [...new Map(lists.flat().map((candidate) => [candidate.id, candidate])).values()]
}
