import type { ReachableMember } from '../../../lib/address-book.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { db, inTransaction, type Transaction } from '../../../lib/db.ts'
import type { Renewal, RenewTicketQuery } from '../schema.ts'
import { UPLOAD_DAYS } from './insert-uploads.ts'
import { placeFor } from './reroute.ts'
import { isOpen, lockUploads, readUploads, type UploadRow } from './upload-rows.ts'
import { issueTicket, ticketPlace } from './upload-ticket.ts'

interface Sender {
  id: string
  publicId: string
  requestOrigin: string
  device: string | null
  deviceAgent: string | null
}

type Wish = Pick<RenewTicketQuery, 'takeOver' | 'silentSeconds' | 'sent' | 'unable'>

/** So often it is decided anew when somebody else has moved the upload meanwhile. */
const TRIES_MAX = 3

/** A fresh ticket for an upload that goes on. Its reservation stands, and its time starts anew. */
export async function renewTicket(sender: Sender, uploadId: string, wish: Wish): Promise<Renewal> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    // Outside of the transaction: slow storages must not hold locks.
    const seen = await ownUpload(sender.id, uploadId)
    if (seen === 'finished') return { finished: true }
    const { member, startsOver } = await placeFor(seen, wish)
    const upload = await inTransaction(async (tx) => {
      const row = openUpload(await lockUploads(tx, sender.id, [uploadId]), uploadId)
      if (row === 'finished') return row
      if (row.epoch !== seen.epoch) return null
      if (isElsewhere(row, sender) && wish.takeOver !== true) {
        throw new ApiError('upload_elsewhere', 'Another device goes on with this upload.', {
          extra: { deviceAgent: row.device_agent },
        })
      }
      return await goOn(tx, row, sender, member)
    })
    if (upload === null) continue
    if (upload === 'finished') return { finished: true }
    const { upl, entry_public_id: entryPublicId, ext, epoch } = upload
    const ticket = { upl, ownerPublicId: sender.publicId, entryPublicId, size: Number(upload.size), ext, epoch }
    return { ...issueTicket(ticket, ticketPlace(member, sender.requestOrigin)), startsOver }
  }
  throw new ApiError('busy', 'Somebody else works on this upload at this moment.')
}

async function ownUpload(ownerId: string, uploadId: string): Promise<UploadRow | 'finished'> {
  const rows = await readUploads(db(), [uploadId])
  return openUpload(rows.get(uploadId)?.owner_id === ownerId ? rows : new Map(), uploadId)
}

function openUpload(rows: ReadonlyMap<string, UploadRow>, uploadId: string): UploadRow | 'finished' {
  const row = rows.get(uploadId)
  if (row === undefined) throw new ApiError('not_found', 'There is no such upload.')
  if (row.state === 'committed') return 'finished'
  if (!isOpen(row.state)) throw new ApiError('upload_gone', `This upload has ended: ${row.state}.`)
  return row
}

function isElsewhere({ device }: UploadRow, sender: Sender): boolean {
  return device !== null && sender.device !== null && device !== sender.device
}

/** Whoever sent it before, or wherever it lay, has the lower epoch from now on, and is refused by the storages. */
async function goOn(tx: Transaction, row: UploadRow, sender: Sender, member: ReachableMember): Promise<UploadRow> {
  const isMoved = row.grp !== member.group || row.storage_id !== member.storageId
  const epoch = isMoved || isElsewhere(row, sender) ? row.epoch + 1 : row.epoch
  await tx.$executeRaw`
    UPDATE upload
    SET expires_at = now() + make_interval(days => ${UPLOAD_DAYS}), updated_at = now(), epoch = ${epoch},
      grp = ${member.group}, storage_id = ${member.storageId},
      device = coalesce(${sender.device}, device),
      alive_at = CASE WHEN ${sender.device}::text IS NULL THEN alive_at ELSE now() END,
      device_agent = CASE WHEN ${sender.device}::text IS NULL THEN device_agent ELSE ${sender.deviceAgent} END
    WHERE id = ${row.id}`
  return { ...row, epoch }
}
