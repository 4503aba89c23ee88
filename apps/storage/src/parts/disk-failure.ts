import { UploadError } from '@cairn/dfs-tus'
import { isErrno } from '../disk/atomic-file.ts'

/** What an uploader is told of a failed write: a full disk is a refusal with its own code, anything else stays what it is. */
export function asUploadError(error: unknown): Error {
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) return new UploadError('disk_full', 'the disk is full', { cause: error })
  return error instanceof Error ? error : new Error(String(error))
}
