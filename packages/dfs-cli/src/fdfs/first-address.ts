/** The first address of a line of storage ids: `ip:port`, `ip,ip:port`, `[ipv6]:port` or `[ipv6,ip]:port`, the port or not. */
export function firstAddress(host: string): string {
  const [, ipv6, other = ''] = /^\[([^\],]*)|^([^:,]*)/.exec(host) ?? []
  return ipv6 ?? other
}
