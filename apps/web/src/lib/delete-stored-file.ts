import { addressOf, parseFileId, ServerError, Status } from '@cairn/dfs-core'
import { addressBook, dfs } from './dfs.ts'

/**
 * Deletes a stored file. True when it is gone for good.
 *
 * While the source of a file is down the trackers name another member, which may not have the file yet; that member's
 * "no such file" means nothing, because the source's record would bring the file back. Then the answer is false, and
 * the caller tries again later.
 */
export async function deleteStoredFile(fileId: string): Promise<boolean> {
  const target = await dfs().tracker.queryUpdate(fileId)
  try {
    await dfs().storage(addressOf(target)).deleteFile(fileId)
    return true
  } catch (error) {
    if (!(error instanceof ServerError && error.status === Status.ENOENT)) throw error
  }
  const { group, source } = parseFileId(fileId)
  const members = await addressBook().membersOf(group)
  const origin = members.find((member) =>
    source.kind === 'id' ? member.storageId === String(source.id) : member.ip === source.ip,
  )
  // A source that was taken out of the cluster will bring nothing back.
  return origin === undefined || (origin.ip === target.ip && origin.port === target.port)
}
