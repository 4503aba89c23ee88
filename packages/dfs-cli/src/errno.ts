import { ConnectionError, ServerError, Status, statusOfSystemError } from '@cairn/dfs-core'
import { ConfError } from '@cairn/dfs-core/conf'

// What the C library says of an errno on Linux (strerror), for scripts that look for it.
const TEXTS: Readonly<Record<number, string>> = {
  1: 'Operation not permitted',
  2: 'No such file or directory',
  4: 'Interrupted system call',
  5: 'Input/output error',
  6: 'No such device or address',
  9: 'Bad file descriptor',
  11: 'Resource temporarily unavailable',
  12: 'Cannot allocate memory',
  13: 'Permission denied',
  14: 'Bad address',
  16: 'Device or resource busy',
  17: 'File exists',
  20: 'Not a directory',
  21: 'Is a directory',
  22: 'Invalid argument',
  24: 'Too many open files',
  27: 'File too large',
  28: 'No space left on device',
  30: 'Read-only file system',
  32: 'Broken pipe',
  36: 'File name too long',
  39: 'Directory not empty',
  61: 'No data available',
  64: 'Machine is not on the network',
  75: 'Value too large for defined data type',
  95: 'Operation not supported',
  98: 'Address already in use',
  103: 'Software caused connection abort',
  104: 'Connection reset by peer',
  107: 'Transport endpoint is not connected',
  110: 'Connection timed out',
  111: 'Connection refused',
  113: 'No route to host',
  114: 'Operation already in progress',
  116: 'Stale file handle',
  125: 'Operation canceled',
}

/** `No such file or directory` for 2, whatever the host is. */
export function errnoText(errno: number): string {
  return TEXTS[errno] ?? `Unknown error ${errno}`
}

/** The errno that a FastDFS tool ends with after this error. */
export function errnoOf(error: unknown): number {
  if (error instanceof ServerError) return error.status
  if (error instanceof ConnectionError) return errnoOfSystem(deepestCause(error), Status.ETIMEDOUT)
  return errnoOfSystem(error instanceof ConfError ? error.cause : error, Status.EINVAL)
}

function deepestCause(error: Error): unknown {
  let cause: unknown = error
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause
  return cause
}

function errnoOfSystem(error: unknown, otherwise: number): number {
  const isOfSystem = error instanceof Error && 'code' in error && typeof error.code === 'string'
  return isOfSystem ? statusOfSystemError(error) : otherwise
}
