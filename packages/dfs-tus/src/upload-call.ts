import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { BodyCheck, PartStatus } from './part-store.ts'
import { UploadError } from './upload-error.ts'
import type { UploadConcat } from './upload-facts.ts'

export type UploadOperation = 'create' | 'write' | 'head' | 'end'

export interface BodyFrame {
  /** `Content-Length`, undefined when the body is chunked. */
  length: number | undefined
  check?: BodyCheck
  /** The content ends with this body, whatever its length was said to be. */
  isLast: boolean
}

export interface CreateCall extends UploadConcat {
  method: 'POST'
  /** Size of the content; null when it is told later or follows from what is joined. */
  length: number | null
  metadata: string
  /** null: there is none. */
  body: BodyFrame | null
}

export interface PatchCall {
  method: 'PATCH'
  upl: string
  offset: number
  /** Size of the content, null when this request does not say it. */
  length: number | null
  body: BodyFrame
}

interface PlainCall {
  method: 'HEAD' | 'DELETE'
  upl: string
}

/** What a request asks for, read from its line and headers; nothing in it has been authorised yet. */
export type UploadCall = CreateCall | PatchCall | PlainCall

/** One of the protocols that uploads are spoken in. */
export interface Dialect {
  /** Headers of every answer. */
  standing(sizeMax: number): Record<string, string>
  /** Checks all that the protocol says about the headers of a request below `path`. */
  read(request: IncomingMessage, path: string): UploadCall
  /** Tells the client of a creation where its upload is, before its body comes. */
  announce(request: IncomingMessage, response: ServerResponse, headers: Record<string, string>): void
  /** Status and headers of the answer to HEAD. */
  head(status: PartStatus, expiryMs: number): { code: number; headers: Record<string, string> }
  /** Headers of the answer to a creation or a PATCH that was carried out. */
  progress(call: CreateCall | PatchCall, status: PartStatus, expiryMs: number): Record<string, string>
  /** Headers of the refusal of a PATCH at another offset than the upload's. */
  conflict(status: PartStatus): Record<string, string>
}

/** What a ticket must allow for a call. */
export function operationsOf(
  call: Pick<CreateCall, 'method' | 'body'> | { method: 'PATCH' | 'HEAD' | 'DELETE' },
): UploadOperation[] {
  if (call.method === 'POST') return call.body === null ? ['create'] : ['create', 'write']
  if (call.method === 'PATCH') return ['write']
  return [call.method === 'HEAD' ? 'head' : 'end']
}

/** An upload that is joined from others, which has no bytes of its own to take. */
export function isFinal({ concat }: PartStatus): boolean {
  return concat.startsWith('final;')
}

export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** undefined when the header is absent. */
export function optionalInteger(headers: IncomingHttpHeaders, name: string): number | undefined {
  return headers[name] === undefined ? undefined : integerHeader(headers, name)
}

export function integerHeader(headers: IncomingHttpHeaders, name: string): number {
  const text = headers[name]
  const value = typeof text === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : -1
  if (value < 0 || !Number.isSafeInteger(value)) {
    throw new UploadError('bad_request', `the header ${name} must be a whole number of bytes`)
  }
  return value
}
