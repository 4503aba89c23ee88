import { ApiError } from '../../../lib/api-error.ts'
import { inTransaction } from '../../../lib/db.ts'
import { dropSoon } from './acknowledge.ts'
import { endUploads, isOpen, lockUploads } from './upload-rows.ts'

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

/** Gives up those of these uploads that can still be given up, and passes over the others. */
export async function abortUploads(ownerId: string, uploadIds: readonly string[]): Promise<void> {
  const aborted = await inTransaction(async (tx) => {
    const rows = await lockUploads(tx, ownerId, [...uploadIds])
    const open = [...rows.values()].filter(({ state }) => isOpen(state))
    await endUploads(tx, open, 'aborted')
    return open
  })
  dropSoon(aborted)
}
