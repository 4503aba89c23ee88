import { type ApiErrorBody, statusOfErrorCode } from '../../lib/api-error.ts'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import type { Conflict } from '../../lib/entries/conflict.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import type { RenewedTicket } from './schema.ts'
import { SendPace } from './send-pace.ts'
import { abandonUpload, completeUploads, type StartBody, startUploads } from './upload-api.ts'
import { type ReceiptResult, waitForReceipt } from './upload-receipt.ts'
import type { Place } from './upload-transfer.ts'
import { sendWhole } from './upload-whole.ts'

/** Content that came into being in the page: for a new file, or in the place of what a file has (`replaces`). */
export type Written = {
  name: string
  folderId: string
  conflict: Conflict
  replaces?: { id: string; sha256: string }
  bytes: Uint8Array<ArrayBuffer>
}

/** A storage that went away is not chosen again. */
const TRIES = 2

/**
 * Stores content the way every file goes, but without the panel: it is there or not when this ends. Rejects with
 * ApiFailure (name_taken: the decision was "skip", and there is such a file) or Unreachable.
 */
export async function storeContent(written: Written, signal: AbortSignal): Promise<EntryItem> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await storeOnce(written, signal)
    } catch (error) {
      if (!(error instanceof StorageSilent) || tries === TRIES || !navigator.onLine) throw error
    }
  }
}

/** The web server answered, the storage did not. */
class StorageSilent extends Unreachable {}

async function storeOnce({ bytes, ...file }: Written, signal: AbortSignal): Promise<EntryItem> {
  const item: StartBody = { ...file, clientId: 'written', size: bytes.length }
  const [started] = await startUploads([item])
  if (started?.ok !== true) throw refused(started?.error)
  if (!('ticket' in started)) return entryOf('entry' in started ? started.entry : null)
  try {
    const receipt = await sendToStorage(started, new File([bytes], file.name), signal)
    const [completed] = await completeUploads([{ uploadId: started.uploadId, receipt }])
    if (completed?.ok !== true) throw refused(completed?.error)
    return entryOf(completed.entry)
  } catch (error) {
    // Its reservation ends by itself when the server does not hear this either.
    abandonUpload(started.uploadId).catch(() => undefined)
    throw error
  }
}

async function sendToStorage(ticket: RenewedTicket, file: File, signal: AbortSignal): Promise<string> {
  const place: Place = { ...ticket, receivedAt: Date.now() }
  const sent = await sendWhole({ file, size: file.size, place, pace: new SendPace(), onSent: () => undefined, signal })
  if (sent.kind !== 'sent') throw broken(sent, signal)
  if (sent.receipt !== null) return sent.receipt
  const waited = await waitForReceipt(place, signal)
  if (waited.kind !== 'receipt') throw broken(waited, signal)
  return waited.receipt
}

function broken(why: Exclude<ReceiptResult, { kind: 'receipt' }>, signal: AbortSignal): unknown {
  if (why.kind === 'stopped') return signal.reason
  return why.kind === 'refused' ? refused() : new StorageSilent(why.kind)
}

function refused(body: ApiErrorBody = { code: 'internal', message: 'The storage refused.' }): ApiFailure {
  return new ApiFailure(statusOfErrorCode[body.code], body)
}

function entryOf(entry: EntryItem | null): EntryItem {
  return entry ?? raise(refused({ code: 'name_taken', message: 'There is a file of this name.' }))
}

function raise(error: Error): never {
  throw error
}
