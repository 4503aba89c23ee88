import type { Transaction } from '../../../lib/db.ts'
import { categoryOf } from '../../../lib/entries/category.ts'
import { visibleFolders } from '../../../lib/entries/open-entries.ts'
import { type NewFile, placeFiles } from '../../../lib/entries/place-files.ts'
import { changeSpace } from '../../../lib/quota.ts'
import type { UploadNotice } from '../schema.ts'
import { replaceContents } from './replace-contents.ts'
import { contentKey, type StoredContent, storeBlobs } from './store-blobs.ts'
import type { UploadRow } from './upload-rows.ts'

/** An upload, locked and unfinished, and what was stored for it or was there already (`blob`: live and held). */
export type Settlement = { upload: UploadRow } & (
  | { content: StoredContent }
  | { blob: { id: bigint; contentType: string } }
)

/**
 * `entryId` is null when the name was taken and the decision was "skip", and where content was not replaced: then
 * `notice` is what `refusalOf` of replace-contents.ts reads. `grownBy`: bytes that the owner keeps more than before.
 */
export interface Settled {
  entryId: bigint | null
  notice: UploadNotice | 'file_changed' | 'file_gone' | null
  grownBy: bigint
}

interface StoredUpload {
  upload: UploadRow
  blob: { id: bigint; contentType: string }
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
  const folders = await openTargets(tx, ownerId, settlements)
  const blobs = await storeBlobs(
    tx,
    settlements.flatMap((settlement) => ('content' in settlement ? settlement.content : [])),
  )
  const stored = settlements.map((settlement): StoredUpload => {
    const blob = 'blob' in settlement ? settlement.blob : blobOf(settlement.content, blobs)
    return { upload: settlement.upload, blob }
  })
  const settled = new Map<string, Settled>([
    ...(await addFiles(tx, stored.filter(isNew), folders)),
    ...(await replaceContents(
      tx,
      stored.filter((each) => !isNew(each)),
    )),
  ])
  await chargeQuota(tx, ownerId, settlements, settled)
  await markCommitted(tx, settlements, settled)
  return settled
}

/** Not the new content of a file that is there. */
function isNew({ upload }: { upload: UploadRow }): boolean {
  return upload.replaces_sha256 === null
}

/** The owner's top folder, and which folders of new files are still to be seen. */
interface Targets {
  topFolderId: bigint
  visible: ReadonlySet<bigint>
}

async function openTargets(tx: Transaction, ownerId: string, settlements: readonly Settlement[]): Promise<Targets> {
  const topFolder = await tx.entry.findFirstOrThrow({ where: { ownerId, parentId: null }, select: { id: true } })
  const wanted = settlements.filter(isNew).flatMap(({ upload }) => upload.folder_id ?? [])
  return { topFolderId: topFolder.id, visible: await visibleFolders(tx, ownerId, wanted) }
}

async function addFiles(
  tx: Transaction,
  stored: readonly StoredUpload[],
  { topFolderId, visible }: Targets,
): Promise<Map<string, Settled>> {
  const isThere = (folderId: bigint | null) => folderId !== null && visible.has(folderId)
  const files = stored.map(
    ({ upload, blob }): NewFile => ({
      publicId: upload.entry_public_id,
      ownerId: upload.owner_id,
      folderId: upload.folder_id !== null && visible.has(upload.folder_id) ? upload.folder_id : topFolderId,
      name: upload.name,
      size: upload.size,
      category: categoryOf(blob.contentType, upload.name),
      blobId: blob.id,
      modifiedAt: upload.modified_at,
      // "Replace" and "skip" were decided on the sight of another folder.
      conflict: isThere(upload.folder_id) ? upload.conflict : 'keep',
    }),
  )
  const placed = await placeFiles(tx, files)
  return new Map(
    stored.map(({ upload }) => {
      const file = placed.get(upload.entry_public_id)
      const entryId = file?.entryId ?? null
      const notice = isThere(upload.folder_id) ? (file?.notice ?? null) : 'folder_gone'
      return [upload.upl, { entryId, notice, grownBy: entryId === null ? 0n : upload.size }]
    }),
  )
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
    used += settled.get(upload.upl)?.grownBy ?? 0n
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
