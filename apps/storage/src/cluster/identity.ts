import { isIP, isIPv6 } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AddressWidth,
  type Command,
  ConnectionPool,
  type FileSource,
  formatAddress,
  ProtocolError,
  TrackerClient,
  trackerCommands,
} from '@cairn/dfs-core'
import { parseConf, type TrunkParameters } from '@cairn/dfs-core/conf'
import { isGroupName, type TrackerAddress } from '../cluster-address.ts'
import type { StorageConfig } from '../config.ts'
import type { StoreIdentity } from '../disk/file-store.ts'
import { isMemberId } from '../engine/members.ts'
import { retryDelayMs } from '../engine/retry.ts'
import type { Logger } from '../handlers/context.ts'
import { announceMove } from './own-move.ts'
import { parseStorageIds, type StorageIdEntry } from './storage-ids.ts'
import { readTrunkParameters } from './trunk-parameters.ts'

/** What a storage is in its cluster, as the trackers tell it at start. */
export interface Identity extends StoreIdentity {
  readonly useStorageId: boolean
  /** Own addresses as the trackers see them. */
  readonly addresses: readonly string[]
  readonly addressWidth: AddressWidth
  /** storage_ids.conf of the trackers; empty without storage ids. */
  readonly storageIds: readonly StorageIdEntry[]
  /** Null when the cluster keeps no trunk files. */
  readonly trunk: TrunkParameters | null
}

/**
 * Asks until a tracker answers: without its parameters no file could be named. A storage that was at `lastAddress` before
 * says that it has moved. Rejects when `signal` aborts.
 */
export async function learnIdentity(
  config: StorageConfig,
  logger: Logger,
  lastAddress: string,
  signal: AbortSignal,
): Promise<Identity> {
  const pool = new ConnectionPool({ ...timeoutsOf(config), idleMax: 1 })
  try {
    for (let failures = 1; ; failures += 1) {
      try {
        const { identity, followsMoves } = await ask(config, pool)
        const [oldIp, newIp] = [lastAddress, identity.addresses[0] ?? '']
        if (followsMoves && oldIp !== '' && oldIp !== newIp) {
          await announceMove(pool, allAddresses(config), { group: identity.group, oldIp, newIp }, logger)
        }
        return identity
      } catch (error) {
        logger.warn({ err: error }, 'no tracker has told this storage what it is; asking again')
      }
      await sleep(retryDelayMs(failures), undefined, { signal })
    }
  } finally {
    pool.close()
  }
}

/** Timeouts and own end of connections that this storage opens. */
export function timeoutsOf(config: StorageConfig): {
  connectTimeoutMs: number
  networkTimeoutMs: number
  localAddress?: string
} {
  const { connectTimeoutMs, networkTimeoutMs, clientBind, bindAddress } = config
  const bound = clientBind && bindAddress !== '' && bindAddress !== '0.0.0.0' && bindAddress !== '::'
  return { connectTimeoutMs, networkTimeoutMs, ...(bound && { localAddress: bindAddress }) }
}

/** Where it listens: without `bind_addr` at all addresses, those of IPv6 among them where there are such members. */
export function listenAddress({ bindAddress, addressFamily }: StorageConfig, { storageIds }: Identity): string {
  if (bindAddress !== '') return bindAddress
  const hasIpv6Members = storageIds.some(({ ips }) => ips.some(isIPv6))
  const isDual = addressFamily === 'IPv6' || addressFamily === 'both' || (addressFamily === 'auto' && hasIpv6Members)
  return isDual ? '::' : '0.0.0.0'
}

/** `host:port` of a tracker; of one with two addresses, the first unless `host` counts on. */
export function dialled(tracker: TrackerAddress, host = 0): string {
  return formatAddress(tracker.hosts[host % tracker.hosts.length] ?? '', tracker.port)
}

/** Every address of every tracker: whoever can be reached at one of them has an answer. */
function allAddresses({ trackers }: StorageConfig): string[] {
  return trackers.flatMap(({ hosts, port }) => hosts.map((host) => formatAddress(host, port)))
}

