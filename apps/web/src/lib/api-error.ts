/** The HTTP status that each error code of the JSON API is answered with. */
export const statusOfErrorCode = {
  bad_request: 400,
  invalid: 400,
  name_invalid: 400,
  name_too_long: 400,
  receipt_invalid: 400,
  password_common: 400,
  code_wrong: 403,
  downloads_used_up: 403,
  signed_out: 401,
  cross_site: 403,
  forbidden: 403,
  signup_closed: 403,
  wrong_password: 403,
  not_found: 404,
  share_closed: 404,
  name_taken: 409,
  last_admin: 409,
  email_taken: 409,
  file_changed: 409,
  move_into_self: 409,
  too_deep: 409,
  storage_active: 409,
  last_storage: 409,
  check_off: 409,
  upload_mismatch: 409,
  upload_superseded: 409,
  upload_finished: 409,
  upload_elsewhere: 409,
  folder_gone: 410,
  upload_gone: 410,
  invitation_gone: 410,
  link_gone: 410,
  too_large: 413,
  too_many_attempts: 429,
  share_crowded: 429,
  internal: 500,
  no_storage: 503,
  c_cluster: 503,
  busy: 503,
  quota_exceeded: 507,
  no_room: 507,
} as const

export type ErrorCode = keyof typeof statusOfErrorCode

/** What was refused and why. `field` names the input; `detail` has the numbers that a sentence needs. */
export interface ApiErrorBody {
  code: ErrorCode
  message: string
  field?: string
  detail?: Record<string, string | number>
  /** What a dialog needs beyond numbers: a list. */
  extra?: object
}

/** Body of every answer with an error status: RFC 9457, whose `detail` is a sentence. Ours are `code` to `values`. */
export interface Problem {
  type: `urn:cairn:problem:${ErrorCode}`
  title: string
  status: number
  detail: string
  code: ErrorCode
  message: string
  field?: string
  values?: Record<string, string | number>
  extra?: object
}

/** Thrown where a request must be refused; the route wrapper turns it into an answer, batches into an item's error. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly detail: Record<string, string | number> | undefined
  readonly extra: object | undefined

  constructor(
    code: ErrorCode,
    message: string,
    more: { field?: string; detail?: Record<string, string | number>; extra?: object; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'ApiError'
    this.code = code
    this.field = more.field
    this.detail = more.detail
    this.extra = more.extra
  }

  toBody(): ApiErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.extra === undefined ? {} : { extra: this.extra }),
    }
  }
}
