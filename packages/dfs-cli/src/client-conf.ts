import { isIPv6 } from 'node:net'
import { DEFAULT_TRACKER_PORT, formatAddress } from '@cairn/dfs-core'
import { type Conf, ConfError, readConf } from '@cairn/dfs-core/conf'

/** What the tools need of a client.conf (client protocol §9.3). */
export interface ClientConf {
  /** The tracker servers, each with its one or two addresses (`host:port`), sorted as the C client does, none twice. */
  readonly servers: readonly (readonly string[])[]
  /** All of their addresses: of a server with two, the one that can be reached is asked. */
  readonly trackers: readonly string[]
  readonly connectTimeoutMs: number
  readonly networkTimeoutMs: number
  /** Where the addresses of storage ids are looked up: the trackers' list, that in a file, or nowhere. */
  readonly storageIds: 'trackers' | { readonly file: string } | null
  /** A line for each key that is none of client.conf: a typing error. */
  readonly warnings: readonly string[]
}

/** Those without effect here steer pools, logs and tokens of FastDFS's own clients. */
const KNOWN_KEYS: ReadonlyArray<string | RegExp> = [
  'tracker_server',
  'connect_timeout',
  'network_timeout',
  'base_path',
  'log_level',
  'connect_first_by',
  'use_connection_pool',
  'connection_pool_max_idle_time',
  'load_fdfs_parameters_from_tracker',
  'use_storage_id',
  'storage_ids_filename',
  'charset',
  /^http\./,
  /^\[/,
]

const DEFAULT_CONNECT_SECONDS = 10
const DEFAULT_NETWORK_SECONDS = 30

/** Reads client.conf. Throws ConfError when it cannot be read, or names no tracker. */
export function readClientConf(file: string): ClientConf {
  const conf = readConf(file)
  const texts = new Set(conf.all('tracker_server').map((text) => trackerAddresses(text).join()))
  const servers = [...texts].sort().map((text) => text.split(','))
  servers.sort((a, b) => a.length - b.length)
  if (servers.length === 0) throw new ConfError(`${file}: tracker_server is missing`)
  return {
    servers,
    trackers: servers.flat(),
    connectTimeoutMs: 1000 * conf.integer('connect_timeout', { min: 1, fallback: DEFAULT_CONNECT_SECONDS }),
    networkTimeoutMs: 1000 * conf.integer('network_timeout', { min: 1, fallback: DEFAULT_NETWORK_SECONDS }),
    storageIds: storageIdsOf(conf),
    warnings: conf
      .unknownKeys(KNOWN_KEYS)
      .map(({ key, file: where, line }) => `${where}:${line}: ${key} is not a key of client.conf`),
  }
}

function storageIdsOf(conf: Conf): ClientConf['storageIds'] {
  if (conf.boolean('load_fdfs_parameters_from_tracker', false)) return 'trackers'
  if (!conf.boolean('use_storage_id', false)) return null
  return { file: conf.path('storage_ids_filename', 'storage_ids.conf') }
}

/** `host[,host2][:port]`, IPv6 in brackets where a port follows → one or two times `host:port`. */
export function trackerAddresses(text: string): string[] {
  const bare = text.trim()
  if (isIPv6(bare)) return [formatAddress(bare, DEFAULT_TRACKER_PORT)]
  const [, hosts = '', port] = /^(.*?)(?::(\d+))?$/.exec(bare) ?? []
  return hosts
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((host) => formatAddress(host.trim(), port === undefined ? DEFAULT_TRACKER_PORT : Number(port)))
}
