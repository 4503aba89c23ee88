import { ConnectionError, ServerError, Status } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import type { Member } from '../lib/address-book.ts'
import { addressBook } from '../lib/dfs.ts'

/** The member that an upload belongs to. */
export async function memberOf({ grp, storageId }: Pick<SpooledUpload, 'grp' | 'storageId'>): Promise<Member> {
  const member = await addressBook().byId(grp, storageId)
  if (member === undefined) throw new UploadError('unavailable', `storage ${storageId} is not in the cluster`)
  return member
}

/**
 * The storage of an upload is away. Its browser must see what it would see without a gateway, a connection that breaks:
 * then it asks the drive where to go on.
 */
export function isStorageAway(error: unknown): boolean {
  return error instanceof UploadError && error.code === 'unavailable'
}

/** A failure of the cluster as what a client can do about it; other errors stay what they are. */
export function asUploadError(error: unknown): unknown {
  if (error instanceof ServerError && error.status === Status.ENOSPC) {
    return new UploadError('disk_full', 'the storage has no room for this', { cause: error })
  }
  if (error instanceof ServerError && error.status === Status.ENOENT) {
    return new UploadError('not_found', 'the storage does not have the beginning of this any more', { cause: error })
  }
  if (error instanceof ConnectionError || error instanceof ServerError) {
    return new UploadError('unavailable', 'the storage of this upload does not answer', { cause: error })
  }
  return error
}
