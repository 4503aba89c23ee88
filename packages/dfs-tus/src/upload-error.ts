/**
 * Every way in which an upload request can be refused, with the HTTP status that says so.
 * 460 is the checksum extension's own status (tus 1.0.0, "Checksum"); 423 and 507 are those of RFC 4918.
 */
const STATUS = {
  bad_request: 400,
  length_mismatch: 400,
  checksum_algorithm: 400,
  ticket_invalid: 401,
  ticket_expired: 401,
  forbidden: 403,
  upload_finished: 403,
  not_found: 404,
  method_not_allowed: 405,
  offset_conflict: 409,
  gone: 410,
  superseded: 410,
  tus_version: 412,
  too_large: 413,
  content_type: 415,
  locked: 423,
  taken_over: 423,
  checksum_mismatch: 460,
  internal: 500,
  unsupported: 501,
  unavailable: 503,
  disk_full: 507,
  disk_failed: 507,
} as const

export type UploadErrorCode = keyof typeof STATUS

/** A refusal that the client is told: `code` is for programs, `message` for people; `status` follows from the code. */
export class UploadError extends Error {
  readonly code: UploadErrorCode
  readonly status: number

  constructor(code: UploadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UploadError'
    this.code = code
    this.status = STATUS[code]
  }
}
