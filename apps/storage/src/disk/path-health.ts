import { readlinkSync } from 'node:fs'
import { isErrno } from './atomic-file.ts'

/** Whether a disk still does what it is told. What failed once takes no new files until somebody looked at it and started again. */
export interface PathHealth {
  /** What went wrong first, for people; null while all is well. */
  readonly failure: string | null
  /** An operation failed. It counts if it is the disk that failed, and not a full one or a missing file. */
  notice(error: unknown): void
  /** A sync failed: nobody knows which of the bytes before are on the disk, and a second try would not tell. */
  syncFailed(error: Error): void
}

export const DISK_ERRORS = ['EIO', 'EROFS', 'ENXIO', 'ENODEV', 'EUCLEAN'] as const

export function createPathHealth(root: string, report: (message: string, error: unknown) => void): PathHealth {
  let failure: string | null = null
  const fail = (error: unknown) => {
    if (failure !== null) return
    failure = error instanceof Error ? error.message : String(error)
    report(`${root} takes no new files from now on: its disk failed`, error)
  }
  return {
    get failure() {
      return failure
    },
    notice(error) {
      const cause = causeOf(error)
      if (isErrno(cause, ...DISK_ERRORS)) fail(cause)
    },
    syncFailed: fail,
  }
}

/** What an operation really failed of, behind what was said of it. */
export function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}

interface HealthyPath {
  readonly dataDir: string
  readonly health: PathHealth
}

/** Finds the store path of a file or descriptor that could not be synced. A file that has gone needed no sync. */
export function blameSync(storePaths: readonly HealthyPath[]): (item: string | number, error: Error) => void {
  return (item, error) => {
    if (isErrno(error.cause, 'ENOENT', 'ENOTDIR')) return
    const path = typeof item === 'string' ? item : pathOfDescriptor(item)
    storePaths.find(({ dataDir }) => `${path}/`.startsWith(`${dataDir}/`))?.health.syncFailed(error)
  }
}

/** Empty for one that is closed, and so was no disk's fault. */
function pathOfDescriptor(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return ''
    throw error
  }
}