/** `followsMoves`: the trackers want to hear of another address. */
async function ask(
  config: StorageConfig,
  pool: ConnectionPool,
): Promise<{ identity: Identity; followsMoves: boolean }> {
  const trackers = allAddresses(config)
  const client = new TrackerClient(trackers, pool)
  const group =
    config.group ?? (await askFirst(pool, trackers, trackerCommands.getGroupName, { ip: '', port: config.port })).group
  const addresses = await ownAddresses(config, pool, { trackers, group })
  const parameters = parseConf(
    [...(await client.parameters())].map(([key, value]) => `${key}=${value}`).join('\n'),
    'tracker parameters',
  )
  if (!isGroupName(group)) throw new ProtocolError(`the trackers call the group ${JSON.stringify(group)}`)
  const useStorageId = parameters.boolean('use_storage_id', false)
  const storageIds = useStorageId ? parseStorageIds(await client.fetchStorageIds()) : []
  const own = { group, addresses, port: config.port }
  const storageId = useStorageId ? await ownId(config, pool, { trackers, storageIds, ...own }) : (addresses[0] ?? '')
  const idInNames = useStorageId && parameters.text('id_type_in_filename', 'ip') === 'id'
  if (!isMemberId(storageId)) throw new ProtocolError(`the trackers call this storage ${JSON.stringify(storageId)}`)
  const identity = {
    group,
    storageId,
    source: sourceOf(idInNames, storageId, addresses),
    reserve: parameters.reservedSpace('reserved_storage_space', DEFAULT_RESERVE),
    pathOrder: parameters.text('store_path', '0') === '2' ? 'most-free' : 'round-robin',
    useStorageId,
    addresses,
    addressWidth: parameters.text('response_ip_addr_size', '46') === '16' ? 16 : 46,
    storageIds,
    trunk: readTrunkParameters(parameters),
  } as const
  return { identity, followsMoves: !useStorageId && parameters.boolean('storage_ip_changed_auto_adjust', false) }
}

const DEFAULT_RESERVE = { kind: 'bytes', bytes: 1024 ** 3 } as const

function sourceOf(idInNames: boolean, storageId: string, addresses: readonly string[]): FileSource {
  return idInNames ? { kind: 'id', id: Number(storageId) } : { kind: 'ip', ip: addresses[0] ?? '' }
}

interface Cluster {
  readonly trackers: readonly string[]
  readonly group: string
}

/** The union of what all trackers say; at least one must answer. */
async function ownAddresses(
  config: StorageConfig,
  pool: ConnectionPool,
  { trackers, group }: Cluster,
): Promise<string[]> {
  const request = { group, port: config.port }
  const answers = await Promise.allSettled(
    trackers.map((tracker) => send(pool, tracker, trackerCommands.getMyIp, request)),
  )
  const told = answers
    .flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.ips.split(',') : []))
    .filter((ip) => isIP(ip) !== 0)
  const first = answers.find((answer) => answer.status === 'rejected')
  if (told.length === 0) throw first?.reason ?? new ProtocolError('no tracker tells an address of this storage')
  return [...new Set(told)]
}

interface Own extends Cluster {
  readonly storageIds: readonly StorageIdEntry[]
  readonly addresses: readonly string[]
  readonly port: number
}

/** `server_id` of storage.conf, else the line of storage_ids.conf with an own address and port, else what a tracker says. */
async function ownId(config: StorageConfig, pool: ConnectionPool, own: Own): Promise<string> {
  if (config.serverId !== null) return config.serverId
  const candidates = [...own.addresses, config.bindAddress]
  const line = own.storageIds.find(
    ({ group, port, ips }) => group === own.group && port === own.port && ips.some((ip) => candidates.includes(ip)),
  )
  if (line !== undefined) return line.id
  const address = formatAddress(own.addresses[0] ?? '', own.port)
  return (await askFirst(pool, own.trackers, trackerCommands.getServerId, { group: own.group, address })).id
}

/** The first tracker that answers without an error. */
async function askFirst<Q, R>(
  pool: ConnectionPool,
  trackers: readonly string[],
  row: Command<Q, R>,
  value: Q,
): Promise<R> {
  const failures: unknown[] = []
  for (const tracker of trackers) {
    try {
      return await send(pool, tracker, row, value)
    } catch (error) {
      failures.push(error)
    }
  }
  throw failures[0] ?? new Error('no tracker is configured')
}

async function send<Q, R>(pool: ConnectionPool, tracker: string, row: Command<Q, R>, value: Q): Promise<R> {
  const request = { command: row.code, head: row.request.encode(value) }
  return row.response.decode(await pool.request(tracker, request, true))
}
