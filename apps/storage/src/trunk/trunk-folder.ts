import type { FileStore } from '../disk/file-store.ts'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { finishCompression } from './compression.ts'
import { SlotReturns, type SlotReturnsOptions } from './slot-returns.ts'
import { TrunkLog } from './trunk-log.ts'
import type { UnloggedSlots } from './unlogged-slots.ts'
import { sweepUnlogged } from './unlogged-sweep.ts'

interface TrunkFolderOptions extends Omit<SlotReturnsOptions, 'folder' | 'store'> {
  readonly basePath: string
  readonly initFlag: InitFlagFile
  readonly store: FileStore
}

/** `data/trunk`: what every member of a group with trunk files keeps. */
export interface TrunkFolder {
  readonly log: TrunkLog
  /** Files that lie in slots and are not logged yet. */
  readonly unlogged: UnloggedSlots
  readonly returns: SlotReturns
}

/** What a compression or a crash left half done is settled first. */
export function openTrunkFolder(options: TrunkFolderOptions): TrunkFolder {
  const { basePath, initFlag, store, report } = options
  const warn = (message: string) => report(message, {})
  const settled = finishCompression(basePath, initFlag)
  if (settled !== null) warn(settled)
  const log = TrunkLog.open(basePath, warn)
  const unlogged = sweepUnlogged(store, log.folder, warn)
  return { log, unlogged, returns: new SlotReturns({ ...options, folder: log.folder }) }
}
