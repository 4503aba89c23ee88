import { ApiError } from '../../../lib/api-error.ts'
import { db, inTransaction } from '../../../lib/db.ts'
import { addressBook, isReachable, reachingStorage } from '../../../lib/dfs.ts'
import type { RenewedTicket, UnfinishedUploads } from '../schema.ts'
import { dropSoon } from './acknowledge.ts'
import { UPLOAD_DAYS } from './insert-uploads.ts'
import { endUploads, isOpen, lockUploads } from './upload-rows.ts'
import { issueTicket } from './upload-ticket.ts'

const UNFINISHED_MAX = 1000

interface Sender {
  id: string
  publicId: string
  requestOrigin: string
}

/** A fresh ticket for an upload that goes on. Its reservation stands, and its time starts anew. */
export async function renewTicket(sender: Sender, uploadId: string): Promise<RenewedTicket> {
  const upload = await inTransaction(async (tx) => {
    const row = (await lockUploads(tx, sender.id, [uploadId])).get(uploadId)
    if (!row) throw new ApiError('not_found', 'There is no such upload.')
    if (row.state === 'committed') throw new ApiError('upload_finished', 'This upload is complete.')
    if (!isOpen(row.state)) throw new ApiError('upload_gone', `This upload has ended: ${row.state}.`)
    await tx.$executeRaw`
      UPDATE upload SET expires_at = now() + make_interval(days => ${UPLOAD_DAYS}), updated_at = now()
      WHERE id = ${row.id}`
    return row
  })
  const member = await reachingStorage(() => addressBook().byId(upload.grp, upload.storage_id))
  if (!isReachable(member)) {
    throw new ApiError('no_storage', `Storage ${upload.storage_id} does not answer. Nothing is lost.`)
  }
  const { upl, entry_public_id: entryPublicId, ext, epoch } = upload
  const ticket = { upl, ownerPublicId: sender.publicId, entryPublicId, size: Number(upload.size), ext, epoch }
  return issueTicket(ticket, member, sender.requestOrigin)
}

/** Gives an upload up and its reservation back. Giving it up again changes nothing. */
export async function abortUpload(ownerId: string, uploadId: string): Promise<void> {
  const aborted = await inTransaction(async (tx) => {
    const row = (await lockUploads(tx, ownerId, [uploadId])).get(uploadId)
    if (!row) throw new ApiError('not_found', 'There is no such upload.')
    if (row.state === 'committed') throw new ApiError('upload_finished', 'This upload is complete.')
    if (!isOpen(row.state)) return []
    await endUploads(tx, [row], 'aborted')
    return [row]
  })
  dropSoon(aborted)
}

/** The person's uploads that can go on, oldest first. */
export async function listUnfinishedUploads(ownerId: string): Promise<UnfinishedUploads> {
  const rows = await db().upload.findMany({
    where: { ownerId, state: { in: ['created', 'uploading'] } },
    orderBy: { id: 'asc' },
    take: UNFINISHED_MAX,
    include: { folder: { select: { publicId: true } } },
  })
  return {
    items: rows.map((row) => ({
      uploadId: row.upl,
      name: row.name,
      size: Number(row.size),
      folderId: row.folder?.publicId ?? 'root',
      conflict: row.conflict === 'replace' || row.conflict === 'skip' ? row.conflict : 'keep',
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
    })),
  }
}
