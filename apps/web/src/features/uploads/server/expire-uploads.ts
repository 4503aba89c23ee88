import { inTransaction } from '../../../lib/db.ts'
import { dropSoon } from './acknowledge.ts'
import { endUploads, lockExpiredUploads } from './upload-rows.ts'

const BATCH = 500

/** Ends uploads that nobody went on with, and gives their reservations back. Returns how many. */
export async function expireUploads(): Promise<number> {
  const expired = await inTransaction(async (tx) => {
    const rows = await lockExpiredUploads(tx, BATCH)
    await endUploads(tx, rows, 'expired')
    return rows
  })
  dropSoon(expired)
  return expired.length
}
