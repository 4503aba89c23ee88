import type { AddressWidth, FileSource, StatusAnswer } from '@cairn/dfs-core'
import type { StorageConfig } from '../config.ts'
import type { FileLocks } from '../disk/file-locks.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Tombstones } from '../disk/tombstones.ts'
import type { Counters } from '../engine/counters.ts'
import type { ReceivedTimes } from '../engine/received.ts'
import type { Refusals } from '../engine/refusals.ts'
import type { TrunkGroup } from '../trunk/trunk-group.ts'
import type { RemoteSource } from './source-fallback.ts'

/** Where daemons write what happened; a pino logger fits. */
export interface Logger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** What one connection knows about its peer. */
export interface ConnectionState {
  /** Storage id from REPORT_SERVER_ID: packets on this connection tell how far that source is received. */
  peerId: string | null
}

/** What every handler works with. */
export interface HandlerContext {
  readonly config: StorageConfig
  readonly store: FileStore
  readonly locks: FileLocks
  readonly counters: Counters
  readonly tombstones: Tombstones
  /** How far each peer's changes have arrived. */
  readonly received: ReceivedTimes
  /** Replicas that were refused because their content is not what their name says. */
  readonly refusals: Refusals
  /** Small files go into slots of trunk files, where the cluster keeps them so. */
  readonly trunk: TrunkGroup
  readonly logger: Logger
  /** Width of address fields in answers: `response_ip_addr_size` of the tracker. */
  readonly addressWidth: AddressWidth
  /** The first address of the storage that a name tells; empty when it is unknown. */
  addressOf(source: FileSource): string
  /** What STATUS answers. */
  status(): StatusAnswer
  /** A peer has said who it is (REPORT_SERVER_ID). */
  peerSeen(peerId: string): void
  /** The disk of a store path was lost, and its files are being restored: one that is not here may yet exist. */
  isRestoring(storePathIndex: number): boolean
  /** The living member that a file came from, or null: it is this one, unknown, or gone. */
  sourceOf(logicName: string): RemoteSource | null
}
