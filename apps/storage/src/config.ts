import { availableParallelism } from 'node:os'
import {
  type Conf,
  ConfError,
  type LogLevel,
  readAllowHosts,
  readConf,
  readLogLevel,
  type TimeOfDay,
} from '@cairn/dfs-core/conf'
import { type AddressFamily, readBinding, readGroupName, readTrackers, type TrackerAddress } from './cluster-address.ts'
import type { Durability } from './disk/group-sync.ts'
import type { SyncHours } from './engine/sync-hours.ts'
import { keyWarnings } from './known-keys.ts'
import { type PlainLinkConfig, plainLinkDefaults, readPlainLinks } from './plain-link-config.ts'

/** storage.conf: FastDFS's keys (same meaning, same defaults) and Cairn's own. */
export interface StorageConfig {
  /** `group_name`; null: the trackers are asked (they must use storage ids). */
  readonly group: string | null
  /** `bind_addr`; empty = all addresses of the families of `address_family`. */
  readonly bindAddress: string
  /** `address_family`; auto: IPv6, too, where a member of the cluster has such an address. */
  readonly addressFamily: AddressFamily
  /** `client_bind`: outgoing connections are bound to bind_addr too. */
  readonly clientBind: boolean
  /** `port`; 0 takes a free one (tests). */
  readonly port: number
  /** `server_id`: this storage's id; null: the trackers are asked by address and port. */
  readonly serverId: string | null
  readonly trackers: readonly TrackerAddress[]
  readonly basePath: string
  readonly storePaths: ReadonlyArray<{ readonly path: string; readonly readonly: boolean }>
  /** `subdir_count_per_path` */
  readonly subdirCount: number
  /** `file_distribute_path_mode` */
  readonly distribution: 'rotate' | 'hash'
  /** `file_distribute_rotate_count` */
  readonly rotateCount: number
  readonly checkStorePathMark: boolean
  /** `check_file_duplicate`: the same content is stored once. */
  readonly checkFileDuplicate: boolean

  readonly connectTimeoutMs: number
  readonly networkTimeoutMs: number
  readonly heartBeatIntervalMs: number
  /** `stat_report_interval`: disk usage. */
  readonly diskReportIntervalMs: number
  /** `sync_stat_file_interval` */
  readonly statFileIntervalMs: number
  readonly maxConnections: number
  /** `work_threads`: threads that serve clients, the main one among them. */
  readonly workThreads: number
  /** `disk_calls`, with several store paths: on the event loop while a disk is quick, or always in the thread pool. */
  readonly diskCalls: 'auto' | 'pool'
  /** `buff_size`: no command that is not streamed is longer. */
  readonly bufferBytes: number
  /** `allow_hosts`; null: everybody. */
  readonly allowHosts: readonly string[] | null
  readonly uploadPriority: number

  /** `sync_max_threads`: connections to one peer; one of them tells progress. */
  readonly syncConnections: number
  /** `sync_interval`: pause of a connection after each record. */
  readonly syncIntervalMs: number
  /** `sync_start_time`, `sync_end_time` */
  readonly syncHours: SyncHours
  /** `write_mark_file_freq`: records between two writes of a mark file. */
  readonly markFileFrequency: number
  /** `compress_binlog`, `compress_binlog_time`: when files of the log that all members have are compressed; null: never. */
  readonly compressBinlogAt: TimeOfDay | null
  /** The check of files against the CRC-32 in their names. */
  readonly scrub: ScrubConfig
  /** `upload_durability`, for uploads over FastDFS's protocol. */
  readonly uploadDurability: Durability
  /** `upload_size_max`: bytes of one file; 0 = no limit but the disk. */
  readonly uploadSizeMax: number

  readonly logLevel: LogLevel
  /** `enabled` and `time_precision` of the section access-log; null: it is not written. */
  readonly accessLog: { readonly precision: 'ms' | 'us' } | null
  readonly http: StorageHttpConfig
  /** What is odd about the file, for the log. */
  readonly warnings: readonly string[]
}

interface ScrubConfig {
  /** `scrub_bytes_per_second`: so fast files are read; 0 turns it off. */
  readonly bytesPerSecond: number
  /** `scrub_interval_days`: from the beginning of a round to that of the next. */
  readonly intervalMs: number
  /** After the start, so that a storage that comes back has its disk for itself. */
  readonly delayMs: number
}

export interface StorageHttpConfig {
  /** `http_bind_addr`, default bind_addr. */
  readonly bindAddress: string
  /** `http_port`; 0 takes a free one, -1 turns HTTP off. */
  readonly port: number
  /** `http_threads`: threads that hold connections; 0: the main one does. */
  readonly threads: number
  /** `http_access` */
  readonly access: 'ticket' | 'anti_steal' | 'open'
  /** Links without ticket, where access is not `ticket`. */
  readonly plainLinks: PlainLinkConfig
  /** `keys_file`; null only where access is not `ticket`. */
  readonly keysFile: string | null
  /** `web_origins` */
  readonly webOrigins: readonly string[]
  /** `web_url`: where expired download tickets are renewed; null: they are refused. */
  readonly webUrl: string | null
  /** `metrics_allow`: addresses and CIDR blocks that may read /metrics; default loopback. */
  readonly metricsAllow: readonly string[]
  /** `trusted_proxies`: addresses and CIDR blocks of the proxies in front, whose `X-Forwarded-` headers are believed. */
  readonly trustedProxies: readonly string[]
  /** `tus_durability` */
  readonly tusDurability: Durability
}

