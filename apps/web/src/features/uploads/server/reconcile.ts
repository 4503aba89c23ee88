import type { Receipt } from '@cairn/dfs-core/tickets'
import type { ReachableMember } from '../../../lib/address-book.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { db } from '../../../lib/db.ts'
import { addressBook, isReachable } from '../../../lib/dfs.ts'
import { log } from '../../../lib/log.ts'
import { acknowledge, LIST_MAX, listUnacknowledged, type UnacknowledgedUpload } from '../../../lib/storage-service.ts'
import { UPLOAD_BATCH_MAX } from '../schema.ts'
import { openReceipt } from './check-receipt.ts'
import { completeUploads } from './complete-uploads.ts'
import { addGarbage, isOpen, readUploads, type UploadRow } from './upload-rows.ts'

const PAGES_MAX = 100
// A receipt without a row: the row may be on its way (never seen, but cheap to wait for), or the database is older
// than the storage, as after a restore from a backup.
const UNKNOWN_AFTER_SECONDS = 24 * 60 * 60

/** So long a receipt is its browser's to bring: settled from two sides at once, the same rows are waited for twice. */
const BROWSER_SECONDS = 30

export interface Reconciled {
  committed: number
  garbage: number
  /** Files that the database knows nothing of. They are reported and never deleted. */
  unknown: number
}

/**
 * Settles what storages have finished and nobody told us about for so long: the browser went away before it could. By
 * the storages' clocks; one that goes ahead gives no time.
 */
export async function reconcileUploads(browserSeconds = BROWSER_SECONDS): Promise<Reconciled> {
  const total: Reconciled = { committed: 0, garbage: 0, unknown: 0 }
  for (const member of await addressBook().members()) {
    if (!isReachable(member)) continue
    try {
      await reconcileMember(member, browserSeconds, total)
    } catch (error) {
      // The other storages must not wait for this one.
      log().warn({ err: error, storageId: member.storageId }, 'a storage could not be reconciled')
    }
  }
  return total
}

async function reconcileMember(member: ReachableMember, browserSeconds: number, total: Reconciled): Promise<void> {
  let after: string | undefined
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const uploads = await listUnacknowledged(member, after)
    await reconcilePage(member, { uploads, browserSeconds }, total)
    if (uploads.length < LIST_MAX) return
    after = uploads.at(-1)?.upl
  }
}

async function reconcilePage(
  member: ReachableMember,
  { uploads, browserSeconds }: { uploads: readonly UnacknowledgedUpload[]; browserSeconds: number },
  total: Reconciled,
): Promise<void> {
  const before = await readUploads(
    db(),
    uploads.map(({ upl }) => upl),
  )
  const finished = uploads.flatMap(({ upl, receipt: token }) => {
    const receipt = openAuthentic(member, token)
    return receipt ? [{ upl, token, receipt, row: before.get(upl) }] : []
  })
  await commitOpen(
    finished.filter(({ receipt }) => !isWithin(receipt, browserSeconds)),
    total,
  )
  const after = await readUploads(
    db(),
    finished.map(({ upl }) => upl),
  )
  await settleRest(
    member,
    finished.map((upload) => ({ ...upload, row: after.get(upload.upl) })),
    total,
  )
}

interface Finished {
  upl: string
  token: string
  receipt: Receipt
  row: UploadRow | undefined
}

function isWithin({ at }: Receipt, seconds: number): boolean {
  const ageSeconds = Date.now() / 1000 - at
  return ageSeconds >= 0 && ageSeconds < seconds
}

function openAuthentic(member: ReachableMember, token: string): Receipt | undefined {
  try {
    return openReceipt(token, member.group, member.storageId)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    log().error(
      { storageId: member.storageId, reason: error.message },
      'a storage listed a receipt that it did not sign',
    )
    return undefined
  }
}

/** Completes, in the name of their owners, the uploads that are still open with the epoch of the receipt. */
async function commitOpen(finished: readonly Finished[], total: Reconciled): Promise<void> {
  const byOwner = new Map<string, { uploadId: string; receipt: string }[]>()
  for (const { upl, token, receipt, row } of finished) {
    // What another member of the group keeps a copy of is settled with the one that took it.
    if (!row || !isOpen(row.state) || row.epoch !== receipt.ep || row.storage_id !== receipt.mem) continue
    byOwner.set(row.owner_id, [...(byOwner.get(row.owner_id) ?? []), { uploadId: upl, receipt: token }])
  }
  for (const [ownerId, items] of byOwner) {
    for (let first = 0; first < items.length; first += UPLOAD_BATCH_MAX) {
      const answer = await completeUploads(ownerId, items.slice(first, first + UPLOAD_BATCH_MAX))
      total.committed += answer.items.filter((item) => item.ok).length
    }
  }
}

/** Leaves files of uploads that ended otherwise to the garbage job, and lets the storage forget what is settled. */
async function settleRest(member: ReachableMember, finished: readonly Finished[], total: Reconciled): Promise<void> {
  const settled: string[] = []
  const surplus: string[] = []
  for (const { upl, receipt, row } of finished) {
    if (!row) {
      const ageSeconds = Date.now() / 1000 - receipt.at
      if (ageSeconds > UNKNOWN_AFTER_SECONDS) total.unknown += 1
    } else if (!isOpen(row.state)) {
      // While it is open, a receipt of a higher epoch may still name the same file.
      settled.push(upl)
      surplus.push(receipt.fid)
    }
  }
  const named = await db().blob.findMany({ where: { fileId: { in: surplus } }, select: { fileId: true } })
  const inUse = new Set(named.map((blob) => blob.fileId))
  const garbage = surplus.filter((fileId) => !inUse.has(fileId))
  await addGarbage(db(), garbage, 'the upload had ended')
  total.garbage += garbage.length
  if (settled.length > 0) await acknowledge(member, settled)
}
