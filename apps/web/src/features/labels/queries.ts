import { db } from '../../lib/db.ts'
import type { Category } from '../../lib/entries/entry-item.ts'
import type { Labels, TagItem, TypeCount } from './schema.ts'

const TAGS_MAX = 1000
/** More than fit beside each other; the rest are found by search. */
const TYPES_MAX = 8

interface TagRow {
  public_id: string
  name: string
  colour: string
  entries: number
}

/** Counts of categories, tags and links of one person. */
export async function readLabels(ownerId: string): Promise<Labels> {
  const [counts, types, tags, links] = await Promise.all([
    db().ownerCategory.findMany({ where: { ownerId, files: { gt: 0 } } }),
    listTypes(ownerId),
    listTags(ownerId),
    db().share.count({ where: { ownerId } }),
  ])
  const categories = counts.map(({ category, files, bytes }) => ({
    // The table has a CHECK on the same words.
    category: category as Category,
    files: Number(files),
    bytes: Number(bytes),
  }))
  return { categories, types, tags, links }
}

/** What nothing tells the type of is in no list. */
async function listTypes(ownerId: string): Promise<TypeCount[]> {
  return await db().$queryRaw<TypeCount[]>`
    SELECT category, type, files::float8, bytes::float8 FROM (
      SELECT *, row_number() OVER (PARTITION BY category ORDER BY files DESC, type) AS place
      FROM owner_type WHERE owner_id = ${ownerId} AND files > 0 AND type <> ''
    ) ranked WHERE place <= ${TYPES_MAX} ORDER BY category, place`
}

async function listTags(ownerId: string): Promise<TagItem[]> {
  const rows = await db().$queryRaw<TagRow[]>`
    SELECT t.public_id, t.name, t.colour, coalesce(s.entries, 0)::int AS entries
    FROM tag t LEFT JOIN tag_total s ON s.tag_id = t.id WHERE t.owner_id = ${ownerId}
    ORDER BY entries DESC, t.name_key LIMIT ${TAGS_MAX}`
  return rows.map(({ public_id, ...tag }) => ({ id: public_id, ...tag }))
}
