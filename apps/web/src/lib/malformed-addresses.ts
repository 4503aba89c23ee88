import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { processWide } from './process-wide.ts'

/** An address whose path cannot be decoded, with its percent signs as they stand there; any other as it is. */
export function literalAddress(address: string): string {
  const end = address.search(/[?#]/)
  const path = end < 0 ? address : address.slice(0, end)
  try {
    decodeURIComponent(path)
    return address
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return path.replaceAll('%', '%25') + address.slice(path.length)
  }
}

/**
 * Next answers 500 to a path that cannot be decoded (`/drive/%E0%A4%A`), before anything of ours sees it, and writes a
 * stack into the log. Taken as it is written it names nothing, and is answered as everything that is not there.
 */
export function readMalformedAddresses(): void {
  processWide('malformed-addresses', () => {
    subscribe('http.server.request.start', (message) => {
      // Node's documentation: the message has `request`, an http.IncomingMessage.
      const { request } = message as { request: IncomingMessage }
      if (request.url !== undefined) request.url = literalAddress(request.url)
    })
    return true
  })
}
