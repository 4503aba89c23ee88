import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { processWide } from './process-wide.ts'

const PEER_HEADER = 'x-cairn-peer'
// Nobody outside this process can write a header that begins with this.
const mark = () => processWide('peer-mark', () => `${randomBytes(16).toString('hex')} `)

/**
 * Notes on every request of this process's HTTP servers from which address its connection came. Route handlers cannot
 * see the socket, and the X-Forwarded-For that Next shows them is whatever the client sent.
 */
export function notePeerAddresses(): void {
  processWide('peer-address', () => {
    subscribe('http.server.request.start', (message) => {
      // Node's documentation: the message has `request`, an http.IncomingMessage.
      const { request } = message as { request: IncomingMessage }
      request.headers[PEER_HEADER] = `${mark()}${request.socket.remoteAddress ?? ''}`
    })
    return true
  })
}

/** The address of the connection that a request came on: of the client itself or of a proxy; '' when it is unknown. */
export function peerAddress(headers: Headers): string {
  const value = headers.get(PEER_HEADER) ?? ''
  return value.startsWith(mark()) ? value.slice(mark().length) : ''
}
