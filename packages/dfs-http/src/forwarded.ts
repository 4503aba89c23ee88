import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { type HostFilter, hostFilter, plainAddress } from '@cairn/dfs-core/server'

/** Who sent a request, as far as those are believed who passed it on. */
export interface Sender {
  /** Address of the client, or of the first proxy that is not trusted. */
  address: string
  /** Under which address the outermost proxy has this server, without a slash at its end; null: none is trusted that says so. */
  base: string | null
}

const HOST = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i
const PREFIX = /^(?:\/[\w.~-]+)*$/

const senders = new WeakMap<IncomingMessage, Sender>()

/**
 * Reads `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` of requests that come from these addresses and blocks; `Host`
 * is the outer one from then on. What anybody else says of itself is not looked at. Throws RangeError for what is no
 * address or block.
 */
export function forwardedReader(trustedProxies: readonly string[]): (request: IncomingMessage) => void {
  const isTrusted = hostFilter(trustedProxies)
  return (request) => {
    const { headers, socket } = request
    const peer = plainAddress(socket.remoteAddress ?? '')
    if (!isTrusted(peer)) return
    const address = clientAddress(peer, textOf(headers['x-forwarded-for']), isTrusted)
    const host = firstOf(headers['x-forwarded-host']) ?? headers.host ?? ''
    const proto = firstOf(headers['x-forwarded-proto'])
    const prefix = (firstOf(headers['x-forwarded-prefix']) ?? '').replace(/\/+$/, '')
    const isKnown = (proto === 'http' || proto === 'https') && HOST.test(host) && PREFIX.test(prefix)
    senders.set(request, { address, base: isKnown ? `${proto}://${host}${prefix}` : null })
    if (HOST.test(host)) headers.host = host
  }
}

/** Who sent a request that came to a listener; without one of its trusted proxies the other end of the connection. */
export function senderOf(request: IncomingMessage): Sender {
  return senders.get(request) ?? { address: plainAddress(request.socket.remoteAddress ?? ''), base: null }
}

/**
 * The address behind our own proxies: what a connection or a trusted proxy saw counts, what a client wrote does not.
 * Each proxy adds the address it saw at the end of X-Forwarded-For, so the first one from there that is no proxy of
 * ours is the client.
 */
export function clientAddress(peer: string, forwardedFor: string, isTrusted: HostFilter): string {
  const hops = [...forwardedFor.split(','), peer].map((hop) => plainAddress(hop.trim()))
  for (let at = hops.length - 1; at > 0; at -= 1) {
    const [hop = '', before = ''] = [hops[at], hops[at - 1]]
    if (!isTrusted(hop) || isIP(before) === 0) return hop
  }
  return hops[0] ?? ''
}

function textOf(header: string | string[] | undefined): string {
  return header === undefined ? '' : String(header)
}

/** Proxies in a row add to the list; the outermost has written first. */
function firstOf(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : textOf(header).split(',')[0]?.trim()
}
