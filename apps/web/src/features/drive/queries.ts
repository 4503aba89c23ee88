import { Prisma } from '../../generated/prisma/client.ts'
import { db, type Transaction } from '../../lib/db.ts'
import {
  type EntryRow,
  entryColumns,
  entryTables,
  KIND_FILE,
  KIND_FOLDER,
  toOwnItems,
} from '../../lib/entries/entry-rows.ts'
import { openFolder } from '../../lib/entries/open-entries.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import { besides, cursorAt, type Order, sequenceOf } from './folder-order.ts'
import { type Start, startAround, startAt } from './folder-position.ts'
import { listGathered } from './gathered.ts'
import { placeOfId } from './place.ts'
import type { EntryPage, FolderTree, ListQuery } from './schema.ts'
import { listTrash } from './trash-listing.ts'

const PAGE_SIZE = 100

interface RangeOptions extends Order {
  folderId: bigint
  kind: number
  after: Cursor | undefined
  limit: number
}

async function readRange(tx: Transaction, { folderId, kind, after, limit, ...order }: RangeOptions) {
  const beyond = after ? Prisma.sql`AND ${besides(after, kind, order, 'after')}` : Prisma.empty
  return await tx.$queryRaw<EntryRow[]>`
    SELECT ${entryColumns} FROM ${entryTables}
    WHERE e.parent_id = ${folderId} AND e.kind = ${kind} AND e.trash_id IS NULL ${beyond}
    ORDER BY ${sequenceOf(kind, order)} LIMIT ${limit}`
}

/** One page of a folder: folders first, then files, each in the wanted order. */
export async function listEntries(ownerId: string, query: ListQuery): Promise<EntryPage> {
  const place = placeOfId(query.folder)
  if (place?.kind === 'trash') return listTrash(ownerId, query)
  if (place !== null && place.kind !== 'folder' && place.kind !== 'search') return listGathered(ownerId, place, query)
  const folder = await openFolder(db(), ownerId, query.folder)
  const order: Order = { sort: query.sort, dir: query.dir }
  const decoded = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const totals = decoded?.totals ?? (await totalsOf(folder.id))
  const start = await startOf({ ...order, folderId: folder.id, totals }, query)
  const after = start?.after ?? decoded
  const rows: EntryRow[] = []
  for (const kind of [KIND_FOLDER, KIND_FILE]) {
    if (after && after.kind > kind) continue
    // One more than a page, to know whether there is a next one.
    const limit = PAGE_SIZE + 1 - rows.length
    const range = { ...order, folderId: folder.id, kind, after: after?.kind === kind ? after : undefined, limit }
    if (limit > 0) rows.push(...(await readRange(db(), range)))
  }
  const page = rows.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  return {
    folder: { id: folder.publicId, name: folder.name, path: folder.path },
    items: await toOwnItems(db(), page),
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

async function totalsOf(folderId: bigint): Promise<Cursor['totals']> {
  const totals = await db().folderTotal.findUnique({ where: { folderId } })
  return { total: Number(totals?.entries ?? 0), totalBytes: Number(totals?.bytes ?? 0) }
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
