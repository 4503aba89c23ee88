import type { TimeOfDay } from './conf.ts'

/** Settings of trunk files, the same for the whole cluster: trackers send them to storages with PARAMETERS (75). Sizes in bytes, intervals in seconds. */
export interface TrunkParameters {
  readonly slotMinSize: number
  /** Files that do not fit a slot of this size are stored by themselves. */
  readonly slotMaxSize: number
  readonly allocAlignmentSize: number
  readonly fileSize: number
  readonly createFileAdvance: boolean
  readonly createFileTimeBase: TimeOfDay
  readonly createFileInterval: number
  readonly createFileSpaceThreshold: number
  readonly initCheckOccupying: boolean
  readonly initReloadFromBinlog: boolean
  readonly freeSpaceMerge: boolean
  readonly deleteUnusedFiles: boolean
  readonly compressBinlogMinInterval: number
  /** 0: the log of free blocks is never compressed. */
  readonly compressBinlogInterval: number
  readonly compressBinlogTimeBase: TimeOfDay
  readonly binlogMaxBackups: number
}
