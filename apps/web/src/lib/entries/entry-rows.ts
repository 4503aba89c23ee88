import { Prisma } from '../../generated/prisma/client.ts'
import type { Transaction } from '../db.ts'
import type { Category, EntryItem } from './entry-item.ts'
import { labelsOf } from './entry-labels.ts'

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
}

/** The columns of an EntryRow, for queries FROM entryTables. */
export const entryColumns = Prisma.sql`
  e.id, e.public_id, e.parent_id, e.kind::int, e.name, e.sort_key, e.size, e.category, e.created_at, e.modified_at,
  b.content_type, b.copies::int,
  coalesce((SELECT t.entries FROM folder_total t WHERE t.folder_id = e.id), 0)::int AS items`
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

/** Items as their owner sees them, with star and tags. */
export async function toOwnItems(tx: Transaction, rows: readonly EntryRow[]): Promise<EntryItem[]> {
  const labels = await labelsOf(
    tx,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...toItem(row), ...labels.get(row.id) }))
}

/** Items of one owner by internal id, in the order of `ids`; ids that are gone are left out. */
export async function loadItems(tx: Transaction, ids: readonly bigint[]): Promise<Map<bigint, EntryItem>> {
  const rows = await tx.$queryRaw<EntryRow[]>`
    SELECT ${entryColumns} FROM ${entryTables} WHERE e.id = ANY(${[...ids]}::bigint[])`
  const items = await toOwnItems(tx, rows)
  const byId = new Map(rows.map((row, index) => [row.id, items[index]]))
  const found = new Map<bigint, EntryItem>()
  for (const id of ids) {
    const item = byId.get(id)
    if (item) found.set(id, item)
  }
  return found
}
