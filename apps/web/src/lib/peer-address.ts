import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { processWide } from './process-wide.ts'
import { isTrustedProxy } from './trusted-proxies.ts'

const PEER_HEADER = 'x-cairn-peer'
/** What only a proxy can know. Next itself believes them of everybody, and so does what reads them behind it. */
const PROXY_HEADERS = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port']
// Nobody outside this process can write a header that begins with this.
const mark = () => processWide('peer-mark', () => `${randomBytes(16).toString('hex')} `)

/**
 * Notes on every request of this process's HTTP servers from which address its connection came, and forgets what
 * others than our own proxies say of its outer address. Route handlers cannot see the socket, and what Next shows them
 * is whatever the client sent.
 */
export function notePeerAddresses(): void {
  processWide('peer-address', () => {
    subscribe('http.server.request.start', (message) => {
      // Node's documentation: the message has `request`, an http.IncomingMessage.
      const { request } = message as { request: IncomingMessage }
      const peer = request.socket.remoteAddress ?? ''
      request.headers[PEER_HEADER] = `${mark()}${peer}`
      if (!isTrustedProxy(peer)) for (const name of PROXY_HEADERS) delete request.headers[name]
    })
    return true
  })
}

/** The address of the connection that a request came on: of the client itself or of a proxy; '' when it is unknown. */
export function peerAddress(headers: Headers): string {
  const value = headers.get(PEER_HEADER) ?? ''
  return value.startsWith(mark()) ? value.slice(mark().length) : ''
}
