import { isIPv6 } from 'node:net'

/** What limits count an address as: a home has 2^64 addresses of IPv6. */
export function addressKey(ip: string): string {
  if (!isIPv6(ip)) return ip
  const [head = '', tail] = ip.split('::')
  const [left, right] = [head.split(':'), tail?.split(':') ?? []]
  const filled = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right]
  return filled.slice(0, 4).join(':')
}
