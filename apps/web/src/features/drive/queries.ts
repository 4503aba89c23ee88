import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import {
  type EntryRow,
  entryColumns,
  entryTables,
  KIND_FILE,
  KIND_FOLDER,
  toOwnItem,
} from '../../lib/entries/entry-rows.ts'
import { openFolder } from '../../lib/entries/open-entries.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import { besides, cursorAt, type Order, sequenceOf } from './folder-order.ts'
import { type Start, startAround, startAt } from './folder-position.ts'
import { listGathered } from './gathered.ts'
import { placeOfId } from './place.ts'
import { listRecent } from './recent-listing.ts'
import type { EntryPage, FolderTree, ListQuery } from './schema.ts'
import { listTrash } from './trash-listing.ts'

const PAGE_SIZE = 100

interface PageOptions extends Order {
  folderId: bigint
  after: Cursor | undefined
}

/** Rows of a page and one more, to know whether there is a next one: two ranges of an index, read in one statement. */
async function readPage({ folderId, after, ...order }: PageOptions): Promise<EntryRow[]> {
  const kinds = [KIND_FOLDER, KIND_FILE].filter((kind) => after === undefined || after.kind <= kind)
  const ranges = kinds.map((kind) => {
    const beyond = after?.kind === kind ? Prisma.sql`AND ${besides(after, kind, order, 'after')}` : Prisma.empty
    return Prisma.sql`(
      SELECT ${entryColumns} FROM ${entryTables}
      WHERE e.parent_id = ${folderId} AND e.kind = ${kind} AND e.trash_id IS NULL ${beyond}
      ORDER BY ${sequenceOf(kind, order)} LIMIT ${PAGE_SIZE + 1})`
  })
  const rows = await db().$queryRaw<EntryRow[]>`${Prisma.join(ranges, ' UNION ALL ')}`
  return rows.toSorted((a, b) => a.kind - b.kind).slice(0, PAGE_SIZE + 1)
}

/** One page of a folder: folders first, then files, each in the wanted order. */
export async function listEntries(ownerId: string, query: ListQuery): Promise<EntryPage> {
  const place = placeOfId(query.folder)
  if (place?.kind === 'trash') return listTrash(ownerId, query)
  if (place?.kind === 'recent') return listRecent(ownerId, query)
  if (place !== null && place.kind !== 'folder' && place.kind !== 'search') return listGathered(ownerId, place, query)
  const folder = await openFolder(db(), ownerId, query.folder)
  const order: Order = { sort: query.sort, dir: query.dir }
  const decoded = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const totals = { total: folder.total, totalBytes: folder.totalBytes }
  const start = await startOf({ ...order, folderId: folder.id, totals }, query)
  const rows = await readPage({ ...order, folderId: folder.id, after: start?.after ?? decoded })
  const page = rows.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  return {
    folder: { id: folder.publicId, name: folder.name, path: folder.path },
    items: page.map(toOwnItem),
    nextCursor: rows.length > PAGE_SIZE && last ? encodeCursor(cursorAt(last, order, totals)) : null,
    ...totals,
    ...(start === null ? {} : { start: start.position }),
  }
}

/** Where a page begins that was asked for by position or by an entry; null when a cursor says it. */
async function startOf(folder: Parameters<typeof startAt>[0], { at, around }: ListQuery): Promise<Start | null> {
  if (around !== undefined) return await startAround(folder, around, PAGE_SIZE)
  return at === undefined ? null : await startAt(folder, at, PAGE_SIZE)
}

const TREE_FOLDERS_MAX = 1000

/** The folders directly in a folder, for choosing a place; the first 1000 by name. */
export async function listFolderTree(ownerId: string, folderId: string): Promise<FolderTree> {
  const folder = await openFolder(db(), ownerId, folderId)
  const rows = await db().$queryRaw<{ public_id: string; name: string; has_children: boolean }[]>`
    SELECT e.public_id, e.name,
      EXISTS (SELECT 1 FROM entry c WHERE c.parent_id = e.id AND c.kind = 0 AND c.trash_id IS NULL) AS has_children
    FROM entry e WHERE e.parent_id = ${folder.id} AND e.kind = 0 AND e.trash_id IS NULL
    ORDER BY e.sort_key, e.id LIMIT ${TREE_FOLDERS_MAX}`
  return { folders: rows.map((row) => ({ id: row.public_id, name: row.name, hasChildren: row.has_children })) }
}
