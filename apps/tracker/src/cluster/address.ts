/** Addresses are texts, as on the wire: `192.0.2.2` or `fe80::1`, never with brackets or a zone. */

export type AddressClass = 'unknown' | 'net10' | 'net172' | 'net192' | 'outer'

/** The network a text address belongs to. Texts shorter than 8 characters (`1.1.1.1`) match nothing, as in FastDFS. */
export function addressClass(ip: string): AddressClass {
  if (ip.length < 8) return 'unknown'
  if (ip.startsWith('10.')) return 'net10'
  if (ip.startsWith('192.168.')) return 'net192'
  if (/^172\.(1[6-9]|2\d|3[01])\./.test(ip)) return 'net172'
  return 'outer'
}

/** Of a server with two addresses, the one in the asker's own network; else the first (inner) one. */
export function addressFor(ips: readonly string[], asker: AddressClass): string {
  const [first = '', second] = ips
  return second !== undefined && addressClass(second) === asker ? second : first
}

/** Inner address first: index 0 is what a server without a matching network gets. */
export function innerFirst(ips: readonly string[]): string[] {
  return [...ips].sort((a, b) => Number(addressClass(a) === 'outer') - Number(addressClass(b) === 'outer'))
}

/** The four octets as one unsigned number (192.0.2.2 → 0xC0000202), or undefined for anything that is not IPv4. */
export function ipv4Number(ip: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip)
  if (match === null) return
  let value = 0
  for (const octet of match.slice(1)) {
    if (Number(octet) > 255) return
    value = value * 256 + Number(octet)
  }
  return value
}

function isIpv6(ip: string): boolean {
  return /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(ip) && ip.includes(':')
}

export function isIpAddress(ip: string): boolean {
  return ip.length <= 45 && (ipv4Number(ip) !== undefined || isIpv6(ip))
}

export function formatHostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** `a:port`, `a,b:port`, `[v6]:port`, `[v6,b]:port` → addresses and port; undefined where the text is none of these. */
export function parseHostsPort(text: string): { ips: string[]; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  if (match === null) return
  const ips = (match[1] ?? match[2] ?? '').split(',').map((ip) => ip.trim())
  const port = Number(match[3])
  if (ips.length > 2 || port < 1 || port > 65_535) return
  return { ips, port }
}
