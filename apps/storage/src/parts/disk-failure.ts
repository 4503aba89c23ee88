import { Status } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import { isErrno } from '../disk/atomic-file.ts'
import { StoreError } from '../disk/store-error.ts'

/** What an uploader is told of a failed write: a full disk is a refusal with its own code, anything else stays what it is. */
export function asUploadError(error: unknown): Error {
  const isFull = isErrno(error, 'ENOSPC', 'EDQUOT') || (error instanceof StoreError && error.status === Status.ENOSPC)
  if (isFull) return new UploadError('disk_full', 'the disk is full', { cause: error })
  return error instanceof Error ? error : new Error(String(error))
}
