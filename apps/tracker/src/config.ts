import { isIP } from 'node:net'
import type { AddressWidth, StatLayout } from '@cairn/dfs-core'
import { DEFAULT_TRACKER_PORT, statLayouts } from '@cairn/dfs-core'
import {
  type Conf,
  ConfError,
  type LogLevel,
  readAllowHosts,
  readConf,
  readLogLevel,
  type TrunkParameters,
} from '@cairn/dfs-core/conf'
import type { ClusterSettings, ReservedSpace } from './cluster/cluster.ts'
import { isGroupName, type StorageIds } from './cluster/storage-ids.ts'
import { loadStorageIds } from './storage-ids-file.ts'
import { defaultTrunkParameters, readTrunkParameters } from './trunk-parameters.ts'

/** tracker.conf: FastDFS's keys (same meaning, same defaults) and Cairn's `http_port` and `http_bind_addr`. */
export interface TrackerConfig {
  readonly basePath: string
  /** `bind_addr`: at most one address of each family; `0.0.0.0` or `::` for all. */
  readonly bindAddresses: readonly string[]
  /** `port`; 0 takes a free one (tests). */
  readonly port: number
  /** `response_ip_addr_size` */
  readonly addressWidth: AddressWidth
  /** `connect_timeout` and `network_timeout`. */
  readonly connectTimeoutMs: number
  readonly networkTimeoutMs: number
  /** `stat_layout`: of which FastDFS the lists of groups and storages are, for clients that parse no other. */
  readonly statLayout: StatLayout
  /** How often a tracker looks after its part in the cluster: a second, as in FastDFS; less in tests. */
  readonly electionIntervalMs: number
  readonly maxConnections: number
  /** `buff_size`: longest request, its header counted. */
  readonly requestBytesMax: number
  /** `max_buff_size`: longest answer of the commands that list everything. */
  readonly answerBytesMax: number
  /** `allow_hosts` as addresses and CIDR blocks; null = all. */
  readonly allowHosts: readonly string[] | null
  readonly cluster: ClusterSettings
  /** As they were at the start; `cluster.ids` has them as they are. Null without `use_storage_id`. */
  readonly storageIds: StorageIds | null
  /** Looked at every second; null where nothing is to be read again. */
  readonly storageIdsFile: string | null
  readonly storageIpChangedAutoAdjust: boolean
  readonly storeSlaveFileUseLink: boolean
  readonly trunk: TrunkParameters
  readonly logLevel: LogLevel
  /** `http_bind_addr`, default the first of `bind_addr`; `http_port`: 0 takes a free one, −1 = no HTTP. */
  readonly http: { readonly bindAddress: string; readonly port: number }
  /** `metrics_allow`: addresses and CIDR blocks that may read /metrics; default loopback. */
  readonly metricsAllow: readonly string[]
  /** What was odd in the files but did not stop the start: unknown keys, keys without effect. */
  readonly warnings: readonly string[]
}

const DEFAULT_HTTP_PORT = 22_123
const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1']
const MIB = 1024 * 1024
const KIB = 1024

/** The defaults of FastDFS's code, for tests and for keys that are absent. */
export const defaultClusterSettings: ClusterSettings = {
  storeLookup: 0,
  storeGroup: '',
  storeServer: 0,
  storePath: 0,
  downloadServer: 0,
  reservedSpace: { kind: 'mb', mb: 1024 },
  checkActiveIntervalSeconds: 100,
  syncFileMaxDelaySeconds: 86_400,
  syncFileMaxTimeSeconds: 300,
  trustStorageServerId: true,
  useTrunkFile: false,
  idInFileName: false,
}

/** A configuration with all defaults. */
export function defaultTrackerConfig(basePath: string): TrackerConfig {
  return {
    basePath,
    bindAddresses: ['0.0.0.0'],
    port: DEFAULT_TRACKER_PORT,
    addressWidth: 16,
    connectTimeoutMs: 10_000,
    networkTimeoutMs: 60_000,
    statLayout: '6.16',
    electionIntervalMs: 1000,
    maxConnections: 256,
    requestBytesMax: 256 * KIB,
    answerBytesMax: 256 * KIB,
    allowHosts: null,
    cluster: defaultClusterSettings,
    storageIds: null,
    storageIdsFile: null,
    storageIpChangedAutoAdjust: true,
    storeSlaveFileUseLink: false,
    trunk: defaultTrunkParameters,
    logLevel: 'info',
    http: { bindAddress: '0.0.0.0', port: DEFAULT_HTTP_PORT },
    metricsAllow: LOOPBACK,
    warnings: [],
  }
}

