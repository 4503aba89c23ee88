import type { IncomingMessage, ServerResponse } from 'node:http'
import type { UploadTicket } from '@cairn/dfs-core/tickets'
import { answerJson, bearerToken, checkTicket, checkWanted, HttpError, senderOf } from '@cairn/dfs-http'
import { bodyCheckOf, methodOf, UploadError, type UploadOperation } from '@cairn/dfs-tus'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import { offsetAt, receiptOf } from '../lib/spooled-uploads.ts'
import { type ClusterGroups, ticketKeysOf } from './cluster-keys.ts'
import type { FinishQueue } from './finish-queue.ts'
import { type TusUploads, UPLOADS_PATH } from './tus-uploads.ts'
import { asUploadError, memberOf } from './upload-failure.ts'
import { fencedUpload, knownUpload } from './upload-rows.ts'

const BODY_TYPE = 'application/offset+octet-stream'
/** A poll for a receipt is answered when it is there, or after this time with the progress. */
const RECEIPT_POLL_MS = 2000

interface UploadRequestsOptions {
  groups: ClusterGroups
  tus: TusUploads
  finishes: FinishQueue
}

export function isUploadPath(pathname: string): boolean {
  return pathname === UPLOADS_PATH || pathname.startsWith(`${UPLOADS_PATH}/`)
}

/** Requests below /files: who sends them and for which upload is checked here, then tus has them. */
export class UploadRequests {
  readonly #options: UploadRequestsOptions

  constructor(options: UploadRequestsOptions) {
    this.#options = options
  }

  async answer(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    const { tus } = this.#options
    request.method = methodOf(request)
    if (request.method === 'OPTIONS') return await tus.answerOptions(request, response)
    const [, upl = null, receipt] = /^\/files\/([0-9a-f]{32})(\/receipt)?$/.exec(pathname) ?? []
    if (upl === null && pathname !== UPLOADS_PATH && pathname !== `${UPLOADS_PATH}/`) {
      throw new UploadError('not_found', 'there is no such upload')
    }
    if (upl !== null && receipt !== undefined) return await this.#answerReceipt(request, response, upl)
    checkHead(request)
    const operations = operationsOf(request, upl)
    const ticket = await this.#check(request, operations, upl)
    const check = operations.includes('write') ? bodyCheckOf(request) : undefined
    if (operations.includes('create')) checkCreation(request, ticket)
    await (operations.includes('create') ? fencedUpload(ticket) : knownUpload(ticket))
    await tus.handle(request, response, { ticket, check, outerBase: senderOf(request).base ?? '' })
  }

  async #check(
    request: IncomingMessage,
    operations: readonly UploadOperation[],
    upl: string | null,
  ): Promise<UploadTicket> {
    const keys = ticketKeysOf(await this.#options.groups.list())
    const ticket = checkTicket({ keys }, bearerToken(request), 'up')
    checkWanted(ticket, { operations, upl })
    return ticket
  }

  async #answerReceipt(request: IncomingMessage, response: ServerResponse, upl: string): Promise<void> {
    if (request.method !== 'GET') {
      throw new HttpError(405, 'method_not_allowed', 'a receipt is read by GET', { Allow: 'GET' })
    }
    await knownUpload(await this.#check(request, ['head'], upl))
    const row = await this.#options.finishes.settled(upl, RECEIPT_POLL_MS)
    if (row === null) throw new UploadError('not_found', 'there is no such upload')
    const receipt = receiptOf(row)
    if (receipt !== null) return answerJson(response, 200, { receipt })
    if (row.state === 'complete' && row.attempts > 0) {
      throw new UploadError('unavailable', 'the storage of this upload does not answer')
    }
    answerJson(response, 202, await progressOf(row))
  }
}

async function progressOf(row: SpooledUpload): Promise<object> {
  try {
    const offset = await offsetAt(await memberOf(row), row)
    const state = row.state === 'complete' ? 'hashing' : row.state
    return { state, offset, hashed: Number(row.hashed), size: Number(row.size) }
  } catch (error) {
    throw asUploadError(error)
  }
}

function operationsOf({ method, headers }: IncomingMessage, upl: string | null): UploadOperation[] {
  const isCreation = upl === null
  if (isCreation && method === 'POST') {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    return hasBody ? ['create', 'write'] : ['create']
  }
  if (!isCreation && method === 'PATCH') return ['write']
  if (!isCreation && method === 'HEAD') return ['head']
  if (!isCreation && method === 'DELETE') return ['end']
  throw new UploadError('method_not_allowed', 'uploads are created by POST and take HEAD, PATCH and DELETE')
}

/** What @tus/server answers otherwise than tus says. */
function checkHead({ method, headers }: IncomingMessage): void {
  if (headers['tus-resumable'] !== '1.0.0') {
    throw new UploadError('tus_version', 'the header Tus-Resumable: 1.0.0 is required')
  }
  if (method === 'PATCH' && headers['content-type'] !== BODY_TYPE) {
    throw new UploadError('content_type', `the body of an upload has Content-Type ${BODY_TYPE}`)
  }
}

/** An upload is as long as its ticket says, or says so later; content without bytes is never stored. */
function checkCreation({ headers }: IncomingMessage, { len }: UploadTicket): void {
  const isDeferred = headers['upload-length'] === undefined && headers['upload-defer-length'] !== undefined
  const length = Number(headers['upload-length'])
  if (len === 0 || !(isDeferred || length === len)) {
    throw new UploadError(length > len ? 'too_large' : 'length_mismatch', `the ticket is for ${len} bytes`)
  }
  const metadata = String(headers['upload-metadata'] ?? '').split(',')
  if (metadata.some((pair) => Buffer.from(pair.split(' ')[1] ?? '', 'base64').includes(0))) {
    throw new UploadError('bad_request', 'the values of Upload-Metadata have no zero bytes')
  }
}
