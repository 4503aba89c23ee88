import { db } from '../../lib/db.ts'
import type { Category } from '../../lib/entries/entry-item.ts'
import type { Labels, TagItem } from './schema.ts'

const TAGS_MAX = 1000

interface TagRow {
  public_id: string
  name: string
  colour: string
  entries: number
}

/** Counts of categories and tags of one person. */
export async function readLabels(ownerId: string): Promise<Labels> {
  const [counts, tags] = await Promise.all([
    db().ownerCategory.findMany({ where: { ownerId, files: { gt: 0 } } }),
    listTags(ownerId),
  ])
  const categories = counts.map(({ category, files, bytes }) => ({
    // The table has a CHECK on the same words.
    category: category as Category,
    files: Number(files),
    bytes: Number(bytes),
  }))
  return { categories, tags }
}

async function listTags(ownerId: string): Promise<TagItem[]> {
  const rows = await db().$queryRaw<TagRow[]>`
    SELECT t.public_id, t.name, t.colour, (
      SELECT count(*)::int FROM entry_tag m JOIN entry e ON e.id = m.entry_id AND e.trash_id IS NULL
      WHERE m.tag_id = t.id
    ) AS entries
    FROM tag t WHERE t.owner_id = ${ownerId}
    ORDER BY entries DESC, t.name_key LIMIT ${TAGS_MAX}`
  return rows.map(({ public_id, ...tag }) => ({ id: public_id, ...tag }))
}
