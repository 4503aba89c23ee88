import type { Durability } from './disk/group-sync.ts'

export interface TrackerAddress {
  readonly host: string
  readonly port: number
}

/** storage.conf: FastDFS's keys (same meaning, same defaults) and Cairn's own. */
export interface StorageConfig {
  /** `group_name` */
  readonly group: string
  /** `bind_addr`; outgoing connections are bound to it too unless `client_bind = false`. */
  readonly bindAddress: string
  readonly clientBind: boolean
  /** `port`; 0 takes a free one (tests). */
  readonly port: number
  /** `server_id`: this storage's id; absent: the tracker is asked by address and port. */
  readonly serverId: string | null
  readonly trackers: readonly TrackerAddress[]
  readonly basePath: string
  readonly storePaths: readonly { readonly path: string; readonly readonly: boolean }[]
  readonly subdirCount: number
  /** `file_distribute_path_mode` */
  readonly distribution: 'rotate' | 'hash'
  readonly rotateCount: number
  readonly checkStorePathMark: boolean

  readonly connectTimeoutMs: number
  readonly networkTimeoutMs: number
  readonly heartBeatIntervalMs: number
  /** `stat_report_interval`: disk usage. */
  readonly diskReportIntervalMs: number
  /** `sync_stat_file_interval` */
  readonly statFileIntervalMs: number
  readonly maxConnections: number
  /** `buff_size`: longest body of a command that is not streamed. */
  readonly bufferBytes: number
  readonly allowHosts: readonly string[] | null
  readonly uploadPriority: number

  /** `sync_max_threads`: connections to one peer, of which one tells progress. */
  readonly syncConnections: number
  /** `write_mark_file_freq` */
  readonly markFileFrequency: number
  /** `upload_durability`, for uploads over FastDFS's protocol. */
  readonly uploadDurability: Durability
  /** `upload_size_max`: bytes of one file; 0 = no limit but the disk. */
  readonly uploadSizeMax: number

  readonly logLevel: string
  readonly http: StorageHttpConfig
}

export interface StorageHttpConfig {
  /** `http_bind_addr`, default bind_addr. */
  readonly bindAddress: string
  /** `http_port`; 0 takes a free one, -1 turns HTTP off. */
  readonly port: number
  /** `http_access` */
  readonly access: 'ticket' | 'open'
  /** `keys_file`; null only with access = open. */
  readonly keysFile: string | null
  /** `web_origins` */
  readonly webOrigins: readonly string[]
  /** `web_url`: where expired download tickets are renewed; null: they are refused. */
  readonly webUrl: string | null
  /** `tus_durability` */
  readonly tusDurability: Durability
}
