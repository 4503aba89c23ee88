import type { IncomingMessage, ServerResponse } from 'node:http'
import { UploadError } from '@cairn/dfs-tus'
import type { Logger } from './access-log.ts'

/** A refusal over HTTP: the body is `{ code, message }`, `code` for programs, `message` for people. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** So much of a body that nobody wants is read, for so long, so that the client gets to see the answer; then the connection ends. */
const DRAIN_BYTES_MAX = 1024 * 1024
const DRAIN_MS_MAX = 5000
/**
 * Where the client does not keep connections, it ends only after so long: it is reset, and proxies and scripts drop an answer that they have
 * not read when their next write fails. Browsers look for one; they are not kept waiting, and send no more than they must on their lines.
 */
const UNREAD_MS = 1000

/** Answers with an error. What is not a refusal of ours is logged, and the client hears no more than that something failed. */
export function answerError(
  { request, response, logger }: { request: IncomingMessage; response: ServerResponse; logger: Logger },
  error: unknown,
): void {
  if (response.destroyed) {
    logger.debug({ err: error }, 'the client went away')
    return
  }
  const refusal = error instanceof HttpError || error instanceof UploadError ? error : unexpected(error, logger)
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify({ code: refusal.code, message: refusal.message })
  const isUnread = !request.complete && !request.destroyed
  response.writeHead(refusal.status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    // HEAD has no body, and a script should not have to read one to tell expired from wrong.
    'Cairn-Error': refusal.code,
    // A client that has handed its whole body to its system would send the next request on a connection that is about to end.
    ...(isUnread && !isSmall(request) && { Connection: 'close' }),
    ...(refusal instanceof HttpError ? refusal.headers : protocolHeaders(refusal)),
  })
  if (!isUnread) {
    response.end(request.method === 'HEAD' ? undefined : body)
    return
  }
  // The answer is whole with this; its end would close a connection that is not kept.
  response.write(body)
  drain(request, () => response.end())
}

function unexpected(error: unknown, logger: Logger): HttpError {
  logger.error({ err: error }, 'http request failed')
  return new HttpError(500, 'internal', 'the server could not do this; its log says why')
}

function protocolHeaders(error: UploadError): Record<string, string> {
  const headers: Record<string, string> = { 'Tus-Resumable': '1.0.0' }
  if (error.code === 'tus_version') headers['Tus-Version'] = '1.0.0'
  return headers
}

function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= DRAIN_BYTES_MAX
}

/** `done` is called when the body is over; else its connection ends. */
function drain(request: IncomingMessage, done: () => void): void {
  const end = () => request.destroy()
  let size = 0
  let timer = setTimeout(end, DRAIN_MS_MAX)
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= DRAIN_BYTES_MAX) return
    request.pause()
    clearTimeout(timer)
    if (request.headers.connection?.toLowerCase() === 'close') timer = setTimeout(end, UNREAD_MS)
    else end()
  })
  request.on('end', done)
  request.on('close', () => clearTimeout(timer))
  request.resume()
}
