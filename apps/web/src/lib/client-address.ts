import { plainAddress } from '@cairn/dfs-core/server'
import { clientAddress } from '@cairn/dfs-http/forwarded'
import { peerAddress } from './peer-address.ts'
import { isTrustedProxy } from './trusted-proxies.ts'

export interface Client {
  userAgent: string
  ip: string
}

/** Where a request came from. It is for people and for limits, never for permissions. */
export function clientOf(headers: Headers): Client {
  const ip = clientAddress(peerAddress(headers), headers.get('x-forwarded-for') ?? '', isTrustedProxy)
  return { userAgent: headers.get('user-agent') ?? '', ip }
}

/** This machine itself. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address)
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain)
}
