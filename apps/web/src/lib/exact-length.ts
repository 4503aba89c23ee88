import { subscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { processWide } from './process-wide.ts'

/** In place of Content-Length, which Next takes away from every answer of a route. */
export const EXACT_LENGTH_HEADER = 'x-cairn-length'

/**
 * Lets a route announce the exact length of a stream: a download can show its progress, and one that was cut is not
 * taken for whole. The length is put on the answer of Node.js itself, when its headers are written.
 */
export function announceExactLengths(): void {
  processWide('exact-length', () => {
    subscribe('http.server.request.start', (message) => {
      // Node's documentation: the message has `response`, an http.ServerResponse.
      const { response } = message as { response: ServerResponse }
      const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
      response.writeHead = (...args: unknown[]) => {
        const length = response.getHeader(EXACT_LENGTH_HEADER)
        if (length !== undefined) {
          response.removeHeader(EXACT_LENGTH_HEADER)
          response.setHeader('Content-Length', String(length))
        }
        return writeHead(...args)
      }
    })
    return true
  })
}
