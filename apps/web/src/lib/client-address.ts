import { BlockList, isIP } from 'node:net'
import { env } from './env.ts'
import { peerAddress } from './peer-address.ts'

export interface Client {
  userAgent: string
  ip: string
}

/** Where a request came from. It is for people and for limits, never for permissions. */
export function clientOf(headers: Headers): Client {
  const ip = clientAddress(peerAddress(headers), headers.get('x-forwarded-for'), env().trustedProxies)
  return { userAgent: headers.get('user-agent') ?? '', ip }
}

/**
 * The address behind our own proxies: what a connection or a trusted proxy saw counts, what a client wrote does not.
 * Each proxy adds the address it saw at the end of X-Forwarded-For, so the first one from there that is no proxy of
 * ours is the client.
 */
export function clientAddress(peer: string, forwardedFor: string | null, trustedProxies: readonly string[]): string {
  const trusted = blockListOf(trustedProxies)
  const hops = [...(forwardedFor ?? '').split(','), peer].map((hop) => plainAddress(hop.trim()))
  for (let at = hops.length - 1; at > 0; at -= 1) {
    const [hop = '', before = ''] = [hops[at], hops[at - 1]]
    if (!isIn(trusted, hop) || isIP(before) === 0) return hop
  }
  return hops[0] ?? ''
}

function blockListOf(addresses: readonly string[]): BlockList {
  const list = new BlockList()
  for (const address of addresses) {
    const [ip = '', prefix] = address.split('/')
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(ip, family)
    else list.addSubnet(ip, Number(prefix), family)
  }
  return list
}

function isIn(list: BlockList, ip: string): boolean {
  const version = isIP(ip)
  return version !== 0 && list.check(ip, version === 6 ? 'ipv6' : 'ipv4')
}

/** This machine itself. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address)
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain)
}

/** A server that listens on both families sees IPv4 clients as ::ffff:192.0.2.1. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
