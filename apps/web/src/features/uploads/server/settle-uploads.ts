import type { Transaction } from '../../../lib/db.ts'
import { categoryOf } from '../../../lib/entries/category.ts'
import { visibleFolders } from '../../../lib/entries/open-entries.ts'
import { type NewFile, placeFiles } from '../../../lib/entries/place-files.ts'
import { changeSpace } from '../../../lib/quota.ts'
import type { UploadNotice } from '../schema.ts'
import { contentKey, type StoredContent, storeBlobs } from './store-blobs.ts'
import type { UploadRow } from './upload-rows.ts'

/** An upload, locked and unfinished, and what was stored for it or was there already (`blob`: live and held). */
export type Settlement = { upload: UploadRow } & (
  | { content: StoredContent }
  | { blob: { id: bigint; contentType: string } }
)

/** `entryId` is null when the name was taken and the decision was "skip". */
export interface Settled {
  entryId: bigint | null
  notice: UploadNotice | null
}

/**
 * Commits uploads of one owner inside the caller's transaction: blobs, entries, quota, final state. The rows must be
 * locked by it. Locks are taken in the order upload, folder, blob, quota. Answers by `upl`.
 */
export async function settleUploads(
  tx: Transaction,
  ownerId: string,
  settlements: readonly Settlement[],
): Promise<Map<string, Settled>> {
  if (settlements.length === 0) return new Map()
  const topFolder = await tx.entry.findFirstOrThrow({ where: { ownerId, parentId: null }, select: { id: true } })
  const wanted = settlements.flatMap(({ upload }) => upload.folder_id ?? [])
  const visible = await visibleFolders(tx, ownerId, wanted)
  const blobs = await storeBlobs(
    tx,
    settlements.flatMap((settlement) => ('content' in settlement ? settlement.content : [])),
  )
  const files = settlements.map((settlement): NewFile => {
    const { upload } = settlement
    const folderId = upload.folder_id !== null && visible.has(upload.folder_id) ? upload.folder_id : null
    const { id: blobId, contentType } = 'blob' in settlement ? settlement.blob : blobOf(settlement.content, blobs)
    return {
      publicId: upload.entry_public_id,
      ownerId,
      folderId: folderId ?? topFolder.id,
      name: upload.name,
      size: upload.size,
      category: categoryOf(contentType, upload.name),
      blobId,
      modifiedAt: upload.modified_at,
      // "Replace" and "skip" were decided on the sight of another folder.
      conflict: folderId === null ? 'keep' : upload.conflict,
    }
  })
  const placed = await placeFiles(tx, files)
  const settled = new Map<string, Settled>()
  for (const { upload } of settlements) {
    const file = placed.get(upload.entry_public_id)
    const isMoved = upload.folder_id === null || !visible.has(upload.folder_id)
    const notice = isMoved ? 'folder_gone' : (file?.notice ?? null)
    settled.set(upload.upl, { entryId: file?.entryId ?? null, notice })
  }
  await chargeQuota(tx, ownerId, settlements, settled)
  await markCommitted(tx, settlements, settled)
  return settled
}

function blobOf(content: StoredContent, blobs: ReadonlyMap<string, bigint>): { id: bigint; contentType: string } {
  const id = blobs.get(contentKey(content))
  if (id === undefined) throw new Error(`content ${contentKey(content)} has no blob`)
  return { id, contentType: content.contentType }
}

async function chargeQuota(
  tx: Transaction,
  ownerId: string,
  settlements: readonly Settlement[],
  settled: ReadonlyMap<string, Settled>,
): Promise<void> {
  let used = 0n
  let reserved = 0n
  for (const { upload } of settlements) {
    if (settled.get(upload.upl)?.entryId != null) used += upload.size
    reserved += upload.reserved_bytes
  }
  await changeSpace(tx, ownerId, { used, reserved: -reserved })
}

async function markCommitted(
  tx: Transaction,
  settlements: readonly Settlement[],
  settled: ReadonlyMap<string, Settled>,
): Promise<void> {
  const rows = settlements.map(({ upload, ...stored }) => ({
    id: String(upload.id),
    entry_id: settled.get(upload.upl)?.entryId?.toString() ?? null,
    notice: settled.get(upload.upl)?.notice ?? null,
    method: 'blob' in stored ? 'instant' : 'sent',
  }))
  await tx.$executeRaw`
    UPDATE upload u
    SET state = 'committed', entry_id = r.entry_id, notice = r.notice, method = r.method, reserved_bytes = 0,
      updated_at = now()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id bigint, entry_id bigint, notice text, method text)
    WHERE u.id = r.id`
}
