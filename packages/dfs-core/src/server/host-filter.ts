import { BlockList, isIP } from 'node:net'

/** Tells whether a peer's address (as from `plainAddress`) may connect. */
export type HostFilter = (address: string) => boolean

/** Node reports IPv4 peers of a dual-stack listener as `::ffff:1.2.3.4` and link-local ones with `%eth0`; both go. */
export function plainAddress(address: string): string {
  const [unscoped = ''] = address.split('%')
  return unscoped.startsWith('::ffff:') && isIP(unscoped.slice(7)) === 4 ? unscoped.slice(7) : unscoped
}

/**
 * Builds the filter from addresses and CIDR blocks of both families; `*` allows everyone.
 * Throws RangeError for anything else, so that a typing error never opens or closes a server silently.
 */
export function hostFilter(allowHosts: readonly string[]): HostFilter {
  const allowed = new BlockList()
  for (const entry of allowHosts) {
    if (entry === '*') return () => true
    addEntry(allowed, entry)
  }
  return (address) => isIP(address) !== 0 && allowed.check(address, familyOf(address))
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', prefix, ...rest] = entry.split('/')
  const bitsMax = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || rest.length > 0)
    throw new RangeError(`allowed host is not an address or a CIDR block: ${entry}`)
  if (prefix === undefined) {
    list.addAddress(address, familyOf(address))
    return
  }
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bitsMax)
    throw new RangeError(`bad prefix length in allowed host: ${entry}`)
  list.addSubnet(address, Number(prefix), familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}
