import { ApiError } from '../../../lib/api-error.ts'
import { errorBody } from '../../../lib/api-route.ts'
import { inTransaction, type Transaction } from '../../../lib/db.ts'
import type { EntryItem } from '../../../lib/entries/entry-item.ts'
import { loadItems } from '../../../lib/entries/entry-rows.ts'
import { type CompletedItem, type CompletedUploads, type CompleteUploadsBody, uploadNotices } from '../schema.ts'
import { acknowledgeSoon } from './acknowledge.ts'
import { contentOf, judgeReceipt, openReceipt } from './check-receipt.ts'
import { refusalOf } from './replace-contents.ts'
import { type Settlement, settleUploads } from './settle-uploads.ts'
import { addGarbage, endUploads, lockUploads, type UploadRow } from './upload-rows.ts'

type Item = CompleteUploadsBody['items'][number]

interface Judged {
  settlements: Settlement[]
  failed: { upload: UploadRow; fileId: string }[]
  errors: Map<Item, unknown>
}

/**
 * Turns receipts into entries: all in one transaction, each with its own result. A receipt that comes twice gets the
 * same entry twice.
 */
export async function completeUploads(ownerId: string, items: readonly Item[]): Promise<CompletedUploads> {
  const { answers, committed } = await inTransaction(async (tx) => {
    const upls = [...new Set(items.map((item) => item.uploadId))]
    const rows = await lockUploads(tx, ownerId, upls)
    const { settlements, failed, errors } = judgeAll(items, rows)
    // Entries before what gives back space: whoever adds entries asks for the quota's row last.
    const settled = await settleUploads(tx, ownerId, settlements)
    await endUploads(
      tx,
      failed.map(({ upload }) => upload),
      'failed',
      'the storage holds something else than was announced',
    )
    await addGarbage(
      tx,
      failed.map(({ fileId }) => fileId),
      'the upload failed',
    )
    for (const [upl, { entryId, notice }] of settled) {
      const row = rows.get(upl)
      if (row !== undefined) rows.set(upl, { ...row, entry_id: entryId, notice })
    }
    return { answers: await answerAll(tx, items, rows, errors), committed: settlements.map(({ upload }) => upload) }
  })
  acknowledgeSoon(committed)
  return { items: answers }
}

function judgeAll(items: readonly Item[], rows: ReadonlyMap<string, UploadRow>): Judged {
  const judged: Judged = { settlements: [], failed: [], errors: new Map() }
  const seen = new Set<string>()
  for (const item of items) {
    try {
      const upload = rows.get(item.uploadId)
      if (!upload) throw new ApiError('not_found', 'There is no such upload.')
      const receipt = openReceipt(item.receipt, upload.grp, upload.storage_id)
      const verdict = judgeReceipt(upload, receipt)
      if (verdict === 'fail') {
        judged.errors.set(item, new ApiError('upload_mismatch', 'The storage holds something else than was announced.'))
      }
      // The same upload twice in one batch is settled once.
      if (seen.has(upload.upl)) continue
      seen.add(upload.upl)
      if (verdict === 'settle') judged.settlements.push({ upload, content: contentOf(receipt) })
      if (verdict === 'fail') judged.failed.push({ upload, fileId: receipt.fid })
    } catch (error) {
      judged.errors.set(item, error)
    }
  }
  return judged
}

async function answerAll(
  tx: Transaction,
  items: readonly Item[],
  rows: ReadonlyMap<string, UploadRow>,
  errors: ReadonlyMap<Item, unknown>,
): Promise<CompletedItem[]> {
  const entryIds = [...rows.values()].flatMap((row) => row.entry_id ?? [])
  const entries = await loadItems(tx, entryIds)
  return items.map((item) => {
    const error = errors.get(item) ?? refusalOf(rows.get(item.uploadId)?.notice ?? null)
    if (error !== undefined) return { uploadId: item.uploadId, ok: false, error: errorBody(error) }
    return storedItem(item.uploadId, rows.get(item.uploadId), entries)
  })
}

/** What an upload that was committed has become. */
export function storedItem(
  uploadId: string,
  row: UploadRow | undefined,
  entries: ReadonlyMap<bigint, EntryItem>,
): Extract<CompletedItem, { ok: true }> {
  const entry = row?.entry_id == null ? null : (entries.get(row.entry_id) ?? null)
  const notice = uploadNotices.find((known) => known === row?.notice)
  return { uploadId, ok: true, entry, ...(notice ? { notice } : {}) }
}
