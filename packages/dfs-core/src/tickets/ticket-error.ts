/**
 * Why a token is refused:
 * `too_long` above 1 KiB · `malformed` not `v1.<kid>.<payload>.<mac>` or no JSON object inside · `unknown_key` the ring
 * has no such kid · `bad_mac` not signed with this key · `wrong_type` authentic, but of another type · `bad_field` a
 * field is missing, unknown or out of range · `expired` authentic and well-formed, but `exp` + 60 s has passed.
 */
export type TicketErrorCode =
  | 'too_long'
  | 'malformed'
  | 'unknown_key'
  | 'bad_mac'
  | 'wrong_type'
  | 'bad_field'
  | 'expired'

/** A ticket or receipt is refused. The message never holds the token itself. */
export class TicketError<P = unknown> extends Error {
  override readonly name = 'TicketError'
  readonly code: TicketErrorCode
  /** What the token says; only with `expired`, when it is authentic. */
  readonly payload: P | undefined

  constructor(code: TicketErrorCode, message: string, payload?: P) {
    super(message)
    this.code = code
    this.payload = payload
  }
}
