import type { IncomingMessage, ServerResponse } from 'node:http'
import type { UploadTicket } from '@cairn/dfs-core/tickets'
import { checkMember, checkTicket, checkWanted, HttpError } from '@cairn/dfs-http'
import { UploadError } from '@cairn/dfs-tus'
import { isDiskFailure } from '../parts/disk-failure.ts'
import { BulkAnswer, type FileAnswer } from './bulk-answer.ts'
import { BodyBytes } from './bulk-body.ts'
import { signReceipt } from './receipt.ts'
import { UPLOADS_PATH, type UploadsOptions } from './uploads.ts'

export const BULK_PATH = `${UPLOADS_PATH}/bulk`

/**
 * A body is a row of files, each with a head before its bytes:
 *   0  u16  length of the ticket
 *   2  u32  length of the content
 *   6       ticket, then content
 */
const BODY_TYPE = 'application/vnd.cairn.files'
const HEAD_BYTES = 6
const TICKET_BYTES_MAX = 1024
const FILES_MAX = 200
const BODY_BYTES_MAX = 16 * 1024 * 1024
/** So many files of a request are stored at once, and share the rounds of syncing; fewer when many requests bring bytes. */
const AT_ONCE_MAX = 64
/** An upload whose hash is being made is answered without a receipt after this time, and asked for later. */
const RECEIPT_WAIT_MS = 1000

export interface BulkOptions extends UploadsOptions {
  /** Told about each file when it is answered, since all have one request. */
  onFile(file: { upl: string | null; bytes: number; status: number }): void
  onFailure(error: unknown): void
}

/** Many small uploads in one request, each with its own ticket and its own answer: as if each had come whole with its creation. */
export async function answerBulk(
  options: BulkOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    throw new HttpError(405, 'method_not_allowed', 'files are sent by POST', { Allow: 'POST' })
  }
  if (request.headers['content-type'] !== BODY_TYPE) {
    throw new UploadError('content_type', `many files in one body have Content-Type ${BODY_TYPE}`)
  }
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
  const body = new BodyBytes(request, BODY_BYTES_MAX)
  const answer = new BulkAnswer(response)
  try {
    await options.parts.budget.during(() => storeAll(new Files(options, body), options, answer))
  } catch (error) {
    if (!(error instanceof UploadError)) throw error
    // Most clients hear nothing before they have sent everything.
    await body.drop()
    if (answer.count === 0) throw error
    answer.add(refusal(null, error))
  } finally {
    // The client may be gone; nothing goes on behind a request that is over.
    await answer.fewerThan(1)
  }
  if (!request.complete) response.once('finish', () => request.destroy())
  response.end()
}

/** Throws when the body is not a row of files, or too much; what came before is answered all the same. */
async function storeAll(files: Files, { parts }: BulkOptions, answer: BulkAnswer): Promise<void> {
  for (let file = await files.next(); file !== null; file = await files.next()) {
    answer.add(file.answer)
    await answer.fewerThan(Math.min(AT_ONCE_MAX, Math.max(1, Math.floor(parts.budget.share / parts.wholeMax))))
  }
  if (answer.count === 0) throw new UploadError('bad_request', 'the body has no file')
}

/** The files of one request. */
class Files {
  readonly #options: BulkOptions
  readonly #body: BodyBytes
  #count = 0

  constructor(options: BulkOptions, body: BodyBytes) {
    this.#options = options
    this.#body = body
  }

