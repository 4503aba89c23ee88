import { type HostFilter, hostFilter, plainAddress } from '@cairn/dfs-core/server'
import { env } from './env.ts'

let known: { proxies: readonly string[]; isTrusted: HostFilter } | undefined

/** Whether an address of a connection is that of one of our own proxies, whose word about its clients counts. */
export function isTrustedProxy(address: string): boolean {
  const proxies = env().trustedProxies
  if (known?.proxies !== proxies) known = { proxies, isTrusted: hostFilter(proxies) }
  return known.isTrusted(plainAddress(address))
}
