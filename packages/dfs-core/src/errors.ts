/**
 * Status values of the FastDFS wire: Linux errno numbers, whatever the host is (client protocol §1.8, appendix A).
 * 0 is success; a server puts any other value into the status byte of a response without a body.
 */
export const Status = {
  OK: 0,
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ENODATA: 61,
  ENONET: 64,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
  ESTALE: 116,
  EDQUOT: 122,
  ECANCELED: 125,
} as const

export type StatusName = keyof typeof Status

const namesByStatus = new Map<number, string>(Object.entries(Status).map(([name, status]) => [status, name]))

/** The errno name of a wire status, e.g. 2 → `ENOENT`; an unlisted number gives `status 99`. */
export function statusName(status: number): string {
  return namesByStatus.get(status) ?? `status ${status}`
}

/**
 * The wire status for a failed system call of Node.js. It goes by the error's `code` ('ENOENT'), never by the
 * host's `errno`, because the numbers differ between platforms. An unknown code, or no system error at all: EIO.
 */
export function statusOfSystemError(error: unknown): number {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return Status.EIO
  return Object.hasOwn(Status, error.code) ? Status[error.code as StatusName] : Status.EIO
}

/**
 * Bytes or a name from outside break the protocol. A client destroys the connection; a server answers `status`
 * (EINVAL, as FastDFS does for malformed requests; client protocol §1.7).
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly status = Status.EINVAL
}

/** A server answered a request with a status other than 0. The connection is in sync and may be used again. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly status: number
  readonly command: number

  constructor(status: number, command: number, server = 'the server') {
    super(`${server} answered ${statusName(status)} (${status}) to command ${command}`)
    this.status = status
    this.command = command
  }
}

/** No connection, a deadline that passed, or a connection that broke. `cause` holds the socket's error if there is one. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}
