import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Conf } from './conf.ts'
import { ConfError } from './conf-lines.ts'

// `allow_hosts` of FastDFS: addresses, CIDR blocks and host names, with ranges in brackets: `10.0.1.[1-15,20]`,
// `host[01-08].domain.com`.

const HOSTS_MAX = 4096

/**
 * All `allow_hosts` as addresses and CIDR blocks; null = everybody (none is given, or one is `*`). A value holds one or
 * several, with commas between. ConfError for a range that is none and for a host name that is not found.
 */
export async function readAllowHosts(conf: Conf): Promise<string[] | null> {
  const patterns = conf.all('allow_hosts').flatMap(splitPatterns)
  if (patterns.length === 0 || patterns.includes('*')) return null
  const hosts: string[] = []
  for (const pattern of patterns) {
    try {
      for (const host of expandHostPattern(pattern)) hosts.push(isAddressOrBlock(host) ? host : await resolveHost(host))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new ConfError(`${conf.file}: allow_hosts = ${pattern}: ${reason}`, { cause })
    }
  }
  return hosts
}

/** At commas, but not at those inside brackets. */
function splitPatterns(value: string): string[] {
  return value
    .split(/,(?![^[\]]*\])/)
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '')
}

function isAddressOrBlock(host: string): boolean {
  const [address = '', prefix] = host.split('/')
  const family = isIP(address)
  return family !== 0 && (prefix === undefined || Number(prefix) <= (family === 4 ? 32 : 128))
}

async function resolveHost(host: string): Promise<string> {
  return (await lookup(host, { verbatim: false })).address
}

/** One pattern → the hosts it stands for. RangeError for a range that is none, or is too long. */
export function expandHostPattern(pattern: string): string[] {
  const match = /^([^[\]]*)\[([^[\]]*)\](.*)$/.exec(pattern)
  if (match === null) {
    if (/[[\]]/.test(pattern)) throw new RangeError(`"${pattern}" has a bracket without its partner`)
    return [pattern]
  }
  const [, before = '', ranges = '', after = ''] = match
  const tails = expandHostPattern(after)
  const hosts = ranges.split(',').flatMap((range) => {
    const numbers = expandRange(range.trim(), pattern)
    return numbers.flatMap((number) => tails.map((tail) => `${before}${number}${tail}`))
  })
  if (hosts.length > HOSTS_MAX) throw new RangeError(`"${pattern}" stands for more than ${HOSTS_MAX} hosts`)
  return hosts
}

/** `01-08` → 01 … 08, with the zeros; `20` → 20. */
function expandRange(range: string, pattern: string): string[] {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? []
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw new RangeError(`"${range}" in "${pattern}" is not a range`)
  }
  const count = Number(last) - Number(first) + 1
  if (count > HOSTS_MAX) throw new RangeError(`"${pattern}" stands for more than ${HOSTS_MAX} hosts`)
  return Array.from({ length: count }, (_, index) => String(Number(first) + index).padStart(first.length, '0'))
}
