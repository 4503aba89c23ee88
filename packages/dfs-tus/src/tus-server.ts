import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { CHECKSUM_ALGORITHMS } from './body-check.ts'
import type { BodyCheck, NewPart, PartStatus, PartStore, WriteOptions } from './part-store.ts'
import {
  type CreateCall,
  methodOf,
  operationsOf,
  type PatchCall,
  readTusCall,
  type UploadOperation,
} from './tus-call.ts'
import { UploadError } from './upload-error.ts'
import type { UploadSlots } from './upload-slots.ts'
import { isWholeUpload, receiveWhole } from './whole-upload.ts'

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
  /** Headers of an answer that reports a complete upload (a receipt). May wait for a moment, `maxWaitMs` at most. */
  completionHeaders(upl: string, maxWaitMs: number): Promise<Record<string, string>>
  /** Writes an error as the answer; also for unexpected ones, which the client must not see in detail. */
  answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void
}

export interface TusServer {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

const EXTENSIONS = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'expiration',
  'checksum',
  'checksum-trailer',
  'termination',
  'concatenation',
].join(',')

/** How long the answer to the last byte waits for a receipt before it goes without one (the client then polls). */
const RECEIPT_WAIT_MS = 1000
/** A body that arrives again for an upload that has its beginning is read and dropped up to this size, then the connection is given up. */
const REPEATED_BODY_MAX = 16 * 1024 * 1024

/**
 * tus 1.0.0 with all its extensions over a `PartStore`. Beyond the protocol: tickets, names of uploads that the ticket gives (so that a
 * creation can be repeated), epochs, and the newest request for an upload wins: an older one that still holds it is told to stop.
 */
export function createTusServer(options: TusServerOptions): TusServer {
  const tus = new Tus(options)
  return {
    async handle(request, response) {
      try {
        await tus.handle(request, response)
      } catch (error) {
        options.answerError(request, response, error)
      }
    },
  }
}

class Tus {
  readonly #options: TusServerOptions

  constructor(options: TusServerOptions) {
    this.#options = options
  }

  handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    const { path, authorise } = this.#options
    response.setHeader('Tus-Resumable', '1.0.0')
    if (methodOf(request) === 'OPTIONS') return this.#answerOptions(response)
    const call = readTusCall(request, path)
    const grant = authorise(request, operationsOf(call), call.method === 'POST' ? null : call.upl)
    switch (call.method) {
      case 'POST':
        return this.#create(call, grant, { request, response })
      case 'PATCH':
        return this.#patch(call, grant, { request, response })
      case 'HEAD':
        return this.#head(grant, response)
      case 'DELETE':
        return this.#end(grant, response)
    }
  }

  #answerOptions(response: ServerResponse): void {
    response.writeHead(204, {
      'Tus-Version': '1.0.0',
      'Tus-Extension': EXTENSIONS,
      'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS,
      'Tus-Max-Size': String(this.#options.sizeMax),
    })
    response.end()
  }

  async #create(call: CreateCall, grant: UploadGrant, { request, response }: Exchange): Promise<void> {
    const { path, store } = this.#options
    const part = this.#newPart(call, grant)
    if (isWholeUpload(store, call, part)) {
      continueBody(request, response)
      const headers = await receiveWhole(this.#options, { call, part, request })
      if (headers !== null) return answer(response, 201, { Location: `${path}/${part.upl}`, ...headers })
    }
    const status = await this.#hold(grant, async (takeover) => {
      const created = await store.create(part)
      if (call.body === null) return created
      await this.#receiveWith(created, { request, response, takeover, check: call.body.check })
      return store.status(part.upl)
    })
    answer(response, 201, {
      Location: `${path}/${part.upl}`,
      ...(call.body !== null && { 'Upload-Offset': String(status.offset) }),
      ...this.#expiry(status),
      ...(await this.#completion(status, RECEIPT_WAIT_MS)),
    })
  }

  #newPart({ length, metadata, concat, joins, body }: CreateCall, grant: UploadGrant): NewPart {
    const { upl, ep, ext, own, ent } = grant
    if (length !== null) this.#checkLength(length, grant.len)
    if ((body?.length ?? 0) > grant.len) throw tooLong()
    return { upl, ep, len: length, lenMax: grant.len, ext, own, ent, metadata, concat, joins }
  }

  #checkLength(length: number, granted: number): void {
    const { sizeMax } = this.#options
    if (length > sizeMax) throw new UploadError('too_large', `at most ${sizeMax} bytes can be uploaded here`)
    if (length > granted) throw new UploadError('too_large', `the ticket allows ${granted} bytes`)
    if (length < granted) throw new UploadError('length_mismatch', `the ticket is for ${granted} bytes`)
  }

  /** A creation that is repeated with its body finds bytes there: they are not written again, and the answer says where to go on. */
  async #receiveWith(status: PartStatus, { request, response, takeover, check }: Receiving): Promise<void> {
    continueBody(request, response)
    if (status.offset !== 0 || status.state !== 'open') return discardBody(request)
    await this.#options.store.write(status.upl, 0, request, writeOptions(takeover, check))
  }

  async #patch(call: PatchCall, grant: UploadGrant, { request, response }: Exchange): Promise<void> {
    const { store } = this.#options
    const status = await this.#hold(grant, async (takeover) => {
      const before = await store.status(call.upl)
      this.#checkPatch(call, grant, before)
      continueBody(request, response)
      // A last request that is repeated: nothing is missing.
      if (before.state !== 'open') return expectNoBody(request).then(() => before)
      const len = before.len === null && call.length !== null ? { len: call.length } : {}
      await store.write(call.upl, call.offset, request, { ...writeOptions(takeover, call.body.check), ...len })
      return store.status(call.upl)
    })
    answer(response, 204, {
      'Upload-Offset': String(status.offset),
      ...this.#expiry(status),
      ...(await this.#completion(status, RECEIPT_WAIT_MS)),
    })
  }

  #checkPatch({ offset, length, body }: PatchCall, grant: UploadGrant, status: PartStatus): void {
    if (isFinal(status)) throw new UploadError('forbidden', 'an upload that is joined takes no bytes')
    if (status.offset !== offset) {
      throw new UploadError('offset_conflict', `upload ${status.upl} has ${status.offset} bytes`)
    }
    if (length !== null && status.len !== null && length !== status.len) {
      throw new UploadError('length_mismatch', `the length of upload ${status.upl} is ${status.len}`)
    }
    const end = length ?? status.len ?? grant.len
    if (end > Math.min(this.#options.sizeMax, grant.len)) {
      throw new UploadError('too_large', `the ticket allows ${grant.len} bytes`)
    }
    if (end < offset) throw new UploadError('length_mismatch', `upload ${status.upl} has ${offset} bytes already`)
    if (offset + (body.length ?? 0) > end) throw tooLong()
  }

  async #head(grant: UploadGrant, response: ServerResponse): Promise<void> {
    const status = await this.#hold(grant, () => this.#options.store.status(grant.upl))
    const { len, offset, metadata, concat } = status
    const isJoining = isFinal(status) && status.state === 'open'
    answer(response, 200, {
      'Cache-Control': 'no-store',
      ...(!isJoining && { 'Upload-Offset': String(offset) }),
      ...(len === null ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': String(len) }),
      ...(metadata !== '' && { 'Upload-Metadata': metadata }),
      ...(concat !== '' && { 'Upload-Concat': concat }),
      ...this.#expiry(status),
      ...(await this.#completion(status, 0)),
    })
  }

  async #end(grant: UploadGrant, response: ServerResponse): Promise<void> {
    await this.#hold(grant, () => this.#options.store.remove(grant.upl))
    answer(response, 204, {})
  }

  /** The epoch is checked before the slot is asked for, and again when it is held. */
  async #hold<T>({ upl, ep }: UploadGrant, work: (takeover: AbortSignal) => Promise<T>): Promise<T> {
    const { store, slots } = this.#options
    const takeover = new AbortController()
    await store.fence(upl, ep)
    const release = await slots.acquire(upl, () => takeover.abort())
    try {
      await store.fence(upl, ep)
      return await work(takeover.signal)
    } finally {
      release()
    }
  }

  /** Of an upload that is not complete: it is removed when nobody writes to it for so long. */
  #expiry({ state, changedAtMs }: PartStatus): Record<string, string> {
    if (state !== 'open') return {}
    return { 'Upload-Expires': new Date(changedAtMs + this.#options.store.expiryMs).toUTCString() }
  }

  #completion({ upl, state }: PartStatus, maxWaitMs: number): Promise<Record<string, string>> {
    return state === 'open' ? Promise.resolve({}) : this.#options.completionHeaders(upl, maxWaitMs)
  }
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

interface Receiving extends Exchange {
  takeover: AbortSignal
  check: BodyCheck | undefined
}

function writeOptions(takeover: AbortSignal, check: BodyCheck | undefined): WriteOptions {
  return check === undefined ? { takeover } : { takeover, check }
}

function isFinal({ concat }: PartStatus): boolean {
  return concat.startsWith('final;')
}

/** A client that asks before it sends hears only now that it may: what would be refused has been. */
function continueBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
}

function answer(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, status === 201 ? { ...headers, 'Content-Length': '0' } : headers)
  response.end()
}

function tooLong(): UploadError {
  return new UploadError('too_large', 'the body is longer than what the upload still lacks')
}

async function expectNoBody(body: Readable): Promise<void> {
  for await (const chunk of body) if (chunk.length > 0) throw tooLong()
}

async function discardBody(body: Readable): Promise<void> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > REPEATED_BODY_MAX) {
      throw new UploadError('offset_conflict', 'the upload has bytes already: ask for its offset and go on from there')
    }
  }
}
