import type { Transaction } from '../db.ts'
import { recordActivity } from './activity.ts'
import type { Conflict } from './conflict.ts'
import type { Category } from './entry-item.ts'
import { freeName } from './free-name.ts'
import { nameKeys } from './name-keys.ts'

const TRIES_MAX = 20

/** A file that is to become an entry. The caller holds its folder, and accounts for its size. */
export interface NewFile {
  publicId: string
  ownerId: string
  folderId: bigint
  name: string
  size: bigint
  category: Category
  blobId: bigint
  modifiedAt: Date | null
  conflict: Conflict
}

/** `entryId` is null when the name was taken and the decision was "skip". `name`: as it is now. */
interface PlacedFile {
  entryId: bigint | null
  name: string
  notice: 'renamed' | 'skipped' | null
}

/** Makes an entry of each file, by publicId; a taken name is settled by the file's own decision. */
export async function placeFiles(tx: Transaction, files: readonly NewFile[]): Promise<Map<string, PlacedFile>> {
  const inserted = await insertFiles(tx, files)
  const placed = new Map<string, PlacedFile>()
  for (const file of files) {
    const entryId = inserted.get(file.publicId)
    const settled = entryId === undefined ? await settleTakenName(tx, file) : { entryId, name: file.name, notice: null }
    placed.set(file.publicId, settled)
  }
  await recordActivity(
    tx,
    files.flatMap(({ publicId, ownerId }) => {
      const entryId = placed.get(publicId)?.entryId ?? null
      return entryId === null ? [] : [{ entryId, actorId: ownerId, kind: 'added' as const }]
    }),
  )
  return placed
}

/** `placeFiles` for one. */
export async function placeFile(tx: Transaction, file: NewFile): Promise<PlacedFile> {
  const placed = (await placeFiles(tx, [file])).get(file.publicId)
  if (placed === undefined) throw new Error(`file ${file.publicId} was not placed`)
  return placed
}

/** Ids of those that could be made, by publicId. A raised 23505 would end the transaction; DO NOTHING leaves them out. */
async function insertFiles(tx: Transaction, files: readonly NewFile[]): Promise<Map<string, bigint>> {
  const rows = files.map((file) => {
    const { sortKey, grams } = nameKeys(file.name)
    return {
      public_id: file.publicId,
      owner_id: file.ownerId,
      parent_id: String(file.folderId),
      name: file.name,
      sort_key: sortKey,
      grams,
      category: file.category,
      blob_id: String(file.blobId),
      size: String(file.size),
      modified_at: file.modifiedAt,
    }
  })
  const inserted = await tx.$queryRaw<{ id: bigint; public_id: string }[]>`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, category, blob_id, size, modified_at)
    SELECT public_id, owner_id, parent_id, 1, name, sort_key, grams, category, blob_id, size, coalesce(modified_at, now())
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(
      public_id text, owner_id text, parent_id bigint, name text, sort_key text, grams text[], category text, blob_id bigint,
      size bigint, modified_at timestamptz)
    ORDER BY parent_id, name COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING id, public_id`
  return new Map(inserted.map((row) => [row.public_id, row.id]))
}

async function settleTakenName(tx: Transaction, file: NewFile): Promise<PlacedFile> {
  if (file.conflict === 'skip') {
    await checkBlobSoon(tx, file.blobId)
    return { entryId: null, name: file.name, notice: 'skipped' }
  }
  if (file.conflict === 'replace') {
    await trashFile(tx, file)
    const entryId = (await insertFiles(tx, [file])).get(file.publicId)
    if (entryId !== undefined) return { entryId, name: file.name, notice: null }
    // The name belongs to a folder.
  }
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const name = await freeName(tx, file.folderId, file.name)
    const entryId = (await insertFiles(tx, [{ ...file, name }])).get(file.publicId)
    if (entryId !== undefined) return { entryId, name, notice: 'renamed' }
  }
  throw new Error(`no name could be taken for file ${file.publicId}`)
}

async function trashFile(tx: Transaction, file: NewFile): Promise<void> {
  await tx.$executeRaw`
    UPDATE entry SET trash_id = id, trashed_at = now()
    WHERE parent_id = ${file.folderId} AND name = ${file.name} AND kind = 1 AND trash_id IS NULL`
}

/** The blob may have been made for this file alone. */
async function checkBlobSoon(tx: Transaction, blobId: bigint): Promise<void> {
  await tx.blobCheck.upsert({ where: { blobId }, create: { blobId, notBefore: new Date() }, update: {} })
}
