import { Prisma } from '../../generated/prisma/client.ts'
import type { Transaction } from '../db.ts'
import type { Category, EntryItem, EntryTag } from './entry-item.ts'

export const KIND_FOLDER = 0
export const KIND_FILE = 1

/** A row of the table `entry` with what its blob adds. */
export interface EntryRow {
  id: bigint
  public_id: string
  parent_id: bigint | null
  kind: number
  name: string
  sort_key: string
  size: bigint
  category: Category | null
  created_at: Date
  modified_at: Date
  content_type: string | null
  copies: number | null
  /** Entries directly in a folder. */
  items: number
  favourite: boolean
  tags: EntryTag[] | null
  /** A link leads to it. */
  shared: boolean
  /** Of a video, once it is known. */
  duration_ms: number | null
}

/**
 * The columns of an EntryRow, for queries FROM entryTables. All in one statement: each one more costs a page a third.
 * Stars and links are not asked for with EXISTS: PostgreSQL would read those of everybody into a table first.
 */
export const entryColumns = Prisma.sql`
  e.id, e.public_id, e.parent_id, e.kind::int, e.name, e.sort_key, e.size, e.category, e.created_at, e.modified_at,
  b.content_type, b.copies::int,
  coalesce((SELECT t.entries FROM folder_total t WHERE t.folder_id = e.id), 0)::int AS items,
  (SELECT f.entry_id FROM favourite f WHERE f.entry_id = e.id) IS NOT NULL AS favourite,
  (SELECT json_agg(json_build_object('id', t.public_id, 'name', t.name, 'colour', t.colour) ORDER BY t.name_key)
    FROM entry_tag m JOIN tag t ON t.id = m.tag_id WHERE m.entry_id = e.id) AS tags,
  (SELECT i.entry_id FROM share_item i JOIN share s ON s.id = i.share_id
    WHERE i.entry_id = e.id AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now())
    LIMIT 1) IS NOT NULL AS shared,
  CASE WHEN e.category = 'video'
    THEN (SELECT v.duration_ms FROM blob_media v WHERE v.blob_id = e.blob_id)
  END::float8 AS duration_ms`
export const entryTables = Prisma.sql`entry e LEFT JOIN blob b ON b.id = e.blob_id`

export function toItem(row: EntryRow): EntryItem {
  const isFolder = row.kind === KIND_FOLDER
  return {
    id: row.public_id,
    kind: isFolder ? 'folder' : 'file',
    name: row.name,
    size: Number(row.size),
    category: row.category,
    contentType: row.content_type,
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
    copies: row.copies,
    ...(isFolder ? { items: row.items } : {}),
  }
}

/** An item as its owner sees it: with star and tags, whether a link leads to it, and how long a video is. */
export function toOwnItem(row: EntryRow): EntryItem {
  const { favourite, tags, shared, duration_ms: durationMs } = row
  return {
    ...toItem(row),
    ...(favourite ? { favourite } : {}),
    ...(tags === null ? {} : { tags }),
    ...(shared ? { shared } : {}),
    ...(durationMs === null ? {} : { durationMs }),
  }
}

/** Items of one owner by internal id, in the order of `ids`; ids that are gone are left out. */
export async function loadItems(tx: Transaction, ids: readonly bigint[]): Promise<Map<bigint, EntryItem>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.$queryRaw<EntryRow[]>`
    SELECT ${entryColumns} FROM ${entryTables} WHERE e.id = ANY(${[...ids]}::bigint[])`
  const byId = new Map(rows.map((row) => [row.id, toOwnItem(row)]))
  const found = new Map<bigint, EntryItem>()
  for (const id of ids) {
    const item = byId.get(id)
    if (item) found.set(id, item)
  }
  return found
}
