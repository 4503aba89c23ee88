import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { type EntryRow, KIND_FILE, KIND_FOLDER } from '../../lib/entries/entry-rows.ts'
import type { Cursor } from './cursor.ts'
import { besides, cursorAt, type Order, sequenceOf } from './folder-order.ts'

/** A page that begins in the middle: the position of its first entry, and the cursor of the one before. */
export interface Start {
  position: number
  after: Cursor | undefined
}

export const FIRST: Start = { position: 0, after: undefined }

interface Folder extends Order {
  folderId: bigint
  totals: Cursor['totals']
}

type Row = Pick<EntryRow, 'id' | 'kind' | 'sort_key' | 'size' | 'modified_at'>

const inFolder = (folderId: bigint, kind: number) =>
  Prisma.sql`e.parent_id = ${folderId} AND e.kind = ${kind} AND e.trash_id IS NULL`

/** Where the page of this length begins that holds a position of a list; of the last one when it is behind the end. */
export function pageStart(position: number, total: number, pageSize: number): number {
  return Math.floor(Math.min(position, Math.max(0, total - 1)) / pageSize) * pageSize
}

/**
 * Where the page of this length that holds a position begins. The index alone is walked up to there: 20 ms for the
 * 100,000th entry.
 */
export async function startAt(folder: Folder, position: number, pageSize: number): Promise<Start> {
  const start = pageStart(position, folder.totals.total, pageSize)
  if (start === 0) return FIRST
  const folders = await countFolders(folder.folderId)
  const before =
    start <= folders ? await rowAt(folder, KIND_FOLDER, start - 1) : await rowAt(folder, KIND_FILE, start - 1 - folders)
  // It became shorter meanwhile.
  return before === undefined ? FIRST : { position: start, after: cursorAt(before, folder, folder.totals) }
}

/** Where the page with an entry begins; the first page when it is not in this folder. */
export async function startAround(folder: Folder, publicId: string, pageSize: number): Promise<Start> {
  const [row] = await db().$queryRaw<Row[]>`
    SELECT e.id, e.kind::int, e.sort_key, e.size, e.modified_at FROM entry e
    WHERE e.public_id = ${publicId} AND e.parent_id = ${folder.folderId} AND e.trash_id IS NULL`
  if (row === undefined) return FIRST
  const before = besides(cursorAt(row, folder, folder.totals), row.kind, folder, 'before')
  const [{ n }] = await db().$queryRaw<[{ n: number }]>`
    SELECT count(*)::int AS n FROM entry e WHERE ${inFolder(folder.folderId, row.kind)} AND ${before}`
  const folders = row.kind === KIND_FILE ? await countFolders(folder.folderId) : 0
  return await startAt(folder, folders + n, pageSize)
}

async function countFolders(folderId: bigint): Promise<number> {
  const [{ n }] = await db().$queryRaw<[{ n: number }]>`
    SELECT count(*)::int AS n FROM entry e WHERE ${inFolder(folderId, KIND_FOLDER)}`
  return n
}

async function rowAt(folder: Folder, kind: number, offset: number): Promise<Row | undefined> {
  const [row] = await db().$queryRaw<Row[]>`
    SELECT e.id, e.kind::int, e.sort_key, e.size, e.modified_at FROM entry e WHERE e.id = (
      SELECT e.id FROM entry e WHERE ${inFolder(folder.folderId, kind)}
      ORDER BY ${sequenceOf(kind, folder)} OFFSET ${offset} LIMIT 1
    )`
  return row
}