const usedKeys = [
  'disabled bind_addr port address_family response_ip_addr_size connect_timeout network_timeout base_path max_connections buff_size',
  'min_buff_size max_buff_size store_lookup store_group store_server store_path download_server reserved_storage_space',
  'log_level allow_hosts check_active_interval storage_ip_changed_auto_adjust storage_sync_file_max_delay',
  'storage_sync_file_max_time use_trunk_file slot_min_size slot_max_size trunk_file_size trunk_alloc_alignment_size',
  'trunk_free_space_merge delete_unused_trunk_files trunk_create_file_advance trunk_create_file_time_base',
  'trunk_create_file_interval trunk_create_file_space_threshold trunk_init_check_occupying',
  'trunk_init_reload_from_binlog trunk_compress_binlog_min_interval trunk_compress_binlog_interval',
  'trunk_compress_binlog_time_base trunk_binlog_max_backups use_storage_id storage_ids_filename id_type_in_filename',
  'trust_storage_server_id store_slave_file_use_link stat_layout http_port http_bind_addr metrics_allow',
].flatMap((line) => line.split(' '))

/** Keys of FastDFS that mean nothing to one process of Node.js that logs to its standard output. */
const idleKeys = [
  'use_io_uring use_send_zc accept_threads work_threads thread_stack_size run_by_group run_by_user',
  'use_connection_pool connection_pool_max_idle_time sync_log_buff_interval log_file_rotate_everyday',
  'log_file_rotate_time log_file_compress_old log_file_compress_days_before log_file_rotate_on_size',
  'log_file_keep_days log_file_delete_old_time inner_bind_addr outer_bind_addr inner_port outer_port tcp_quick_ack',
].flatMap((line) => line.split(' '))

/** Other values of these keys are 0 to FastDFS, with a line in the log (client protocol §9.1). */
const choices = { store_server: [0, 1, 2], store_path: [0, 2], download_server: [0, 1] } as const

/** Reads tracker.conf and storage_ids.conf. ConfError or StorageIdsError name file, line, key and value. */
export async function loadTrackerConfig(confPath: string): Promise<TrackerConfig> {
  const conf = readConf(confPath)
  if (conf.boolean('disabled', false)) throw new ConfError(`${conf.file}: disabled = ${conf.text('disabled')}`)
  const useStorageId = conf.boolean('use_storage_id', false)
  const storageIdsFile = useStorageId ? conf.path('storage_ids_filename', 'storage_ids.conf') : null
  const storageIds = storageIdsFile === null ? null : await loadStorageIds(storageIdsFile)
  const addressWidth = readAddressWidth(conf, storageIds)
  const bindAddresses = readBindAddresses(conf, hasIpv6(storageIds))
  const requestBytesMax = conf.byteSize('buff_size', { min: 8 * KIB, max: 64 * MIB, fallback: 256 * KIB })
  return Object.freeze({
    basePath: conf.path('base_path'),
    bindAddresses,
    port: conf.integer('port', { min: 0, max: 65_535, fallback: DEFAULT_TRACKER_PORT }),
    addressWidth,
    connectTimeoutMs: 1000 * conf.integer('connect_timeout', { min: 1, max: 86_400, fallback: 10 }),
    statLayout: conf.choice('stat_layout', statLayouts, '6.16'),
    electionIntervalMs: 1000,
    networkTimeoutMs: 1000 * conf.integer('network_timeout', { min: 1, max: 86_400, fallback: 60 }),
    maxConnections: conf.integer('max_connections', { min: 1, max: 1_000_000, fallback: 256 }),
    requestBytesMax,
    answerBytesMax: readAnswerBytesMax(conf, requestBytesMax),
    allowHosts: await readAllowHosts(conf),
    cluster: readClusterSettings(conf, useStorageId),
    storageIds,
    storageIdsFile,
    storageIpChangedAutoAdjust: conf.boolean('storage_ip_changed_auto_adjust', true),
    storeSlaveFileUseLink: conf.boolean('store_slave_file_use_link', false),
    trunk: readTrunkParameters(conf),
    logLevel: readLogLevel(conf),
    http: {
      bindAddress: conf.text('http_bind_addr', bindAddresses[0]),
      port: conf.integer('http_port', { min: -1, max: 65_535, fallback: DEFAULT_HTTP_PORT }),
    },
    metricsAllow: conf.has('metrics_allow') ? conf.list('metrics_allow') : LOOPBACK,
    warnings: readWarnings(conf),
  })
}

