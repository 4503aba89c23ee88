import type { AddressWidth, FileSource, StatusAnswer } from '@cairn/dfs-core'
import type { StorageConfig } from '../config.ts'
import type { FileLocks } from '../disk/file-locks.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { NewFiles } from '../disk/new-files.ts'
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

/** What reading files and storing new ones needs: every thread has it. */
export interface FileContext {
  readonly config: StorageConfig
  readonly store: NewFiles
  readonly counters: Counters
  readonly logger: Logger
}

/** What every handler works with. */
export interface HandlerContext extends FileContext {
  readonly store: FileStore
  readonly locks: FileLocks
  readonly tombstones: Tombstones
  /** How far each peer's changes have arrived. */
  readonly received: ReceivedTimes
  /** Replicas that were refused because their content is not what their name says. */
  readonly refusals: Refusals
  /** Small files go into slots of trunk files, where the cluster keeps them so. */
  readonly trunk: TrunkGroup
  /** Width of address fields in answers: `response_ip_addr_size` of the tracker. */
  readonly addressWidth: AddressWidth
  /** The first address of the storage that a name tells; empty when it is unknown. */
  addressOf(source: FileSource): string
  /** What STATUS answers, but for what the handlers themselves know. */
  status(): Omit<StatusAnswer, 'commands'>
  /** A peer has said who it is (REPORT_SERVER_ID). */
  peerSeen(peerId: string): void
  /** The disk of a store path was lost, and its files are being restored: one that is not here may yet exist. */
  isRestoring(storePathIndex: number): boolean
  /** The living member that a file came from, or null: it is this one, unknown, or gone. */
  sourceOf(logicName: string): RemoteSource | null
}