  /** The next one, whose answer comes when it is stored; null: that was all. Throws when the body is not a row of files. */
  async next(): Promise<{ answer: Promise<FileAnswer> } | null> {
    const head = await this.#body.read(HEAD_BYTES)
    if (head === null) return null
    const [ticketBytes, bytes] = [head.readUInt16BE(0), head.readUInt32BE(2)]
    if (ticketBytes > TICKET_BYTES_MAX) {
      throw new UploadError('bad_request', `a ticket has ${TICKET_BYTES_MAX} bytes at most`)
    }
    this.#count += 1
    if (this.#count > FILES_MAX) throw new UploadError('too_large', `a request may have ${FILES_MAX} files`)
    const token = (await this.#need(ticketBytes)).toString('latin1')
    const checked = this.#check(token, bytes)
    if ('refused' in checked) {
      await this.#body.skip(bytes)
      return { answer: this.#answered(checked.refused, bytes) }
    }
    const content = await this.#need(bytes)
    return { answer: this.#answered(this.#store(checked.ticket, content), bytes) }
  }

  async #need(size: number): Promise<Buffer> {
    const bytes = await this.#body.read(size)
    if (bytes === null) throw new UploadError('bad_request', 'the body ends within a file')
    return bytes
  }

  /** Before the content is read: what is refused is not kept in memory. */
  #check(token: string, bytes: number): { ticket: UploadTicket } | { refused: FileAnswer } {
    const { identity } = this.#options
    let upl: string | null = null
    try {
      const ticket = checkTicket(identity, token, 'up')
      upl = ticket.upl
      checkMember(identity, ticket)
      checkWanted(ticket, { operations: ['create', 'write'], upl: null })
      this.#checkLength(ticket, bytes)
      return { ticket }
    } catch (error) {
      return { refused: this.#refusal(upl, error) }
    }
  }

  #checkLength({ len }: UploadTicket, bytes: number): void {
    const { parts, sizeMax } = this.#options
    const max = Math.min(sizeMax, parts.wholeMax)
    if (bytes > max) throw new UploadError('too_large', `a file among many may have ${max} bytes here`)
    if (bytes > len) throw new UploadError('too_large', `the ticket allows ${len} bytes`)
    if (bytes < len) throw new UploadError('length_mismatch', `the ticket is for ${len} bytes`)
    if (bytes === 0) throw new UploadError('bad_request', 'a file without bytes is not stored')
  }

  /** By the way of one that comes alone. A request that is repeated finds what the first one has stored. */
  async #store(ticket: UploadTicket, content: Buffer): Promise<FileAnswer> {
    const { identity, parts, slots } = this.#options
    const { upl, ep, len, ext, own, ent } = ticket
    try {
      await parts.fence(upl, ep)
      const release = await slots.acquire(upl, () => undefined)
      try {
        await parts.fence(upl, ep)
        const part = { upl, ep, len, lenMax: len, ext, own, ent, metadata: '', concat: '', joins: [] }
        if (parts.isUnknown(upl)) await parts.putWhole(part, content)
        else await this.#checkStored(upl, len)
      } finally {
        release()
      }
      const finished = await parts.whenFinished(upl, RECEIPT_WAIT_MS)
      return { upl, receipt: finished === null ? null : signReceipt(identity, finished) }
    } catch (error) {
      return this.#refusal(upl, error)
    }
  }

  async #checkStored(upl: string, bytes: number): Promise<void> {
    const { state, len } = await this.#options.parts.status(upl)
    if (len !== bytes) throw new UploadError('length_mismatch', `upload ${upl} was created with another length`)
    if (state !== 'open') return
    throw new UploadError('offset_conflict', `upload ${upl} was begun: ask for its offset and go on from there`)
  }

  async #answered(answer: FileAnswer | Promise<FileAnswer>, bytes: number): Promise<FileAnswer> {
    const known = await answer
    this.#options.onFile({ upl: known.upl, bytes, status: 'status' in known ? known.status : 201 })
    return known
  }

  #refusal(upl: string | null, error: unknown): FileAnswer {
    if (error instanceof HttpError || (error instanceof UploadError && !isDiskFailure(error)))
      return refusal(upl, error)
    this.#options.onFailure(error)
    if (error instanceof UploadError) return refusal(upl, error)
    return { upl, status: 500, code: 'internal', message: 'the storage could not do this; its log says why' }
  }
}

function refusal(upl: string | null, { status, code, message }: UploadError | HttpError): FileAnswer {
  return { upl, status, code, message }
}
