import { isIPv6 } from 'node:net'

/** Where a server listens. `host` has no brackets. */
export interface Address {
  readonly host: string
  readonly port: number
}

export const PORT_MAX = 65_535

/** Reads `host:port`, IPv6 in brackets. Throws RangeError when there is no host or no port from 1 to 65535. */
export function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':')
  const host = text.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, '$1')
  const port = Number(text.slice(colon + 1))
  const isPort = /^\d{1,5}$/.test(text.slice(colon + 1)) && port >= 1 && port <= PORT_MAX
  if (host === '' || !isPort) throw new RangeError(`not an address of the form host:port: ${text}`)
  return { host, port }
}

/** The inverse of `parseAddress`. */
export function formatAddress(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
