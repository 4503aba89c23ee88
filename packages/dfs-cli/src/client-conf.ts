import { isIPv6 } from 'node:net'
import { DEFAULT_TRACKER_PORT, formatAddress } from '@cairn/dfs-core'
import { ConfError, readConf } from '@cairn/dfs-core/conf'

/** What the tools need of a client.conf (client protocol §9.3). */
export interface ClientConf {
  /** `host:port`, sorted by address as the C client does, without repetitions. */
  readonly trackers: readonly string[]
  readonly connectTimeoutMs: number
  readonly networkTimeoutMs: number
}

const DEFAULT_CONNECT_SECONDS = 10
const DEFAULT_NETWORK_SECONDS = 30

/** Reads client.conf. Throws ConfError when it cannot be read, or names no tracker. */
export function readClientConf(file: string): ClientConf {
  const conf = readConf(file)
  const trackers = [...new Set(conf.all('tracker_server').map(trackerAddress))].sort()
  if (trackers.length === 0) throw new ConfError(`${file}: tracker_server is missing`)
  return {
    trackers,
    connectTimeoutMs: 1000 * conf.integer('connect_timeout', { min: 1, fallback: DEFAULT_CONNECT_SECONDS }),
    networkTimeoutMs: 1000 * conf.integer('network_timeout', { min: 1, fallback: DEFAULT_NETWORK_SECONDS }),
  }
}

/** `host[,host2][:port]`: of two addresses of one tracker the first is used. */
export function trackerAddress(text: string): string {
  if (isIPv6(text.trim())) return formatAddress(text.trim(), DEFAULT_TRACKER_PORT)
  const [, hosts = '', port] = /^(.*?)(?::(\d+))?$/.exec(text.trim()) ?? []
  const [host = ''] = hosts.split(',')
  return formatAddress(host.trim().replace(/^\[|\]$/g, ''), port === undefined ? DEFAULT_TRACKER_PORT : Number(port))
}
