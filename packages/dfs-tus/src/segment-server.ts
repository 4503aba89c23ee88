import type { SegmentCall, SegmentCreate, SegmentPatch } from './segment-call.ts'
import { SegmentSlots } from './segment-slots.ts'
import type { SegmentName, SegmentStatus, SegmentStore } from './segment-store.ts'
import { type Exchange, RECEIPT_WAIT_MS, REPEATED_BODY_MAX, type TusServerOptions } from './tus-options.ts'
import { continueBody, dropBody } from './unwanted-body.ts'
import type { BodyFrame } from './upload-call.ts'
import { UploadError } from './upload-error.ts'

/**
 * Several pieces of one upload at once (D8), each a tus resource `<upl>.<off>` with the ticket of its upload. Every answer that knows the
 * upload tells its prefix; all else about the upload is asked of the upload itself, which ends what is under way here.
 */
export class SegmentServer {
  readonly #options: TusServerOptions
  readonly #slots: SegmentSlots

  constructor(options: TusServerOptions) {
    this.#options = options
    this.#slots = new SegmentSlots(options.slots)
  }

  handle(call: SegmentCall, exchange: Exchange): Promise<void> {
    const { segments } = this.#options.store
    if (segments === undefined) throw new UploadError('unsupported', 'uploads take no segments here')
    const segment = { segments, exchange, name: { upl: exchange.grant.upl, off: call.off } }
    switch (call.method) {
      case 'POST':
        return this.#create(call, segment)
      case 'PATCH':
        return this.#patch(call, segment)
      case 'HEAD':
        return this.#head(segment)
      case 'DELETE':
        return this.#end(segment)
    }
  }

  async #create({ length, body }: SegmentCreate, segment: SegmentExchange): Promise<void> {
    const { segments, exchange, name } = segment
    const status = await this.#hold(segment, async (takeover) => {
      const opened = await segments.open(name, length)
      if (body === null) return opened
      if (opened.offset === 0) return this.#receive(segment, { takeover, status: opened, body })
      // As a creation of an upload that is repeated: the bytes that are there are not written again.
      await dropBody(exchange, takeover, { sizeMax: REPEATED_BODY_MAX, error: tooLong(name) })
      return segments.open(name, length)
    })
    const { path, outerBase } = this.#options
    const place = `${outerBase?.(exchange.request) ?? ''}${path}/${name.upl}.${name.off}`
    await this.#answer(exchange, status, { code: 201, headers: { Location: place, 'Content-Length': '0' } })
  }

  async #patch({ offset, body }: SegmentPatch, segment: SegmentExchange): Promise<void> {
    const { segments, exchange, name } = segment
    const status = await this.#hold(segment, async (takeover) => {
      const before = await segments.status(name)
      if (before.offset !== offset) {
        throw new UploadError('offset_conflict', `segment ${name.upl}.${name.off} has ${before.offset} bytes`)
      }
      return this.#receive(segment, { takeover, status: before, body })
    })
    await this.#answer(exchange, status, { code: 204, headers: {} })
  }

  async #head(segment: SegmentExchange): Promise<void> {
    const { segments, exchange, name } = segment
    const status = await this.#hold(segment, () => segments.status(name))
    const headers = { 'Cache-Control': 'no-store', 'Upload-Length': String(status.len), 'Upload-Concat': 'partial' }
    await this.#answer(exchange, status, { code: 200, headers })
  }

  async #end(segment: SegmentExchange): Promise<void> {
    const { segments, exchange, name } = segment
    await this.#hold(segment, () => segments.remove(name))
    exchange.response.writeHead(204)
    exchange.response.end()
  }

  #receive({ segments, exchange, name }: SegmentExchange, receiving: Receiving): Promise<SegmentStatus> {
    const { takeover, status, body } = receiving
    const { check, length } = body
    if (status.offset + (length ?? 0) > status.len) throw tooLong(name)
    continueBody(exchange)
    const told = { ...(check !== undefined && { check }), ...(length !== undefined && { length }) }
    return segments.write(name, status.offset, exchange.request, { takeover, ...told })
  }

  async #answer(
    { response }: Exchange,
    { upl, offset, prefix, state }: SegmentStatus,
    { code, headers }: { code: number; headers: Record<string, string> },
  ): Promise<void> {
    const completion = state === 'open' ? {} : await this.#options.completionHeaders(upl, RECEIPT_WAIT_MS)
    const progress = { 'Upload-Offset': String(offset), 'Upload-Prefix': String(prefix) }
    response.writeHead(code, { ...headers, ...progress, ...completion })
    response.end()
  }

  /** The epoch is checked before anything is asked for, and again when the segment is held. Refusals tell the prefix, too. */
  async #hold<T>(segment: SegmentExchange, work: (takeover: AbortSignal) => Promise<T>): Promise<T> {
    const { segments, exchange, name } = segment
    const { store } = this.#options
    const { upl, ep } = exchange.grant
    await store.fence(upl, ep)
    return this.#slots.hold({ ...name, ep }, async (takeover) => {
      await store.fence(upl, ep)
      exchange.response.setHeader('Upload-Prefix', String(await segments.prefix(upl)))
      return work(takeover)
    })
  }
}

interface SegmentExchange {
  segments: SegmentStore
  exchange: Exchange
  name: SegmentName
}

interface Receiving {
  takeover: AbortSignal
  status: SegmentStatus
  body: BodyFrame
}

function tooLong({ upl, off }: SegmentName): UploadError {
  return new UploadError('too_large', `the body is longer than what segment ${upl}.${off} still lacks`)
}
