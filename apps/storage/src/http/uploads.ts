import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson, checkUploadTicket, HttpError, senderOf } from '@cairn/dfs-http'
import { createTusServer, type TusServer, type UploadSlots } from '@cairn/dfs-tus'
import type { DiskPartStore } from '../parts/disk-part-store.ts'
import type { StorageIdentity } from './keys-file.ts'
import { signReceipt } from './receipt.ts'

export const UPLOADS_PATH = '/files'

/** A poll for a receipt is answered when it is there, or after this time with the progress. */
const RECEIPT_POLL_MS = 2000

export interface UploadsOptions {
  identity: StorageIdentity
  parts: DiskPartStore
  slots: UploadSlots
  sizeMax: number
  answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void
}

/** tus at /files, with receipts in the answer that completes an upload. */
export function createUploads(options: UploadsOptions): TusServer {
  const { identity, parts, slots, sizeMax, answerError } = options
  return createTusServer({
    path: UPLOADS_PATH,
    store: parts,
    slots,
    sizeMax,
    answerError,
    authorise: (request, operations, upl) => checkUploadTicket(identity, request, { operations, upl }),
    outerBase: (request) => senderOf(request).base ?? '',
    completionHeaders: async (upl, maxWaitMs) => {
      const finished = await parts.whenFinished(upl, maxWaitMs)
      const headers: Record<string, string> =
        finished === null ? {} : { 'Cairn-Receipt': signReceipt(identity, finished) }
      return headers
    },
  })
}

/** `/files/<upl>/receipt` */
export function receiptPath(pathname: string): string | null {
  return /^\/files\/([0-9a-f]{32})\/receipt$/.exec(pathname)?.[1] ?? null
}

/** The receipt of a finished upload, or how far it is: 202 is answered after a moment, so that polling is no busy loop. */
export async function answerReceipt(
  { identity, parts }: UploadsOptions,
  request: IncomingMessage,
  response: ServerResponse,
  upl: string,
): Promise<void> {
  if (request.method !== 'GET')
    throw new HttpError(405, 'method_not_allowed', 'a receipt is read by GET', { Allow: 'GET' })
  const ticket = checkUploadTicket(identity, request, { operations: ['head'], upl })
  await parts.fence(upl, ticket.ep)
  const finished = await parts.whenFinished(upl, RECEIPT_POLL_MS)
  if (finished !== null) {
    answerJson(response, 200, { receipt: signReceipt(identity, finished) })
    return
  }
  // Where there is no progress, the status rejects with what became of the upload.
  answerJson(response, 202, parts.progress(upl) ?? (await parts.status(upl, ticket.ep)))
}
