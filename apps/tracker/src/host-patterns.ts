// `allow_hosts` of FastDFS: addresses, CIDR blocks, and both with ranges in brackets: `10.0.1.[1-15,20]`,
// `host[01-08].domain.com`.

const HOSTS_MAX = 4096

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
