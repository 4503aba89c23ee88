import { Prisma } from '../../generated/prisma/client.ts'
import { ApiError } from '../api-error.ts'
import type { Transaction } from '../db.ts'
import { ROOT_ID } from './entry-item.ts'

/** Folders from the top folder down to an entry, the entry included. */
export const DEPTH_MAX = 64
// A cycle cannot be made; if one ever were, walks up must still end.
const WALK_MAX = 2 * DEPTH_MAX

/** One answer for "not there" and "not yours", so that nothing leaks. */
export function notFound(): ApiError {
  return new ApiError('not_found', 'It may have moved, or it is not yours to open.')
}

export interface OpenFolder {
  id: bigint
  publicId: string
  name: string
  /** 0 for the top folder. */
  depth: number
  /** From below the top folder down to this one. */
  path: { id: string; name: string }[]
  /** Visible entries directly in it, and their bytes. */
  total: number
  totalBytes: number
}

interface PathRow {
  id: bigint
  public_id: string
  name: string
  trash_id: bigint | null
  entries: bigint | null
  bytes: bigint | null
}

/**
 * The folder of this owner, with its path; undefined when it is not there, not a folder, someone else's, or in trash
 * (also by a folder above it, whose descendants a job has not marked yet).
 */
export async function findFolder(tx: Transaction, ownerId: string, folderId: string): Promise<OpenFolder | undefined> {
  const start = folderId === ROOT_ID ? Prisma.sql`e.parent_id IS NULL` : Prisma.sql`e.public_id = ${folderId}`
  const upwards = await tx.$queryRaw<PathRow[]>`
    WITH RECURSIVE up AS (
      SELECT e.id, e.public_id, e.name, e.parent_id, e.trash_id, 0 AS steps
      FROM entry e WHERE e.owner_id = ${ownerId} AND e.kind = 0 AND ${start}
      UNION ALL
      SELECT p.id, p.public_id, p.name, p.parent_id, p.trash_id, up.steps + 1
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    )
    SELECT id, public_id, name, trash_id, t.entries, t.bytes
    FROM up LEFT JOIN folder_total t ON t.folder_id = up.id AND up.steps = 0 ORDER BY steps`
  const folder = upwards[0]
  if (!folder || upwards.some((row) => row.trash_id !== null)) return undefined
  const path = upwards
    .slice(0, -1)
    .reverse()
    .map((row) => ({ id: row.public_id, name: row.name }))
  const { id, public_id: publicId, name, entries, bytes } = folder
  return { id, publicId, name, depth: path.length, path, total: Number(entries ?? 0), totalBytes: Number(bytes ?? 0) }
}

/** `findFolder` where the folder must be there: throws not_found. */
export async function openFolder(tx: Transaction, ownerId: string, folderId: string): Promise<OpenFolder> {
  const folder = await findFolder(tx, ownerId, folderId)
  if (!folder) throw notFound()
  return folder
}

export interface OpenEntry {
  id: bigint
  publicId: string
  parentId: bigint
  kind: number
  name: string
}

/** Internal ids of those entries of this owner that are to be seen: none in trash, nor below something in trash. */
export async function presentEntries(tx: Transaction, ownerId: string, ids: readonly string[]): Promise<bigint[]> {
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    WITH RECURSIVE up AS (
      SELECT e.id AS start_id, e.parent_id, e.trash_id, 0 AS steps
      FROM entry e WHERE e.owner_id = ${ownerId} AND e.public_id = ANY(${[...ids]}::text[]) AND e.parent_id IS NOT NULL
      UNION ALL
      SELECT up.start_id, p.parent_id, p.trash_id, up.steps + 1
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    )
    SELECT start_id AS id FROM up GROUP BY start_id HAVING bool_and(trash_id IS NULL)`
  return rows.map((row) => row.id)
}

/**
 * Locks these entries of this owner, none of them a top folder or in trash. All or nothing: throws not_found when one
 * is missing. In the order of the internal ids, so that two of these cannot wait for each other.
 */
export async function openEntries(tx: Transaction, ownerId: string, ids: readonly string[]): Promise<OpenEntry[]> {
  const present = await presentEntries(tx, ownerId, ids)
  const locked = await tx.$queryRaw<OpenEntry[]>`
    SELECT id, public_id AS "publicId", parent_id AS "parentId", kind::int AS kind, name FROM entry
    WHERE id = ANY(${present}::bigint[]) AND trash_id IS NULL ORDER BY id FOR NO KEY UPDATE`
  if (locked.length !== new Set(ids).size) throw notFound()
  return locked
}

/**
 * Keeps a folder from being trashed until the end of the transaction; false when it is in trash already.
 * FOR SHARE and not FOR KEY SHARE, which lets the row be trashed meanwhile.
 */
export async function holdFolder(tx: Transaction, folderId: bigint): Promise<boolean> {
  const rows = await tx.$queryRaw<{ trash_id: bigint | null }[]>`
    SELECT trash_id FROM entry WHERE id = ${folderId} AND kind = 0 FOR SHARE`
  return rows[0]?.trash_id === null
}

/** `openFolder` for a change inside it: it stays out of trash until the end of the transaction. */
export async function openAndHoldFolder(tx: Transaction, ownerId: string, folderId: string): Promise<OpenFolder> {
  const folder = await openFolder(tx, ownerId, folderId)
  if (!(await holdFolder(tx, folder.id))) throw notFound()
  return folder
}

/**
 * Which of these folders of the owner are still to be seen. Those are held: none is trashed itself before the end of
 * the transaction. (When a folder above one is, the job that marks its descendants finds what was added meanwhile.)
 */
export async function visibleFolders(
  tx: Transaction,
  ownerId: string,
  folderIds: readonly bigint[],
): Promise<Set<bigint>> {
  const held = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM entry
    WHERE id = ANY(${[...folderIds]}::bigint[]) AND owner_id = ${ownerId} AND kind = 0 AND trash_id IS NULL
    ORDER BY id FOR SHARE`
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    WITH RECURSIVE up AS (
      SELECT e.id AS start_id, e.parent_id, e.trash_id, 0 AS steps
      FROM entry e WHERE e.id = ANY(${held.map((row) => row.id)}::bigint[])
      UNION ALL
      SELECT up.start_id, p.parent_id, p.trash_id, up.steps + 1
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    )
    SELECT start_id AS id FROM up GROUP BY start_id HAVING bool_and(trash_id IS NULL)`
  return new Set(rows.map((row) => row.id))
}
