import { setTimeout as pause } from 'node:timers/promises'
import type { HttpAnswer, HttpCall, HttpClient } from './http-client.ts'
import { demand, type Extension, NotTestable } from './requirement.ts'

/** The server under test. */
export interface Target {
  /** Where uploads are created by POST. */
  readonly url: string
  /**
   * Headers that every request needs besides those of tus (credentials). `uploadUrl` is null for a creation; `lengthMax` is the number of
   * bytes that the upload will have at most.
   */
  headersFor?(request: { method: string; uploadUrl: string | null; lengthMax: number }): Record<string, string>
  /** The content of a finished upload, where there is a way to read it. */
  read?(uploadUrl: string): Promise<Buffer>
  /** Makes an unfinished upload expire now, where there is a way to. */
  expire?(uploadUrl: string): Promise<void>
  /** How long the server may take for what it does behind its answers, in milliseconds; 20 s when it is not said. */
  readonly patienceMs?: number
}

export interface Creation {
  /** `Upload-Length`; null: the header is not sent. */
  length: number | null
  /** For credentials, where `length` does not say it. */
  lengthMax?: number
  headers?: Record<string, string>
  body?: Buffer
}

export const TUS = { 'Tus-Resumable': '1.0.0' }
export const BODY_TYPE = { 'Content-Type': 'application/offset+octet-stream' }

const PATIENCE_MS = 20_000
const POLL_MS = 25

type PatchOptions = Pick<HttpCall, 'trailers' | 'chunked'> & { headers?: Record<string, string> }

/** The conversation of one check with the server, in the words of tus. */
export class TusSession {
  readonly target: Target
  readonly client: HttpClient
  #options: HttpAnswer | null = null

  constructor(target: Target, client: HttpClient) {
    this.target = target
    this.client = client
  }

  async options(): Promise<HttpAnswer> {
    this.#options ??= await this.client.send({ method: 'OPTIONS', url: this.target.url })
    return this.#options
  }

  async extensions(): Promise<ReadonlySet<string>> {
    return new Set(listOf((await this.options()).headers['tus-extension']))
  }

  async needs(extension: Extension): Promise<void> {
    if (extension === 'core' || (await this.extensions()).has(extension)) return
    throw new NotTestable(`${extension} is not announced`)
  }

  create({ length, lengthMax = length ?? 0, headers = {}, body }: Creation): Promise<HttpAnswer> {
    const all = {
      ...TUS,
      ...this.#credentials('POST', null, lengthMax),
      ...(length !== null && { 'Upload-Length': String(length) }),
      ...(body !== undefined && BODY_TYPE),
      ...headers,
    }
    return this.client.send({ method: 'POST', url: this.target.url, headers: all, ...(body !== undefined && { body }) })
  }

  /** Creates an upload that the check needs; its URL. */
  async upload(length: number, headers: Record<string, string> = {}): Promise<string> {
    return this.created(await this.create({ length, headers }))
  }

  created(answer: HttpAnswer): string {
    demand(answer.status === 201, `creating an upload was answered ${answer.status}`)
    const location = answer.headers['location']
    demand(location !== undefined, 'the answer to the creation has no Location')
    return new URL(location, this.target.url).href
  }

  head(uploadUrl: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.send('HEAD', uploadUrl, { headers })
  }

  patch(uploadUrl: string, offset: number | string, body: Buffer, options: PatchOptions = {}): Promise<HttpAnswer> {
    const headers = { ...BODY_TYPE, 'Upload-Offset': String(offset), ...options.headers }
    return this.send('PATCH', uploadUrl, { ...options, headers, body })
  }

  /** Any request for an upload, with version and credentials. */
  send(method: string, uploadUrl: string, rest: Omit<HttpCall, 'method' | 'url'> = {}): Promise<HttpAnswer> {
    const headers = { ...TUS, ...this.#credentials(method, uploadUrl, 0), ...rest.headers }
    return this.client.send({ ...rest, method, url: uploadUrl, headers })
  }

  /** PATCH whose connection breaks behind `cutAfter` bytes of the body. */
  async breakOff(uploadUrl: string, body: Buffer, cutAfter: number): Promise<void> {
    const headers = { ...TUS, ...BODY_TYPE, ...this.#credentials('PATCH', uploadUrl, 0), 'Upload-Offset': '0' }
    await this.client.cut({ method: 'PATCH', url: uploadUrl, headers, body, cutAfter })
  }

  /** What HEAD says now. */
  async offsetOf(uploadUrl: string): Promise<number> {
    const answer = await this.head(uploadUrl)
    const offset = answer.headers['upload-offset']
    demand(isSuccess(answer) && offset !== undefined, `HEAD was answered ${answer.status}, Upload-Offset ${offset}`)
    demand(/^\d+$/.test(offset), `Upload-Offset is "${offset}"`)
    return Number(offset)
  }

  /** HEAD until it says what is waited for, or for as long as the server may take: the last answer. */
  async headUntil(uploadUrl: string, holds: (answer: HttpAnswer) => boolean): Promise<HttpAnswer> {
    const giveUpAt = Date.now() + (this.target.patienceMs ?? PATIENCE_MS)
    for (;;) {
      const answer = await this.head(uploadUrl)
      if (holds(answer) || Date.now() > giveUpAt) return answer
      await pause(POLL_MS)
    }
  }

  /** Sends bytes that the check needs to be there. */
  async fill(uploadUrl: string, offset: number, body: Buffer): Promise<HttpAnswer> {
    const answer = await this.patch(uploadUrl, offset, body)
    demand(isSuccess(answer), `PATCH of ${body.length} bytes at ${offset} was answered ${answer.status}`)
    return answer
  }

  #credentials(method: string, uploadUrl: string | null, lengthMax: number): Record<string, string> {
    return this.target.headersFor?.({ method, uploadUrl, lengthMax }) ?? {}
  }
}

/** The items of a comma-separated header; none when it is absent. */
export function listOf(header: string | undefined): string[] {
  return header === undefined ? [] : header.split(',').map((item) => item.trim())
}

export function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300
}

export function isRefusal({ status }: HttpAnswer): boolean {
  return status >= 400 && status < 500
}