function readClusterSettings(conf: Conf, useStorageId: boolean): ClusterSettings {
  const seconds = (key: string, fallback: number) => conf.integer(key, { min: 1, max: 2 ** 31 - 1, fallback })
  const storeLookup = Number(conf.choice('store_lookup', ['0', '1', '2'], '0')) as 0 | 1 | 2
  const storeServer = choiceOrZero(conf, 'store_server')
  const useTrunkFile = conf.boolean('use_trunk_file', false)
  const storeGroup = storeLookup === 1 ? conf.text('store_group') : conf.text('store_group', '')
  if (storeGroup !== '' && !isGroupName(storeGroup)) {
    throw new ConfError(`${conf.file}: store_group = ${storeGroup}: not a group name (1 to 16 of A-Z a-z 0-9)`)
  }
  return {
    storeLookup,
    storeGroup,
    // One member allocates all slots: whoever else takes an upload has to ask it.
    storeServer: useTrunkFile && storeServer === 0 ? 1 : storeServer,
    storePath: choiceOrZero(conf, 'store_path'),
    downloadServer: choiceOrZero(conf, 'download_server'),
    reservedSpace: readReservedSpace(conf),
    checkActiveIntervalSeconds: seconds('check_active_interval', 100),
    syncFileMaxDelaySeconds: seconds('storage_sync_file_max_delay', 86_400),
    syncFileMaxTimeSeconds: seconds('storage_sync_file_max_time', 300),
    trustStorageServerId: conf.boolean('trust_storage_server_id', true),
    useTrunkFile,
    idInFileName: conf.choice('id_type_in_filename', ['ip', 'id'], 'ip') === 'id' && useStorageId,
  }
}

function choiceOrZero<K extends keyof typeof choices>(conf: Conf, key: K): (typeof choices)[K][number] | 0 {
  const known: readonly (typeof choices)[K][number][] = choices[key]
  const value = conf.integer(key, { fallback: 0 })
  return known.find((choice) => choice === value) ?? 0
}

function readReservedSpace(conf: Conf): ReservedSpace {
  const key = 'reserved_storage_space'
  const reserved = conf.reservedSpace(key, { kind: 'bytes', bytes: 1024 * MIB })
  if (reserved.kind === 'bytes') return { kind: 'mb', mb: Math.floor(reserved.bytes / MIB) }
  if (reserved.ratio > 0 && reserved.ratio < 1) return reserved
  throw new ConfError(`${conf.file}: ${key} = ${conf.text(key)}: a share must be more than 0 % and less than 100 %`)
}

function readAnswerBytesMax(conf: Conf, requestBytesMax: number): number {
  if (!conf.has('min_buff_size') || !conf.has('max_buff_size')) return requestBytesMax
  conf.byteSize('min_buff_size', { min: 1 })
  return Math.max(requestBytesMax, conf.byteSize('max_buff_size', { min: 1, max: 64 * MIB }))
}

function readBindAddresses(conf: Conf, ipv6Members: boolean): string[] {
  const addresses = [...conf.list('bind_addr')]
  const families = addresses.map(isIP)
  if (families.includes(0) || new Set(families).size < families.length) {
    throw new ConfError(
      `${conf.file}: bind_addr = ${addresses.join(',')}: at most one IPv4 and one IPv6 address are wanted`,
    )
  }
  const family = conf.choice('address_family', ['auto', 'IPv4', 'IPv6', 'both'], 'auto')
  if (addresses.length > 0) return addresses
  const dualStack = family === 'IPv6' || family === 'both' || (family === 'auto' && ipv6Members)
  return [dualStack ? '::' : '0.0.0.0']
}

function readAddressWidth(conf: Conf, storageIds: StorageIds | null): AddressWidth {
  if (conf.text('response_ip_addr_size', 'auto') !== 'auto') return 46
  return hasIpv6(storageIds) ? 46 : 16
}

function hasIpv6(storageIds: StorageIds | null): boolean {
  return storageIds?.entries.some((entry) => entry.hosts.some((host) => isIP(host) === 6)) ?? false
}

function readWarnings(conf: Conf): string[] {
  const unknown = conf.unknownKeys([...usedKeys, ...idleKeys, /^\[/])
  const warnings = unknown.map(({ key, file, line }) => `${file}:${line}: ${key} is not a key of tracker.conf`)
  const idle = idleKeys.filter((key) => conf.has(key))
  if (idle.length > 0) warnings.push(`${conf.file}: these keys have no effect in this tracker: ${idle.join(' ')}`)
  for (const [key, known] of Object.entries<readonly number[]>(choices)) {
    const value = conf.integer(key, { fallback: 0 })
    if (!known.includes(value))
      warnings.push(`${conf.file}: ${key} = ${value}: not one of ${known.join(', ')}, taken as 0`)
  }
  if (conf.boolean('use_trunk_file', false) && choiceOrZero(conf, 'store_server') === 0) {
    warnings.push(`${conf.file}: store_server = 0 becomes 1 with use_trunk_file`)
  }
  return warnings
}
