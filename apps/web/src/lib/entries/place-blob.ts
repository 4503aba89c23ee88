import type { Transaction } from '../db.ts'
import { newPublicId } from '../public-id.ts'
import { changeSpace, notEnoughSpace, spaceOf } from '../quota.ts'
import type { Conflict } from './conflict.ts'
import type { Category } from './entry-item.ts'
import { checkedName } from './name.ts'
import { notFound, visibleFolders } from './open-entries.ts'
import { placeFile } from './place-files.ts'

/** Content that is stored already and shall be one more entry of somebody. */
export interface BlobToPlace {
  ownerId: string
  /** Internal id of a folder of the owner. */
  folderId: bigint
  name: string
  blob: { id: bigint; size: bigint; contentType: string }
  category: Category
  conflict: Conflict
  /** Drawn when left out. */
  publicId?: string
  modifiedAt?: Date
}

interface PlacedBlob {
  id: bigint
  publicId: string
  /** Another one than was asked for when that was taken. */
  name: string
}

/**
 * Makes an entry of stored content without moving a byte: a copy, a saved share. Null when the name was taken and the
 * decision was "skip". Throws not_found when the folder is gone, name_invalid, name_too_long or quota_exceeded.
 * A blob that dies at the same moment raises a foreign key violation; `inTransaction` then begins anew.
 */
export async function placeBlob(tx: Transaction, request: BlobToPlace): Promise<PlacedBlob | null> {
  const { ownerId, folderId, blob, category, conflict } = request
  const publicId = request.publicId ?? newPublicId()
  const name = checkedName(request.name)
  const visible = await visibleFolders(tx, ownerId, [folderId])
  if (!visible.has(folderId)) throw notFound()
  const modifiedAt = request.modifiedAt ?? null
  const file = { publicId, ownerId, folderId, name, category, blobId: blob.id, size: blob.size, modifiedAt, conflict }
  const placed = await placeFile(tx, file)
  if (placed.entryId === null) return null
  if (!(await changeSpace(tx, ownerId, { used: blob.size }))) {
    throw notEnoughSpace(await spaceOf(tx, ownerId), Number(blob.size))
  }
  return { id: placed.entryId, publicId, name: placed.name }
}
