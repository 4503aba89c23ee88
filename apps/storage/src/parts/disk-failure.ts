import { Status } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import { isErrno } from '../disk/atomic-file.ts'
import { StoreError } from '../disk/store-error.ts'

export function isDiskFull(error: unknown): boolean {
  return isErrno(error, 'ENOSPC', 'EDQUOT') || (error instanceof StoreError && error.status === Status.ENOSPC)
}

/** What an uploader is told of a failed write: a full disk is a refusal with its own code, anything else stays what it is. */
export function asUploadError(error: unknown): Error {
  if (isDiskFull(error)) return new UploadError('disk_full', 'the disk is full', { cause: error })
  return error instanceof Error ? error : new Error(String(error))
}