/** What a storage.conf without these keys means. Group, trackers and paths have no default. */
export const storageConfigDefaults = {
  group: null,
  bindAddress: '',
  addressFamily: 'auto',
  clientBind: true,
  port: 23_000,
  serverId: null,
  subdirCount: 256,
  distribution: 'rotate',
  rotateCount: 100,
  checkStorePathMark: true,
  checkFileDuplicate: false,
  connectTimeoutMs: 10_000,
  networkTimeoutMs: 30_000,
  heartBeatIntervalMs: 30_000,
  diskReportIntervalMs: 300_000,
  statFileIntervalMs: 60_000,
  maxConnections: 1024,
  workThreads: 1,
  diskCalls: 'auto',
  bufferBytes: 256 * 1024,
  allowHosts: null,
  uploadPriority: 10,
  syncConnections: 8,
  syncIntervalMs: 0,
  syncHours: { startMinute: 0, endMinute: 24 * 60 - 1 },
  markFileFrequency: 500,
  compressBinlogAt: null,
  scrub: { bytesPerSecond: 4 * 1024 * 1024, intervalMs: 14 * 86_400_000, delayMs: 60_000 },
  uploadDurability: 'none',
  uploadSizeMax: 0,
  logLevel: 'info',
  accessLog: null,
  http: {
    bindAddress: '',
    port: 8888,
    threads: 0,
    access: 'ticket',
    plainLinks: plainLinkDefaults,
    keysFile: null,
    webOrigins: [],
    webUrl: null,
    metricsAllow: ['127.0.0.0/8', '::1'],
    trustedProxies: [],
    tusDurability: 'group',
  },
  warnings: [],
} as const satisfies Omit<StorageConfig, 'trackers' | 'basePath' | 'storePaths'>

/**
 * Reads a storage.conf. ConfError when it cannot be read or a value makes no sense; keys that neither FastDFS nor Cairn
 * knows become warnings.
 */
export async function loadStorageConfig(confPath: string): Promise<StorageConfig> {
  const conf = readConf(confPath)
  if (conf.boolean('disabled', false)) throw new ConfError(`${conf.file}: disabled = ${conf.text('disabled')}`)
  const d = storageConfigDefaults
  const binding = readBinding(conf)
  return Object.freeze({
    group: readGroupName(conf),
    ...binding,
    clientBind: conf.boolean('client_bind', d.clientBind),
    port: conf.integer('port', { min: 0, max: 65_535, fallback: d.port }),
    serverId: conf.has('server_id') ? conf.text('server_id') : null,
    trackers: await readTrackers(conf),
    ...readPaths(conf),
    ...readTimes(conf),
    checkStorePathMark: conf.boolean('check_store_path_mark', d.checkStorePathMark),
    checkFileDuplicate: conf.boolean('check_file_duplicate', d.checkFileDuplicate),
    maxConnections: conf.integer('max_connections', { min: 1, max: 1_000_000, fallback: d.maxConnections }),
    workThreads: conf.integer('work_threads', { min: 1, max: 64, fallback: WORK_THREADS }),
    diskCalls: conf.choice('disk_calls', ['auto', 'pool'], d.diskCalls),
    bufferBytes: conf.byteSize('buff_size', { min: 64 * 1024, max: 64 * 1024 * 1024, fallback: d.bufferBytes }),
    allowHosts: await readAllowHosts(conf),
    uploadPriority: conf.integer('upload_priority', { fallback: d.uploadPriority }),
    syncConnections: readSyncConnections(conf),
    syncIntervalMs: conf.integer('sync_interval', { min: 0, max: 3_600_000, fallback: d.syncIntervalMs }),
    syncHours: {
      startMinute: minuteOf(conf, 'sync_start_time', d.syncHours.startMinute),
      endMinute: minuteOf(conf, 'sync_end_time', d.syncHours.endMinute),
    },
    markFileFrequency: conf.integer('write_mark_file_freq', { min: 1, fallback: d.markFileFrequency }),
    compressBinlogAt: conf.boolean('compress_binlog', false)
      ? conf.timeOfDay('compress_binlog_time', { hour: 1, minute: 30 })
      : null,
    scrub: {
      ...d.scrub,
      bytesPerSecond: conf.byteSize('scrub_bytes_per_second', { min: 0, fallback: d.scrub.bytesPerSecond }),
      intervalMs: conf.integer('scrub_interval_days', { min: 1, max: 3650, fallback: 14 }) * 86_400_000,
    },
    uploadDurability: conf.choice('upload_durability', DURABILITIES, d.uploadDurability),
    uploadSizeMax: conf.byteSize('upload_size_max', { min: 0, fallback: d.uploadSizeMax }),
    logLevel: readLogLevel(conf),
    accessLog: readAccessLog(conf.section('access-log')),
    http: readHttp(conf, binding.bindAddress),
    warnings: [...keyWarnings(conf), ...(hasHttp(conf) ? [] : [`${conf.file}: no keys_file: HTTP is off`])],
  })
}

