import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { CHECKSUM_ALGORITHMS } from './body-check.ts'
import { draftDialect, speaksDraft } from './draft-dialect.ts'
import type { NewPart, PartStatus } from './part-store.ts'
import { readSegmentCall, type SegmentCall } from './segment-call.ts'
import { SegmentServer } from './segment-server.ts'
import { methodOf, tusDialect } from './tus-dialect.ts'
import {
  type Exchange,
  RECEIPT_WAIT_MS,
  REPEATED_BODY_MAX,
  type TusServerOptions,
  type UploadGrant,
} from './tus-options.ts'
import { continueBody, dropBody } from './unwanted-body.ts'
import {
  type BodyFrame,
  type CreateCall,
  isFinal,
  operationsOf,
  type PatchCall,
  type UploadCall,
} from './upload-call.ts'
import { UploadError } from './upload-error.ts'
import { isWholeUpload, receiveWhole } from './whole-upload.ts'

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

/**
 * tus 1.0.0 with all its extensions, and the coming standard of the IETF, over a `PartStore`. Beyond the protocols: tickets,
 * names of uploads that the ticket gives (so that a creation can be repeated), epochs, and the newest request for an upload
 * wins: an older one that still holds it is told to stop.
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
  readonly #segments: SegmentServer

  constructor(options: TusServerOptions) {
    this.#options = options
    this.#segments = new SegmentServer(options)
  }

  handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    const { path, sizeMax } = this.#options
    response.setHeader('Tus-Resumable', '1.0.0')
    if (methodOf(request) === 'OPTIONS') return this.#answerOptions(response)
    const dialect = speaksDraft(request) ? draftDialect : tusDialect
    for (const [name, value] of Object.entries(dialect.standing(sizeMax))) response.setHeader(name, value)
    const segment = readSegmentCall(request, path)
    if (segment !== null)
      return this.#segments.handle(segment, this.#authorise(segment, { request, response, dialect }))
    const call = dialect.read(request, path)
    const exchange = this.#authorise(call, { request, response, dialect })
    switch (call.method) {
      case 'POST':
        return this.#create(call, exchange)
      case 'PATCH':
        return this.#patch(call, exchange)
      case 'HEAD':
        return this.#head(exchange)
      case 'DELETE':
        return this.#end(exchange)
    }
  }

  #authorise(call: UploadCall | SegmentCall, asked: Omit<Exchange, 'grant'>): Exchange {
    const grant = this.#options.authorise(asked.request, operationsOf(call), call.method === 'POST' ? null : call.upl)
    return { ...asked, grant }
  }

  #answerOptions(response: ServerResponse): void {
    const { sizeMax } = this.#options
    response.writeHead(204, {
      'Tus-Version': '1.0.0',
      'Tus-Extension': EXTENSIONS,
      'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS,
      'Tus-Max-Size': String(sizeMax),
      'Accept-Patch': 'application/offset+octet-stream, application/partial-upload',
      ...draftDialect.standing(sizeMax),
    })
    response.end()
  }

  async #create(call: CreateCall, exchange: Exchange): Promise<void> {
    const { path, store } = this.#options
    const { request, response, dialect, grant } = exchange
    const part = this.#newPart(call, grant)
    const place = { Location: `${this.#outerBase(request)}${path}/${part.upl}` }
    if (isWholeUpload(store, call, part)) {
      continueBody(exchange)
      if (await receiveWhole(this.#options, { call, part, request })) {
        return this.#answerProgress(201, call, exchange, storedWhole(part))
      }
    }
    const status = await this.#holdWhole(grant, async (takeover) => {
      const created = await store.create(part)
      if (call.body === null) return created
      dialect.announce(request, response, { ...place, ...dialect.standing(this.#options.sizeMax) })
      // A creation that is repeated with its body finds bytes there: they are not written again.
      if (created.offset !== 0 || created.state !== 'open') {
        await dropBody(exchange, takeover, { sizeMax: REPEATED_BODY_MAX, error: bytesAlready(part) })
        return store.status(part.upl)
      }
      return this.#receive({ ...exchange, takeover, status: created, body: call.body, len: null })
    })
    await this.#answerProgress(201, call, exchange, status)
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

  async #patch(call: PatchCall, exchange: Exchange): Promise<void> {
    const { store } = this.#options
    const { grant } = exchange
    const status = await this.#holdWhole(grant, async (takeover) => {
      const before = await store.status(call.upl, grant.ep)
      this.#checkPatch(call, exchange, before)
      if (before.state !== 'open') {
        // A last request that is repeated: nothing is missing.
        await dropBody(exchange, takeover, { sizeMax: 0, error: tooLong() })
        call.body.check?.verify()
        return before
      }
      const len = before.len === null ? call.length : null
      return this.#receive({ ...exchange, takeover, status: before, body: call.body, len })
    })
    await this.#answerProgress(204, call, exchange, status)
  }

  #checkPatch({ offset, length, body }: PatchCall, { response, dialect, grant }: Exchange, status: PartStatus): void {
    if (isFinal(status)) throw new UploadError('forbidden', 'an upload that is joined takes no bytes')
    if (status.offset !== offset) {
      for (const [name, value] of Object.entries(dialect.conflict(status))) response.setHeader(name, value)
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

  /** Stores a body behind what is there; `len` is the length that the request tells. */
  async #receive(receiving: Receiving): Promise<PartStatus> {
    const { store } = this.#options
    const { request, takeover, status, body, len } = receiving
    const { upl, offset } = status
    continueBody(receiving)
    const { check, length } = body
    const told = { ...(check !== undefined && { check }), ...(length !== undefined && { length }) }
    const options = { takeover, ...told, ...(len !== null && { len }) }
    await store.write(upl, offset, request, options)
    const after = await store.status(upl)
    if (!body.isLast || !request.complete || after.offset === after.len) return after
    if (after.len !== null) {
      throw new UploadError('length_mismatch', `the content ends at ${after.offset}, and its length is ${after.len}`)
    }
    await store.write(upl, after.offset, Readable.from([]), { takeover, len: after.offset })
    return store.status(upl)
  }

  async #answerProgress(code: number, call: CreateCall | PatchCall, exchange: Exchange, status: PartStatus) {
    const { path, store } = this.#options
    const { request, response, dialect } = exchange
    const location = `${this.#outerBase(request)}${path}/${status.upl}`
    const place = code === 201 ? { Location: location, 'Content-Length': '0' } : {}
    const completion = await this.#completion(status, RECEIPT_WAIT_MS)
    response.writeHead(code, { ...place, ...dialect.progress(call, status, store.expiryMs), ...completion })
    response.end()
  }

  async #head({ response, dialect, grant }: Exchange): Promise<void> {
    const { store } = this.#options
    const status = await this.#holdWhole(grant, () => store.status(grant.upl, grant.ep))
    const { code, headers } = dialect.head(status, store.expiryMs)
    const completion = await this.#completion(status, 0)
    response.writeHead(code, { 'Cache-Control': 'no-store', ...headers, ...completion })
    response.end()
  }

  async #end({ response, grant }: Exchange): Promise<void> {
    await this.#hold(grant, () => this.#options.store.remove(grant.upl))
    response.writeHead(204)
    response.end()
  }

  /** As `#hold`; nothing lies ahead of the upload's offset any more. */
  #holdWhole<T>(grant: UploadGrant, work: (takeover: AbortSignal) => Promise<T>): Promise<T> {
    return this.#hold(grant, async (takeover) => {
      await this.#options.store.segments?.forget(grant.upl)
      return work(takeover)
    })
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

  #outerBase(request: IncomingMessage): string {
    return this.#options.outerBase?.(request) ?? ''
  }

  #completion({ upl, state }: PartStatus, maxWaitMs: number): Promise<Record<string, string>> {
    return state === 'open' ? Promise.resolve({}) : this.#options.completionHeaders(upl, maxWaitMs)
  }
}

interface Receiving extends Exchange {
  takeover: AbortSignal
  status: PartStatus
  body: BodyFrame
  len: number | null
}

function tooLong(): UploadError {
  return new UploadError('too_large', 'the body is longer than what the upload still lacks')
}

function bytesAlready({ upl }: NewPart): UploadError {
  return new UploadError('offset_conflict', `upload ${upl} has bytes already: ask for its offset and go on from there`)
}

/** What `PartStore.putWhole` has made of it. */
function storedWhole({ upl, ep, lenMax: len, metadata, concat }: NewPart): PartStatus {
  return { upl, ep, len, offset: len, state: 'linked', changedAtMs: Date.now(), metadata, concat }
}
