import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { parseUploadChecksum } from './body-check.ts'
import type { BodyCheck } from './part-store.ts'
import { UploadError } from './upload-error.ts'

export type UploadOperation = 'create' | 'write' | 'head' | 'end'

/** What a request asks for, read from its line and headers; nothing in it has been authorised yet. */
export interface TusCall {
  method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE'
  /** Null for POST: there the ticket names the upload. */
  upl: string | null
  operations: UploadOperation[]
  /** `Upload-Length` of a POST. */
  uploadLength: number
  /** `Content-Length`, undefined when the body is chunked or there is none. */
  bodyLength: number | undefined
  check?: BodyCheck
}

const METHOD_OPERATION = { HEAD: 'head', PATCH: 'write', DELETE: 'end' } as const
const BODY_TYPE = 'application/offset+octet-stream'

/**
 * Checks all that tus 1.0.0 says about the headers of a request. `@tus/server` checks a part of it, answers in plain text and takes
 * headers that it does not know for absent (`Upload-Checksum`), so nothing that is not understood gets past this function.
 */
export function readTusCall(request: IncomingMessage, path: string): TusCall {
  const { headers } = request
  const upl = uploadOfPath(request.url ?? '', path)
  if (headers['tus-resumable'] !== '1.0.0') {
    throw new UploadError('tus_version', 'the header Tus-Resumable: 1.0.0 is required')
  }
  if (headers['upload-concat'] !== undefined) {
    throw new UploadError('unsupported', 'joining partial uploads (Upload-Concat) is not supported')
  }
  if (headers['upload-defer-length'] !== undefined) {
    throw new UploadError('unsupported', 'the length must be known at creation: Upload-Defer-Length is not supported')
  }
  const bodyLength = headers['content-length'] === undefined ? undefined : integerHeader(headers, 'content-length')
  if (request.method === 'POST') return postCall(headers, upl, bodyLength)
  if (upl === null) throw new UploadError('method_not_allowed', 'uploads are created by POST')
  const { method } = request
  if (method !== 'HEAD' && method !== 'PATCH' && method !== 'DELETE') {
    throw new UploadError('method_not_allowed', 'an upload takes HEAD, PATCH and DELETE')
  }
  const call: TusCall = { method, upl, operations: [METHOD_OPERATION[method]], uploadLength: 0, bodyLength }
  if (method === 'PATCH') {
    if (headers['upload-length'] !== undefined) {
      throw new UploadError('bad_request', 'the length of an upload cannot be declared again')
    }
    integerHeader(headers, 'upload-offset')
    requireBodyType(headers)
    addCheck(call, headers)
  }
  return call
}

function postCall(headers: IncomingHttpHeaders, upl: string | null, bodyLength: number | undefined): TusCall {
  if (upl !== null) throw new UploadError('method_not_allowed', 'an upload takes HEAD, PATCH and DELETE')
  const call: TusCall = {
    method: 'POST',
    upl,
    operations: ['create'],
    uploadLength: integerHeader(headers, 'upload-length'),
    bodyLength,
  }
  const hasBody = headers['transfer-encoding'] !== undefined || (bodyLength ?? 0) > 0
  if (hasBody) {
    requireBodyType(headers)
    addCheck(call, headers)
    call.operations.push('write')
  }
  return call
}

/** The upload named by `<path>/<upl>`, null for `<path>` itself. Nothing is decoded: an encoded name is not a name. */
function uploadOfPath(url: string, path: string): string | null {
  const pathname = url.split('?', 1)[0] ?? ''
  if (pathname === path || pathname === `${path}/`) return null
  const upl = pathname.startsWith(`${path}/`) ? pathname.slice(path.length + 1) : ''
  if (!/^[0-9a-f]{32}$/.test(upl)) throw new UploadError('not_found', 'there is no such upload')
  return upl
}

function integerHeader(headers: IncomingHttpHeaders, name: string): number {
  const text = headers[name]
  const value = typeof text === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : -1
  if (value < 0 || !Number.isSafeInteger(value)) {
    throw new UploadError('bad_request', `the header ${name} must be a whole number of bytes`)
  }
  return value
}

function requireBodyType(headers: IncomingHttpHeaders): void {
  if (headers['content-type'] !== BODY_TYPE) {
    throw new UploadError('content_type', `the body of an upload has Content-Type ${BODY_TYPE}`)
  }
}

function addCheck(call: TusCall, headers: IncomingHttpHeaders): void {
  const checksum = headers['upload-checksum']
  if (checksum !== undefined) call.check = parseUploadChecksum(String(checksum))
}