function readAccessLog(section: Conf): StorageConfig['accessLog'] {
  if (!section.boolean('enabled', false)) return null
  return { precision: section.choice('time_precision', ['ms', 'us'], 'ms') }
}

function minuteOf(conf: Conf, key: string, fallback: number): number {
  const { hour, minute } = conf.timeOfDay(key, { hour: Math.floor(fallback / 60), minute: fallback % 60 })
  return hour * 60 + minute
}

/** As many as there are cores, but what a storage does beside serving wants some of them where there are many. */
const WORK_THREADS = Math.min(availableParallelism(), 4)
const DURABILITIES = ['none', 'group', 'each'] as const
const SECOND_MS = 1000

function readPaths(
  conf: Conf,
): Pick<StorageConfig, 'basePath' | 'storePaths' | 'subdirCount' | 'distribution' | 'rotateCount'> {
  const d = storageConfigDefaults
  const basePath = conf.path('base_path')
  const count = conf.integer('store_path_count', { min: 1, max: 256, fallback: 1 })
  const storePaths = Array.from({ length: count }, (_, index) => ({
    path: index === 0 ? conf.path('store_path0', basePath) : conf.path(`store_path${index}`),
    readonly: conf.boolean(`store_path${index}_readonly`, false),
  }))
  const mode = conf.integer('file_distribute_path_mode', { min: 0, max: 1, fallback: 0 })
  return {
    basePath,
    storePaths,
    subdirCount: conf.integer('subdir_count_per_path', { min: 1, max: 256, fallback: d.subdirCount }),
    distribution: mode === 0 ? 'rotate' : 'hash',
    rotateCount: conf.integer('file_distribute_rotate_count', { min: 1, fallback: d.rotateCount }),
  }
}

type Times =
  | 'connectTimeoutMs'
  | 'networkTimeoutMs'
  | 'heartBeatIntervalMs'
  | 'diskReportIntervalMs'
  | 'statFileIntervalMs'

function readTimes(conf: Conf): Pick<StorageConfig, Times> {
  const d = storageConfigDefaults
  const seconds = (key: string, fallbackMs: number) =>
    conf.integer(key, { min: 1, max: 86_400, fallback: fallbackMs / SECOND_MS }) * SECOND_MS
  return {
    connectTimeoutMs: seconds('connect_timeout', d.connectTimeoutMs),
    networkTimeoutMs: seconds('network_timeout', d.networkTimeoutMs),
    heartBeatIntervalMs: seconds('heart_beat_interval', d.heartBeatIntervalMs),
    diskReportIntervalMs: seconds('stat_report_interval', d.diskReportIntervalMs),
    statFileIntervalMs: seconds('sync_stat_file_interval', d.statFileIntervalMs),
  }
}

/** A storage.conf as FastDFS has it says nothing of Cairn's HTTP, and there are no keys to check tickets with. */
function hasHttp(conf: Conf): boolean {
  return conf.has('keys_file') || conf.has('http_access')
}

function readHttp(conf: Conf, bindAddress: string): StorageHttpConfig {
  const d = storageConfigDefaults.http
  return {
    bindAddress: conf.text('http_bind_addr', bindAddress),
    threads: conf.integer('http_threads', { min: 0, max: 64, fallback: d.threads }),
    port: hasHttp(conf) ? conf.integer('http_port', { min: -1, max: 65_535, fallback: d.port }) : -1,
    access: conf.choice('http_access', ['ticket', 'anti_steal', 'open'], d.access),
    plainLinks: readPlainLinks(conf),
    keysFile: conf.has('keys_file') ? conf.path('keys_file') : null,
    webOrigins: conf.list('web_origins'),
    webUrl: conf.has('web_url') ? conf.text('web_url') : null,
    metricsAllow: conf.has('metrics_allow') ? conf.list('metrics_allow') : d.metricsAllow,
    trustedProxies: conf.list('trusted_proxies'),
    tusDurability: conf.choice('tus_durability', DURABILITIES, d.tusDurability),
  }
}

/** `auto` and absent are Cairn's own number: a peer is one queue here, whatever its number of store paths. */
function readSyncConnections(conf: Conf): number {
  const fallback = storageConfigDefaults.syncConnections
  if (conf.text('sync_max_threads', 'auto') === 'auto') return fallback
  return conf.integer('sync_max_threads', { min: 1, max: 256, fallback })
}
