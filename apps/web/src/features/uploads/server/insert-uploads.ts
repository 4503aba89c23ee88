import type { Transaction } from '../../../lib/db.ts'
import type { Conflict } from '../../../lib/entries/conflict.ts'
import { changeSpace } from '../../../lib/quota.ts'
import type { ReplacedFile } from './replace-contents.ts'

/** What was written in the browser is sent again by the page that it was written in. */
const REPLACING_HOURS = 1

/** An upload lives so long after its last sign of life: its start, or the renewal of its ticket. */
export const UPLOAD_DAYS = 7

export interface NewUpload {
  upl: string
  ownerId: string
  folderId: bigint
  entryPublicId: string
  name: string
  size: number
  ext: string
  conflict: Conflict
  /** Of the file on the person's disk, ISO 8601. */
  modifiedAt: string | null
  state: 'created' | 'uploading'
  group: string
  storageId: string
  device?: string | null
  deviceAgent?: string | null
  probe?: string | null
  replaces?: ReplacedFile | undefined
}

/** Bytes that a file adds to what its owner keeps, at least: one that is replaced gives its own back. */
export function addedBytes(size: number, replaced: { size: number } | undefined): number {
  return Math.max(0, size - (replaced?.size ?? 0))
}

/** Takes bytes from the free space. The caller has locked it and knows that they fit; if not, this throws. */
export async function reserveSpace(tx: Transaction, ownerId: string, bytes: number): Promise<void> {
  if (bytes === 0) return
  const isReserved = await changeSpace(tx, ownerId, { reserved: BigInt(bytes) })
  if (!isReserved) throw new Error(`${bytes} bytes do not fit into the quota that was looked at`)
}

export async function insertUploads(tx: Transaction, uploads: readonly NewUpload[]): Promise<void> {
  if (uploads.length === 0) return
  const rows = uploads.map((upload) => ({
    upl: upload.upl,
    owner_id: upload.ownerId,
    folder_id: String(upload.folderId),
    entry_public_id: upload.entryPublicId,
    name: upload.name,
    size: upload.size,
    ext: upload.ext,
    conflict: upload.conflict,
    modified_at: upload.modifiedAt,
    state: upload.state,
    reserved_bytes: addedBytes(upload.size, upload.replaces),
    grp: upload.group,
    storage_id: upload.storageId,
    device: upload.device ?? null,
    device_agent: upload.deviceAgent ?? null,
    probe: upload.probe ?? null,
    replaces_id: upload.replaces === undefined ? null : String(upload.replaces.entryId),
    replaces_sha256: upload.replaces?.sha256 ?? null,
  }))
  await tx.$executeRaw`
    INSERT INTO upload (upl, owner_id, folder_id, entry_public_id, name, size, ext, conflict, modified_at, state,
      reserved_bytes, grp, storage_id, device, device_agent, probe, replaces_id, replaces_sha256, alive_at, expires_at)
    SELECT upl, owner_id, folder_id, entry_public_id, name, size, ext, conflict, modified_at, state,
      reserved_bytes, grp, storage_id, device, device_agent, probe, replaces_id, replaces_sha256,
      CASE WHEN device IS NOT NULL THEN now() END,
      now() + CASE WHEN replaces_id IS NULL THEN make_interval(days => ${UPLOAD_DAYS})
        ELSE make_interval(hours => ${REPLACING_HOURS}) END
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(
      upl text, owner_id text, folder_id bigint, entry_public_id text, name text, size bigint, ext text,
      conflict text, modified_at timestamptz, state text, reserved_bytes bigint, grp text, storage_id text, device text,
      device_agent text, probe text, replaces_id bigint, replaces_sha256 text)`
}
