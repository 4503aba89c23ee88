import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PartStore } from './part-store.ts'
import type { Dialect, UploadOperation } from './upload-call.ts'
import type { UploadSlots } from './upload-slots.ts'

/** What a ticket says of the upload that it is for. */
export interface UploadGrant {
  upl: string
  ep: number
  /** Size of the content in bytes; where the length is told later, the greatest that it may have. */
  len: number
  ext: string
  own: string
  ent: string
}

export interface TusServerOptions {
  /** Where the uploads live, without a slash at the end: `/files`. */
  path: string
  store: PartStore
  slots: UploadSlots
  /** Largest content that is accepted, in bytes. */
  sizeMax: number
  /**
   * Checks the credentials of a request for all the operations on the upload `upl` (null: the upload that the ticket names) and returns
   * what the ticket says about it. Throws `UploadError` (`ticket_invalid`, `ticket_expired`, `forbidden`).
   */
  authorise(request: IncomingMessage, operations: readonly UploadOperation[], upl: string | null): UploadGrant
  /** What stands before `path` in the address that the client of a request knows; '' where that is not known. */
  outerBase?(request: IncomingMessage): string
  /** Headers of an answer that reports a complete upload (a receipt). May wait for a moment, `maxWaitMs` at most. */
  completionHeaders(upl: string, maxWaitMs: number): Promise<Record<string, string>>
  /** Writes an error as the answer; also for unexpected ones, which the client must not see in detail. */
  answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void
}

/** One request that its ticket allows. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  dialect: Dialect
  grant: UploadGrant
}

/** How long the answer to the last byte waits for a receipt before it goes without one (the client then polls). */
export const RECEIPT_WAIT_MS = 1000
/** A body that arrives again for an upload that has its beginning is read and dropped up to this size, then the connection is given up. */
export const REPEATED_BODY_MAX = 16 * 1024 * 1024
