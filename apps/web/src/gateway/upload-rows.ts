import type { UploadTicket } from '@cairn/dfs-core/tickets'
import { UploadError } from '@cairn/dfs-tus'
import { addGarbage } from '../features/uploads/server/upload-rows.ts'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import { db, inTransaction, type Transaction } from '../lib/db.ts'

interface NewUpload {
  /** Its client says later how long it is, at most as long as its ticket says. */
  isDeferred: boolean
  /** What its client says of it and may ask back. */
  metadata: Record<string, string | null>
}

/** The upload that a ticket creates, or that was created with one like it. Throws UploadError. */
export async function openUpload(ticket: UploadTicket, { isDeferred, metadata }: NewUpload): Promise<SpooledUpload> {
  const { upl, ep, grp, mem, len, ext, own, ent } = ticket
  const told = JSON.stringify(metadata)
  await db().$executeRaw`
    INSERT INTO spooled_upload (upl, epoch, grp, storage_id, size, deferred, ext, own, ent, metadata)
    VALUES (${upl}, ${ep}, ${grp}, ${mem}, ${len}, ${isDeferred}, ${ext}, ${own}, ${ent}, ${told}::jsonb)
    ON CONFLICT (upl) DO NOTHING`
  return await knownUpload(ticket)
}

/** The upload of a ticket. Throws what `fencedUpload` throws, and `not_found`. */
export async function knownUpload(ticket: UploadTicket): Promise<SpooledUpload> {
  const row = await fencedUpload(ticket)
  if (row === null) throw new UploadError('not_found', 'there is no such upload')
  return row
}

/**
 * The upload of a ticket; null: nothing is known of it. A higher epoch than it has is its own from now on, a lower one
 * is refused (`superseded`): an upload that went on elsewhere takes no bytes from those who still believe in the old
 * place.
 */
export async function fencedUpload(ticket: UploadTicket): Promise<SpooledUpload | null> {
  const found = await db().spooledUpload.findUnique({ where: { upl: ticket.upl } })
  const row = found !== null && found.epoch < ticket.ep ? await raiseEpoch(ticket) : found
  if (row === null) return null
  if (ticket.ep < row.epoch) throw new UploadError('superseded', `upload ${row.upl} has epoch ${row.epoch}`)
  if (row.state === 'ended') throw new UploadError('gone', `upload ${row.upl} was given up`)
  if (row.size > ticket.len) throw new UploadError('length_mismatch', `upload ${row.upl} has another length`)
  return row
}

/** The length of an upload that began without one. Throws `too_large` for more than its ticket allowed. */
export async function setLength(upl: string, length: number): Promise<void> {
  if (length === 0) throw new UploadError('length_mismatch', 'content without bytes is not stored')
  const where = { upl, state: 'open', deferred: true, size: { gte: length } }
  const { count } = await db().spooledUpload.updateMany({ where, data: { size: length, deferred: false } })
  if (count === 0) throw new UploadError('too_large', `the ticket does not allow ${length} bytes`)
}

function raiseEpoch({ upl, ep, grp, mem }: UploadTicket): Promise<SpooledUpload | null> {
  return inTransaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM spooled_upload WHERE upl = ${upl} FOR UPDATE`
    const row = await tx.spooledUpload.findUnique({ where: { upl } })
    if (row === null || row.epoch >= ep) return row
    const isKept = row.grp === grp && (row.storageId === mem || row.state === 'stored')
    if (!isKept) await dropContent(tx, row)
    const place = { epoch: ep, grp, storageId: mem, changedAt: new Date() }
    return await tx.spooledUpload.update({ where: { upl }, data: place })
  })
}

/** What lies at another storage is lost to this upload: it starts over. */
async function dropContent(tx: Transaction, { upl, state, spool, fileId }: SpooledUpload): Promise<void> {
  if (state === 'ended') return
  const files = [spool, fileId].filter((file) => file !== null)
  await addGarbage(tx, files, 'the upload went on at another storage')
  const stored = { fileId: null, crc32: null, sha256: null, head: null, contentType: null, storedAt: null }
  const open = { state: 'open', spool: null, hashed: 0n, attempts: 0, notBefore: new Date(), acknowledgedAt: null }
  await tx.spooledUpload.update({ where: { upl }, data: { ...open, ...stored } })
}

/** What a file was made of, as its bytes say. Hashes are hexadecimal. */
export interface MadeFile {
  fileId: string
  crc32: number
  sha256: string
  head: string
  contentType: string
}

/** The upload is stored, and its spool is garbage. False, and the file garbage, when the upload has ended or moved meanwhile. */
export async function recordStored(
  { upl, grp, storageId, spool }: SpooledUpload,
  { fileId, crc32, sha256, head, contentType }: MadeFile,
): Promise<boolean> {
  return await inTransaction(async (tx) => {
    const { count } = await tx.spooledUpload.updateMany({
      where: { upl, grp, storageId, spool, state: { in: ['open', 'complete'] } },
      data: {
        state: 'stored',
        spool: null,
        fileId,
        crc32: BigInt(crc32),
        sha256,
        head,
        contentType,
        storedAt: new Date(),
        changedAt: new Date(),
      },
    })
    const surplus = count === 0 ? [fileId] : [spool].filter((file) => file !== null)
    await addGarbage(tx, surplus, count === 0 ? 'the upload had ended' : 'a file was made of it')
    return count > 0
  })
}

/** The spool is not in the cluster any more: whoever asks next is told that nothing is known, and sends from the start. */
export async function forgetLost({ upl, spool }: SpooledUpload): Promise<void> {
  await db().spooledUpload.deleteMany({ where: { upl, spool, state: { in: ['open', 'complete'] } } })
}
