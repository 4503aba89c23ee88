import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Conf, ConfError } from '@cairn/dfs-core/conf'

/** One tracker; two hosts are two addresses of the same machine. */
export interface TrackerAddress {
  readonly hosts: readonly string[]
  readonly port: number
}

export type AddressFamily = (typeof families)[number]
const families = ['auto', 'IPv4', 'IPv6', 'both'] as const

/** `bind_addr` and `address_family`. ConfError for two addresses: FastDFS listens at one of each family, this storage at one. */
export function readBinding(conf: Conf): { bindAddress: string; addressFamily: AddressFamily } {
  const bindAddress = conf.text('bind_addr', '')
  if (bindAddress.includes(',')) {
    throw new ConfError(`${conf.file}: bind_addr = ${bindAddress}: one address is wanted, or none for all`)
  }
  return { bindAddress, addressFamily: conf.choice('address_family', families, 'auto') }
}

const GROUP_NAME = /^[A-Za-z0-9]{1,16}$/

export function isGroupName(text: string): boolean {
  return GROUP_NAME.test(text)
}

/** `group_name`; null where the trackers are to be asked. ConfError for what no tracker would take. */
export function readGroupName(conf: Conf): string | null {
  if (!conf.has('group_name')) return null
  const name = conf.text('group_name')
  if (isGroupName(name)) return name
  throw new ConfError(`${conf.file}: group_name = ${name}: not a group name (1 to 16 of A-Z a-z 0-9)`)
}

/**
 * Every `tracker_server`, host names as addresses: trackers know each other, and are told by, addresses alone.
 * ConfError where there is none, one is not host:port, or a name is not found.
 */
export async function readTrackers(conf: Conf): Promise<TrackerAddress[]> {
  const servers = conf.all('tracker_server')
  if (servers.length === 0) throw new ConfError(`${conf.file}: tracker_server is missing`)
  return await Promise.all(servers.map((server) => readTracker(server, `${conf.file}: tracker_server = ${server}`)))
}

/** `host`, `host:port`, `ip,ip:port`, `[v6]:port`. */
async function readTracker(text: string, place: string): Promise<TrackerAddress> {
  const [, bracketed, plain, port = '22122'] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const hosts = (bracketed ?? plain ?? '').split(',').map((host) => host.trim())
  if (hosts.some((host) => host === '') || Number(port) < 1 || Number(port) > 65_535) {
    throw new ConfError(`${place}: not host:port`)
  }
  return { hosts: await Promise.all(hosts.map((host) => addressOf(host, place))), port: Number(port) }
}

async function addressOf(host: string, place: string): Promise<string> {
  if (isIP(host) !== 0) return host
  try {
    return (await lookup(host, { verbatim: false })).address
  } catch (cause) {
    throw new ConfError(`${place}: the host ${host} is not found`, { cause })
  }
}
