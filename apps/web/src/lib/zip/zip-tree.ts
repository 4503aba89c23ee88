import { ApiError } from '../api-error.ts'
import type { Transaction } from '../db.ts'
import { KIND_FOLDER } from '../entries/entry-rows.ts'
import { FolderNames } from './portable-name.ts'

/** More than this is refused with a sentence: the list of a ZIP is kept for a day. */
export const ZIP_ENTRIES_MAX = 200_000
const FOLDERS_AT_ONCE = 500

/** An entry of the ZIP to be; `fileId` is null for folders and empty files. */
export interface ZipTreeEntry {
  path: string
  fileId: string | null
  size: number
  crc32: number
  modifiedAt: Date
}

interface Row {
  id: bigint
  parent_id: bigint
  kind: number
  name: string
  size: bigint
  modified_at: Date
  file_id: string | null
  crc32: bigint | null
}

/**
 * Everything in and below these entries, which must be of one owner and present; nothing in trash. Folders come before
 * what is in them, each level in the order of its names. Names are made portable and unique in their folder.
 */
export async function readZipTree(tx: Transaction, topIds: readonly bigint[]): Promise<ZipTreeEntry[]> {
  const tops = await tx.$queryRaw<Row[]>`
    SELECT e.id, 0::bigint AS parent_id, e.kind::int, e.name, e.size, e.modified_at, b.file_id, b.crc32
    FROM entry e LEFT JOIN blob b ON b.id = e.blob_id
    WHERE e.id = ANY(${[...topIds]}::bigint[]) AND e.trash_id IS NULL ORDER BY e.kind, e.sort_key, e.id`
  const entries: ZipTreeEntry[] = []
  let folders = addLevel(entries, tops, new Map([[0n, '']]))
  while (folders.size > 0) {
    const below = new Map<bigint, string>()
    const ids = [...folders.keys()]
    for (let first = 0; first < ids.length; first += FOLDERS_AT_ONCE) {
      const rows = await readChildren(tx, ids.slice(first, first + FOLDERS_AT_ONCE), entries.length)
      for (const [id, path] of addLevel(entries, rows, folders)) below.set(id, path)
    }
    folders = below
  }
  return entries
}

async function readChildren(tx: Transaction, parentIds: readonly bigint[], have: number): Promise<Row[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT e.id, e.parent_id, e.kind::int, e.name, e.size, e.modified_at, b.file_id, b.crc32
    FROM entry e LEFT JOIN blob b ON b.id = e.blob_id
    WHERE e.parent_id = ANY(${[...parentIds]}::bigint[]) AND e.trash_id IS NULL
    ORDER BY e.parent_id, e.kind, e.sort_key, e.id LIMIT ${ZIP_ENTRIES_MAX + 1 - have}`
  if (rows.length + have <= ZIP_ENTRIES_MAX) return rows
  throw tooManyForZip()
}

export function tooManyForZip(): ApiError {
  return new ApiError('too_large', `A ZIP holds ${ZIP_ENTRIES_MAX} items at most. Download fewer folders at once.`)
}

/** Adds what lies in `folders` (path by id) and returns the folders among it. */
function addLevel(entries: ZipTreeEntry[], rows: readonly Row[], folders: ReadonlyMap<bigint, string>) {
  const names = new Map<bigint, FolderNames>()
  const below = new Map<bigint, string>()
  for (const row of rows) {
    const inFolder = names.get(row.parent_id) ?? new FolderNames()
    names.set(row.parent_id, inFolder)
    const isFolder = row.kind === KIND_FOLDER
    const path = `${folders.get(row.parent_id) ?? ''}${inFolder.take(row.name)}${isFolder ? '/' : ''}`
    if (isFolder) below.set(row.id, path)
    entries.push({
      path,
      fileId: row.file_id,
      size: Number(row.size),
      crc32: row.file_id === null ? 0 : Number(row.crc32),
      modifiedAt: row.modified_at,
    })
  }
  return below
}
