import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server } from '@tus/server'
import { ERRORS } from '@tus/utils'
import { CHECKSUM_ALGORITHMS } from './body-check.ts'
import type { NewPart, PartStore } from './part-store.ts'
import { readTusCall, type TusCall, type UploadOperation } from './tus-call.ts'
import { type ActiveRequest, DfsTusDataStore } from './tus-data-store.ts'
import { UploadError, type UploadErrorCode } from './upload-error.ts'
import type { ReleaseSlot, UploadSlots } from './upload-slots.ts'
import { isWholeUpload, receiveWhole } from './whole-upload.ts'

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
  authorise(request: IncomingMessage, operations: readonly UploadOperation[], upl: string | null): NewPart
  /** Headers of an answer that reports a complete upload (a receipt). May wait for a moment, `maxWaitMs` at most. */
  completionHeaders(upl: string, maxWaitMs: number): Promise<Record<string, string>>
  /** Writes an error as the answer; also for unexpected ones, which the client must not see in detail. */
  answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void
}

export interface TusServer {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

interface Pending {
  call: TusCall
  part: NewPart
  request: IncomingMessage
  error?: unknown
}

/** How long the answer to the last byte waits for a receipt before it goes without one (the client then polls). */
const RECEIPT_WAIT_MS = 1000
/** The only headers of a request that `@tus/server` needs to see; the rest has been dealt with. */
const FORWARDED_HEADERS = ['tus-resumable', 'upload-length', 'upload-offset', 'content-type', 'content-length']

/**
 * tus 1.0.0 with creation, creation-with-upload, checksum, termination and expiration. `@tus/server` keeps the protocol's rules; around it
 * this adds tickets, upload names that the ticket gives (so that creation can be repeated), take-over of uploads whose old connection hangs,
 * checked checksums, and errors as JSON with a code.
 */
export function createTusServer(options: TusServerOptions): TusServer {
  const { path, store, slots, sizeMax } = options
  const dataStore = new DfsTusDataStore(store)
  const pendings = new WeakMap<Request, Pending>()
  const pendingOf = (request: Request): Pending => {
    const pending = pendings.get(request)
    if (pending === undefined) throw new Error('a tus request that did not come through handle()')
    return pending
  }

  const server = new Server({
    path,
    datastore: dataStore,
    relativeLocation: true,
    namingFunction: (request) => pendingOf(request).part.upl,
    getFileIdFromRequest: (request) => pendingOf(request).part.upl,
    locker: (request) => ({ newLock: () => newLock(slots, store, dataStore, pendingOf(request)) }),
    onUploadFinish: async (_request, upload) => ({
      headers: await options.completionHeaders(upload.id, RECEIPT_WAIT_MS),
    }),
    onResponseError: (request, error) => {
      pendingOf(request).error = error
      return { status_code: 500, body: '' }
    },
  })

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'OPTIONS') return answerOptions(response, sizeMax)
    const call = readTusCall(request, path)
    const part = options.authorise(request, call.operations, call.upl)
    if (call.method === 'POST') checkLength(call.uploadLength, part.len, sizeMax)

    if (isWholeUpload(store, call, part) && (await receiveWhole(options, { call, part, request, response }))) return

    const pending: Pending = { call, part, request }
    const webRequest = new Request(`http://storage${path}/${part.upl}`, {
      method: call.method,
      headers: forwarded(request),
    })
    pendings.set(webRequest, pending)
    const answer = await server.handleWeb(webRequest)
    if (pending.error !== undefined) throw toUploadError(pending.error)
    if (answer.status >= 400) throw new UploadError('bad_request', (await answer.text()).trim())
    const headers = answerHeaders(answer)
    if (call.method === 'HEAD' && headers['upload-offset'] === headers['upload-length']) {
      Object.assign(headers, await options.completionHeaders(part.upl, 0))
    }
    response.writeHead(answer.status, headers)
    response.end()
  }

  return {
    handle: (request, response) =>
      handle(request, response).catch((error) => options.answerError(request, response, error)),
  }
}

/** A lock of `@tus/server` on our slots. The epoch is checked before the slot is asked for, and again when it is held. */
function newLock(slots: UploadSlots, store: PartStore, dataStore: DfsTusDataStore, pending: Pending) {
  const { part, call, request } = pending
  let release: ReleaseSlot = () => undefined
  return {
    lock: async (): Promise<void> => {
      const takeover = new AbortController()
      await store.fence(part.upl, part.ep)
      release = await slots.acquire(part.upl, () => takeover.abort())
      const active: ActiveRequest = { part, body: request, takeover, check: call.check }
      dataStore.enter(part.upl, active)
      try {
        await store.fence(part.upl, part.ep)
      } catch (error) {
        dataStore.leave(part.upl)
        release()
        throw error
      }
    },
    unlock: (): Promise<void> => {
      dataStore.leave(part.upl)
      release()
      return Promise.resolve()
    },
  }
}

function checkLength(uploadLength: number, ticketLength: number, sizeMax: number): void {
  if (uploadLength === 0) throw new UploadError('empty_upload', 'empty content is not uploaded')
  if (uploadLength > sizeMax) throw new UploadError('too_large', `at most ${sizeMax} bytes can be uploaded here`)
  if (uploadLength > ticketLength) throw new UploadError('too_large', `the ticket allows ${ticketLength} bytes`)
  if (uploadLength < ticketLength) throw new UploadError('length_mismatch', `the ticket is for ${ticketLength} bytes`)
}

function forwarded(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  return headers
}

/** CORS belongs to the HTTP server around this one. */
function answerHeaders(answer: Response): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of answer.headers) {
    if (!name.startsWith('access-control-')) headers[name] = value
  }
  return headers
}

function answerOptions(response: ServerResponse, sizeMax: number): void {
  response.writeHead(204, {
    'Tus-Resumable': '1.0.0',
    'Tus-Version': '1.0.0',
    'Tus-Extension': 'creation,creation-with-upload,checksum,termination,expiration',
    'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS,
    'Tus-Max-Size': String(sizeMax),
  })
  response.end()
}

const LIBRARY_ERRORS = new Map<unknown, UploadErrorCode>([
  [ERRORS.FILE_NOT_FOUND, 'not_found'],
  [ERRORS.INVALID_OFFSET, 'offset_conflict'],
  [ERRORS.FILE_NO_LONGER_EXISTS, 'gone'],
  [ERRORS.ERR_SIZE_EXCEEDED, 'too_large'],
  [ERRORS.ERR_MAX_SIZE_EXCEEDED, 'too_large'],
  [ERRORS.ABORTED, 'taken_over'],
])

/** `@tus/server` throws plain objects {status_code, body} for its own refusals; ours and unexpected errors travel on as they are. */
function toUploadError(error: unknown): unknown {
  const code = LIBRARY_ERRORS.get(error)
  if (code === undefined || typeof error !== 'object' || error === null) return error
  const message = 'body' in error && typeof error.body === 'string' ? error.body.trim() : code
  return new UploadError(code, message)
}
