import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { PartStatus } from './part-store.ts'
import {
  type CreateCall,
  type Dialect,
  hasBody,
  integerHeader,
  optionalInteger,
  type PatchCall,
  type UploadCall,
} from './upload-call.ts'
import { UploadError } from './upload-error.ts'
import { uploadOfPath } from './upload-facts.ts'

const VERSION_HEADER = 'upload-draft-interop-version'
/** 8 is the current one (draft 09 and later). What a server hears and says was the same in 6 (draft 04) and 7. */
const VERSIONS = ['6', '7', '8']
const BODY_TYPE = 'application/partial-upload'
/** The greatest Integer of Structured Fields (RFC 9651). */
const INTEGER_MAX = 999_999_999_999_999

/** draft-ietf-httpbis-resumable-upload, "Resumable Uploads for HTTP". */
export const draftDialect: Dialect = {
  standing: (sizeMax) => (sizeMax > INTEGER_MAX ? {} : { 'Upload-Limit': `max-size=${sizeMax}` }),

  read(request, path) {
    if (!VERSIONS.includes(String(request.headers[VERSION_HEADER]))) {
      throw new UploadError('bad_request', `Upload-Draft-Interop-Version is one of ${VERSIONS.join(', ')}`)
    }
    return readCall(request, uploadOfPath(request.url ?? '', path))
  },

  /** 104 (Upload Resumption Supported). Node.js has no function for it; a response that has its turn owns the socket. */
  announce(request, response, headers) {
    const version = String(request.headers[VERSION_HEADER])
    const lines = Object.entries({ ...headers, 'Upload-Draft-Interop-Version': version })
    const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    if (request.httpVersion === '1.1') response.socket?.write(`HTTP/1.1 104 Upload Resumption Supported\r\n${text}\r\n`)
  },

  head(status) {
    const { len, offset } = status
    const headers = {
      'Upload-Offset': String(offset),
      'Upload-Complete': flag(isComplete(status)),
      ...(len !== null && { 'Upload-Length': String(len) }),
    }
    return { code: 204, headers }
  },

  progress(call, status) {
    // It is the client who says that its upload is complete: what it has not said is not confirmed.
    const isConfirmed = isComplete(status) && call.body?.isLast === true
    return { 'Upload-Offset': String(status.offset), 'Upload-Complete': flag(isConfirmed) }
  },

  conflict: ({ offset }) => ({ 'Upload-Offset': String(offset) }),
}

export function speaksDraft({ headers }: IncomingMessage): boolean {
  return headers[VERSION_HEADER] !== undefined && headers['tus-resumable'] === undefined
}

function readCall(request: IncomingMessage, upl: string | null): UploadCall {
  const { method, headers } = request
  if (upl === null && method === 'POST') return createCall(headers)
  if (upl === null) throw new UploadError('method_not_allowed', 'uploads are created by POST')
  if (method === 'PATCH') return patchCall(headers, upl)
  if (method === 'HEAD' || method === 'DELETE') return { method, upl }
  throw new UploadError('method_not_allowed', 'an upload takes HEAD, PATCH and DELETE')
}

function createCall(headers: IncomingHttpHeaders): CreateCall {
  const isLast = flagHeader(headers)
  const bodyLength = optionalInteger(headers, 'content-length')
  const body = hasBody(headers) || isLast ? { length: bodyLength, isLast } : null
  const length = lengthSaid(headers, isLast ? bodyLength : undefined)
  return { method: 'POST', length, metadata: '', concat: '', joins: [], body }
}

function patchCall(headers: IncomingHttpHeaders, upl: string): PatchCall {
  if (headers['content-type'] !== BODY_TYPE) {
    throw new UploadError('content_type', `what is appended has Content-Type ${BODY_TYPE}`)
  }
  const isLast = flagHeader(headers)
  const offset = integerHeader(headers, 'upload-offset')
  const bodyLength = optionalInteger(headers, 'content-length')
  const length = lengthSaid(headers, isLast && bodyLength !== undefined ? offset + bodyLength : undefined)
  return { method: 'PATCH', upl, offset, length, body: { length: bodyLength, isLast } }
}

/** The two ways to say the length must agree. */
function lengthSaid(headers: IncomingHttpHeaders, byBody: number | undefined): number | null {
  const said = optionalInteger(headers, 'upload-length')
  if (said !== undefined && byBody !== undefined && said !== byBody) {
    throw new UploadError('length_mismatch', `the content would end at ${byBody}, and Upload-Length is ${said}`)
  }
  return said ?? byBody ?? null
}

function flagHeader(headers: IncomingHttpHeaders): boolean {
  const value = headers['upload-complete']
  if (value !== '?0' && value !== '?1') {
    throw new UploadError('bad_request', 'the header Upload-Complete is ?0 or ?1')
  }
  return value === '?1'
}

function isComplete({ state }: PartStatus): boolean {
  return state !== 'open'
}

function flag(value: boolean): string {
  return value ? '?1' : '?0'
}
