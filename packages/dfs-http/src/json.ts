import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpError } from './http-error.ts'

/** How long the body of a service call may take. */
const BODY_MS_MAX = 10_000

export function answerJson(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(body)
}

/** A whole request body. 413 when it is longer than `sizeMax` bytes; one that comes too slowly ends with its connection. */
export async function readBody(request: IncomingMessage, sizeMax: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > sizeMax) throw tooLarge(sizeMax)
  const timer = setTimeout(
    () => request.destroy(new HttpError(408, 'too_slow', 'the body came too slowly')),
    BODY_MS_MAX,
  )
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      size += chunk.length
      if (size > sizeMax) throw tooLarge(sizeMax)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } finally {
    clearTimeout(timer)
  }
}

function tooLarge(sizeMax: number): HttpError {
  return new HttpError(413, 'too_large', `the body may have ${sizeMax} bytes`)
}
