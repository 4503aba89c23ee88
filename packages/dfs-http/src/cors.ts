import type { IncomingMessage, ServerResponse } from 'node:http'

const ALLOWED_METHODS = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'If-Range',
  'Range',
  'Tus-Resumable',
  'Upload-Checksum',
  'Upload-Complete',
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Draft-Interop-Version',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'Upload-Segment',
  'X-HTTP-Method-Override',
  'X-Request-ID',
].join(', ')
/** What scripts of the web application may read of an answer. */
export const EXPOSED_HEADERS = [
  'Location',
  'Upload-Ahead',
  'Upload-Complete',
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Limit',
  'Upload-Metadata',
  'Upload-Offset',
  'Upload-Prefix',
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Cairn-Error',
  'Cairn-Receipt',
  'ETag',
  'Content-Range',
  'Accept-Ranges',
  'Retry-After',
]
/** Seconds that a browser keeps a preflight: Chromium keeps none longer. */
const MAX_AGE = '7200'

/** Lets exactly the web application's origins read answers, never with credentials (D16). */
export function setCorsHeaders(request: IncomingMessage, response: ServerResponse, origins: ReadonlySet<string>): void {
  response.setHeader('Vary', 'Origin')
  const { origin } = request.headers
  if (origin === undefined || !origins.has(origin)) return
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS.join(', '))
}

export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
}

/** To be called after `setCorsHeaders`: an origin that is not allowed gets an answer without permission. */
export function answerPreflight(response: ServerResponse): void {
  if (response.hasHeader('Access-Control-Allow-Origin')) {
    response.setHeader('Access-Control-Allow-Methods', ALLOWED_METHODS)
    response.setHeader('Access-Control-Allow-Headers', ALLOWED_HEADERS)
    response.setHeader('Access-Control-Max-Age', MAX_AGE)
  }
  response.writeHead(204)
  response.end()
}
