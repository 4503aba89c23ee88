import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { bodyCheckOf } from './body-check.ts'
import type { PartStatus } from './part-store.ts'
import {
  type BodyFrame,
  type CreateCall,
  type Dialect,
  hasBody,
  integerHeader,
  isFinal,
  optionalInteger,
  type PatchCall,
  type UploadCall,
} from './upload-call.ts'
import { UploadError } from './upload-error.ts'
import { checkMetadata, parseConcat, uploadOfPath } from './upload-facts.ts'

const BODY_TYPE = 'application/offset+octet-stream'

/** tus 1.0.0. */
export const tusDialect: Dialect = {
  standing: () => ({}),

  read(request, path) {
    const upl = uploadOfPath(request.url ?? '', path)
    if (request.headers['tus-resumable'] !== '1.0.0') {
      throw new UploadError('tus_version', 'the header Tus-Resumable: 1.0.0 is required')
    }
    return readCall(request, path, upl)
  },

  announce: () => undefined,

  head(status, expiryMs) {
    const { len, offset, metadata, concat } = status
    const isJoining = isFinal(status) && status.state === 'open'
    const headers = {
      ...(!isJoining && { 'Upload-Offset': String(offset) }),
      ...(len === null ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': String(len) }),
      ...(metadata !== '' && { 'Upload-Metadata': metadata }),
      ...(concat !== '' && { 'Upload-Concat': concat }),
      ...ahead(status),
      ...expiry(status, expiryMs),
    }
    return { code: 200, headers }
  },

  progress(call, status, expiryMs) {
    const isTold = call.method === 'PATCH' || call.body !== null
    return { ...(isTold && { 'Upload-Offset': String(status.offset) }), ...ahead(status), ...expiry(status, expiryMs) }
  },

  conflict: () => ({}),
}

/** The method that is meant: `X-HTTP-Method-Override` counts before the request's own (tus 1.0.0, "Core Protocol"). */
export function methodOf(request: IncomingMessage): string {
  const override = request.headers['x-http-method-override']
  return typeof override === 'string' ? override : (request.method ?? '')
}

function readCall(request: IncomingMessage, path: string, upl: string | null): UploadCall {
  const method = methodOf(request)
  if (method === 'POST' && upl === null) return createCall(request, path)
  if (upl === null) throw new UploadError('method_not_allowed', 'uploads are created by POST')
  if (method === 'PATCH') return patchCall(request, upl)
  if (method === 'HEAD' || method === 'DELETE') return { method, upl }
  throw new UploadError('method_not_allowed', 'an upload takes HEAD, PATCH and DELETE')
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
  const length = optionalInteger(headers, 'upload-length') ?? null
  return { method: 'PATCH', upl, offset: integerHeader(headers, 'upload-offset'), length, body: bodyFrame(request) }
}

/** Of a request that brings bytes. */
export function bodyFrame(request: IncomingMessage): BodyFrame {
  const { headers } = request
  if (headers['content-type'] !== BODY_TYPE) {
    throw new UploadError('content_type', `the body of an upload has Content-Type ${BODY_TYPE}`)
  }
  const check = bodyCheckOf(request)
  return { length: optionalInteger(headers, 'content-length'), isLast: false, ...(check !== undefined && { check }) }
}

/** How far behind the offset segments may lie. */
function ahead({ ahead: bytes }: PartStatus): Record<string, string> {
  return bytes === undefined ? {} : { 'Upload-Ahead': String(bytes) }
}

/** Of an upload that is not complete: it is removed when nobody writes to it for so long. */
function expiry({ state, changedAtMs }: PartStatus, expiryMs: number): Record<string, string> {
  return state === 'open' ? { 'Upload-Expires': new Date(changedAtMs + expiryMs).toUTCString() } : {}
}
