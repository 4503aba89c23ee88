import { Status } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import { isErrno } from '../disk/atomic-file.ts'
import { causeOf, DISK_ERRORS } from '../disk/path-health.ts'
import { StoreError } from '../disk/store-error.ts'
import type { StorePath } from '../disk/store-path.ts'

/** The disk may be well, but this program may not write there. */
const NOT_ALLOWED = ['EACCES', 'EPERM'] as const

/** Also behind what is said of it: of a log, which is written for many at once. */
export function isDiskFull(error: unknown): boolean {
  return isErrno(causeOf(error), 'ENOSPC', 'EDQUOT') || (error instanceof StoreError && error.status === Status.ENOSPC)
}

/** Not a full disk, which is nobody's fault. */
export function isDiskFailure(error: unknown): boolean {
  return error instanceof UploadError && error.code === 'disk_failed'
}

/** What is written there, or why not in an uploader's words. */
export async function writtenAt<T>(storePath: StorePath, writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (error) {
    throw asUploadError(error, storePath)
  }
}

/**
 * What an uploader is told of a failed write: a disk that is full, or takes nothing, is a refusal with its own code, by which the upload goes
 * on at another storage; anything else stays what it is. A disk that fails takes no new files from now on.
 */
export function asUploadError(error: unknown, storePath?: Pick<StorePath, 'health'>): Error {
  storePath?.health.notice(error)
  if (isDiskFull(error)) return new UploadError('disk_full', 'the disk is full', { cause: error })
  if (isErrno(causeOf(error), ...DISK_ERRORS, ...NOT_ALLOWED)) {
    return new UploadError('disk_failed', 'the disk cannot be written', { cause: error })
  }
  return error instanceof Error ? error : new Error(String(error))
}
