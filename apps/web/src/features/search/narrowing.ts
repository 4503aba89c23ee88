import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { folded } from '../../lib/entries/folded.ts'
import { findFolder, notFound } from '../../lib/entries/open-entries.ts'

const FOLDERS_MAX = 20_000

/** Folders that a search keeps to, and how many entries lie in them. */
export interface SearchedFolders {
  ids: bigint[]
  entries: number
}

/** A tag that entries must carry, and how many do. */
export interface SearchedTag {
  id: bigint
  entries: number
}

/** A folder and those below it; of a tree with more than 20,000 folders the upper ones. */
export async function foldersBelow(ownerId: string, folderId: string): Promise<SearchedFolders> {
  const folder = await findFolder(db(), ownerId, folderId)
  if (folder === undefined) throw notFound()
  const rows = await db().$queryRaw<{ id: bigint; entries: number }[]>`
    WITH RECURSIVE down AS (
      SELECT ${folder.id}::bigint AS id, 0 AS level
      UNION ALL
      SELECT c.id, down.level + 1 FROM down JOIN entry c ON c.parent_id = down.id
      WHERE c.kind = 0 AND c.trash_id IS NULL AND down.level < 128
    ), upper AS (SELECT id FROM down LIMIT ${FOLDERS_MAX})
    SELECT upper.id, coalesce(t.entries, 0)::float8 AS entries
    FROM upper LEFT JOIN folder_total t ON t.folder_id = upper.id`
  return { ids: rows.map(({ id }) => id), entries: rows.reduce((sum, { entries }) => sum + entries, 0) }
}

/** Tags by their names, that which fewest carry first; null when there is no such tag. */
export async function tagsNamed(ownerId: string, names: readonly string[]): Promise<SearchedTag[] | null> {
  const keys = [...new Set(names.map(folded))]
  if (keys.length === 0) return []
  const tags = await db().$queryRaw<SearchedTag[]>`
    SELECT t.id, coalesce(s.entries, 0)::float8 AS entries FROM tag t LEFT JOIN tag_total s ON s.tag_id = t.id
    WHERE t.owner_id = ${ownerId} AND t.name_key = ANY(${keys}::text[]) ORDER BY entries, t.id`
  return tags.length < keys.length ? null : tags
}

/** How many entries a person has outside trash, folders not counted; at least one. */
export async function countEntries(ownerId: string): Promise<number> {
  const [count] = await db().$queryRaw<[{ entries: number }]>`
    SELECT coalesce(sum(files), 0)::float8 AS entries FROM owner_category WHERE owner_id = ${ownerId}`
  return Math.max(1, count.entries)
}

export const inFolders = ({ ids }: SearchedFolders) => Prisma.sql`e.parent_id = ANY(${ids}::bigint[])`

export const carries = ({ id }: SearchedTag) =>
  Prisma.sql`EXISTS (SELECT FROM entry_tag m WHERE m.tag_id = ${id} AND m.entry_id = e.id)`
