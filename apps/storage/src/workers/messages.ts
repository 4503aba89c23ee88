import type { MessagePort } from 'node:worker_threads'
import type { StorageConfig } from '../config.ts'
import type { SharedLanes } from '../disk/disk-lanes.ts'
import type { StoreIdentity } from '../disk/new-files.ts'
import type { CursorState } from '../engine/allocate.ts'
import type { BinlogOp } from '../engine/binlog.ts'
import type { Counters } from '../engine/counters.ts'
import type { Errands, Outcomes } from './errands.ts'
import type { SharedNamesSize } from './shared-names.ts'

/** What a thread is started with. */
export interface ThreadStart {
  /** 1 … ; the main thread is 0. */
  readonly thread: number
  readonly config: StorageConfig
  readonly identity: StoreIdentity
  /** New small files belong into slots, which the main thread knows. */
  readonly usesTrunkFiles: boolean
  /** The socket that all threads accept at. */
  readonly descriptor: number
  readonly names: { readonly memory: SharedArrayBuffer; readonly size: SharedNamesSize }
  /** The memory of the removals that all threads share. */
  readonly removals: SharedArrayBuffer
  /** How the disks are, which all threads share, too. */
  readonly lanes: SharedLanes
  readonly cursor: CursorState
}

/** A record for the log, and the slot of the name that waits for it (−1: none). */
export interface SentRecord {
  readonly op: BinlogOp
  readonly name: string
  readonly slot: number
  readonly extra: string
  readonly durable: boolean
  readonly timestamp: number | undefined
}

/** Rounds of syncing, and who was served by them. */
export interface SyncFigures {
  readonly rounds: number
  readonly served: number
}

/** A store path takes no new files any more. */
interface PathFailed {
  readonly kind: 'pathFailed'
  readonly index: number
  readonly message: string
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a thread tells the main thread. */
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'records'; readonly records: Errands<SentRecord> }
  /** The thread has written to the log itself. */
  | { readonly kind: 'logged' }
  /** Files that clients want to be gone: their logic names. */
  | { readonly kind: 'removals'; readonly removals: Errands<string> }
  /** A client's commands for the main thread come through this port. */
  | { readonly kind: 'connection'; readonly port: MessagePort; readonly remoteAddress: string }
  /** Since the last time. `answered`: command, status, how often. */
  | {
      readonly kind: 'figures'
      readonly counters: Counters
      readonly syncs: Readonly<Record<'group' | 'single', SyncFigures>>
      readonly answered: ReadonlyArray<readonly [command: number, status: number, count: number]>
    }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly details: object; readonly message: string }
  | PathFailed

/** What the main thread tells a thread. */
export type ToThread =
  /** Records are written (or durable), or could not be. */
  | { readonly kind: 'written'; readonly written: Outcomes<Error | undefined> }
  /** What is to be answered to whom wanted a file to be gone: a status. */
  | { readonly kind: 'removed'; readonly removed: Outcomes<number> }
  | PathFailed
  | { readonly kind: 'close'; readonly graceMs: number }
