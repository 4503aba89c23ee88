import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { bodyCheckOf } from './body-check.ts'
import type { BodyCheck } from './part-store.ts'
import { UploadError } from './upload-error.ts'
import { checkMetadata, parseConcat, type UploadConcat, uploadOfPath } from './upload-facts.ts'

export type UploadOperation = 'create' | 'write' | 'head' | 'end'

interface BodyFrame {
  /** `Content-Length`, undefined when the body is chunked. */
  length: number | undefined
  check?: BodyCheck
}

export interface CreateCall extends UploadConcat {
  method: 'POST'
  /** `Upload-Length`; null when it is deferred or follows from what is joined. */
  length: number | null
  metadata: string
  /** null: there is none. */
  body: BodyFrame | null
}

export interface PatchCall {
  method: 'PATCH'
  upl: string
  offset: number
  /** `Upload-Length`, which only an upload without a length takes. */
  length: number | null
  body: BodyFrame
}

interface PlainCall {
  method: 'HEAD' | 'DELETE'
  upl: string
}

/** What a request asks for, read from its line and headers; nothing in it has been authorised yet. */
export type TusCall = CreateCall | PatchCall | PlainCall

const BODY_TYPE = 'application/offset+octet-stream'

/** The method that is meant: `X-HTTP-Method-Override` counts before the request's own (tus 1.0.0, "Core Protocol"). */
export function methodOf(request: IncomingMessage): string {
  const override = request.headers['x-http-method-override']
  return typeof override === 'string' ? override : (request.method ?? '')
}

/** Checks all that tus 1.0.0 says about the headers of a request below `path`. */
export function readTusCall(request: IncomingMessage, path: string): TusCall {
  const { headers } = request
  const upl = uploadOfPath(request.url ?? '', path)
  if (headers['tus-resumable'] !== '1.0.0') {
    throw new UploadError('tus_version', 'the header Tus-Resumable: 1.0.0 is required')
  }
  const method = methodOf(request)
  if (method === 'POST' && upl === null) return createCall(request, path)
  if (upl === null) throw new UploadError('method_not_allowed', 'uploads are created by POST')
  if (method === 'PATCH') return patchCall(request, upl)
  if (method === 'HEAD' || method === 'DELETE') return { method, upl }
  throw new UploadError('method_not_allowed', 'an upload takes HEAD, PATCH and DELETE')
}

/** What a ticket must allow for a call. */
export function operationsOf(call: TusCall): UploadOperation[] {
  if (call.method === 'POST') return call.body === null ? ['create'] : ['create', 'write']
  return [{ HEAD: 'head', PATCH: 'write', DELETE: 'end' }[call.method] as UploadOperation]
}

function createCall(request: IncomingMessage, path: string): CreateCall {
  const { headers } = request
  const concat = headers['upload-concat']
  const metadata = headers['upload-metadata']
  const joining = concat === undefined ? { concat: '', joins: [] } : parseConcat(String(concat), path)
  const body = hasBody(headers) ? bodyFrame(request) : null
  if (joining.joins.length > 0 && body !== null) {
    throw new UploadError('bad_request', 'an upload that is joined has no body of its own')
  }
  const length = joining.joins.length > 0 ? null : createdLength(headers)
  return {
    method: 'POST',
    length,
    ...joining,
    metadata: metadata === undefined ? '' : checkMetadata(String(metadata)),
    body,
  }
}

function createdLength(headers: IncomingHttpHeaders): number | null {
  const deferred = headers['upload-defer-length']
  if (deferred === undefined) return integerHeader(headers, 'upload-length')
  if (deferred !== '1' || headers['upload-length'] !== undefined) {
    throw new UploadError('bad_request', 'the header Upload-Defer-Length is 1, in place of Upload-Length')
  }
  return null
}

function patchCall(request: IncomingMessage, upl: string): PatchCall {
  const { headers } = request
  const length = headers['upload-length'] === undefined ? null : integerHeader(headers, 'upload-length')
  return { method: 'PATCH', upl, offset: integerHeader(headers, 'upload-offset'), length, body: bodyFrame(request) }
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function bodyFrame(request: IncomingMessage): BodyFrame {
  const { headers } = request
  if (headers['content-type'] !== BODY_TYPE) {
    throw new UploadError('content_type', `the body of an upload has Content-Type ${BODY_TYPE}`)
  }
  const length = headers['content-length'] === undefined ? undefined : integerHeader(headers, 'content-length')
  const check = bodyCheckOf(request)
  return check === undefined ? { length } : { length, check }
}

function integerHeader(headers: IncomingHttpHeaders, name: string): number {
  const text = headers[name]
  const value = typeof text === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : -1
  if (value < 0 || !Number.isSafeInteger(value)) {
    throw new UploadError('bad_request', `the header ${name} must be a whole number of bytes`)
  }
  return value
}
