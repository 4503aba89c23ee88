import { existsSync, readFileSync, renameSync } from 'node:fs'
import { removeIfAny, replaceFile } from '../disk/atomic-file.ts'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { snapshotPath } from './snapshot.ts'
import type { TrunkLog } from './trunk-log.ts'

const STAGE_KEY = 'trunk_binlog_compress_stage'
const LAST_KEY = 'trunk_last_compress_time'
/** `trunk_binlog_compress_stage` of `.data_init_flag` (internals §6.9). */
const Stage = { none: 0, commitMerging: 4, mergeDone: 5, success: 6, rollbackDone: 8, finished: 9 } as const

/** When the trunk binlog was compressed last, in Unix seconds; 0 = never. */
export function lastCompressed({ flag }: InitFlagFile): number {
  return Number(flag.others.get(LAST_KEY) ?? '0')
}

/**
 * Puts the free blocks in the place of all lines. Every state in between is whole: without a snapshot the old lines are
 * read from their beginning, without marks the members get all lines again. FastDFS's stages are not needed for that.
 */
export function compressLog(options: {
  readonly basePath: string
  readonly initFlag: InitFlagFile
  readonly log: TrunkLog
  readonly lines: string
  readonly now: number
}): void {
  const { basePath, initFlag, log, lines, now } = options
  removeIfAny(snapshotPath(basePath))
  log.removeMarks()
  log.replace(lines)
  const { others } = initFlag.flag
  initFlag.save({ others: new Map(others).set(STAGE_KEY, String(Stage.finished)).set(LAST_KEY, String(now)) })
}

/**
 * Finishes or takes back what a FastDFS storage left half done: it renames snapshot and binlog to `*.rollback`, writes
 * a new snapshot, and merges it with the lines that came since. Returns what was done, for the log; null for nothing.
 * Call it before the binlog is opened.
 */
export function finishCompression(basePath: string, initFlag: InitFlagFile): string | null {
  const stage = Number(initFlag.flag.others.get(STAGE_KEY) ?? '0')
  if (stage === Stage.none || stage === Stage.finished) return null
  const binlog = `${basePath}/data/trunk/binlog`
  const files = { binlog, merged: `${binlog}.tmp`, snapshot: snapshotPath(basePath) }
  const isMerged = stage === Stage.commitMerging ? !existsSync(files.merged) : stage === Stage.mergeDone
  if (isMerged || stage === Stage.success) keepNew(files)
  else if (stage !== Stage.rollbackDone) takeBack(files)
  removeIfAny(files.merged)
  for (const path of [files.binlog, files.snapshot]) removeIfAny(rollbackOf(path))
  initFlag.save({ others: new Map(initFlag.flag.others).set(STAGE_KEY, String(Stage.finished)) })
  return `a compression of the trunk binlog that stopped at stage ${stage} was ${isMerged ? 'finished' : 'settled'}`
}

interface CompressionFiles {
  readonly binlog: string
  readonly merged: string
  readonly snapshot: string
}

/** The new binlog holds everything: its snapshot counts bytes of the old one. */
function keepNew({ snapshot }: CompressionFiles): void {
  removeIfAny(snapshot)
}

/** The old lines, then those that were written since; the old snapshot fits them. */
function takeBack({ binlog, snapshot }: CompressionFiles): void {
  if (existsSync(rollbackOf(binlog))) {
    const since = existsSync(binlog) ? readFileSync(binlog) : Buffer.alloc(0)
    replaceFile(binlog, Buffer.concat([readFileSync(rollbackOf(binlog)), since]))
  }
  if (existsSync(rollbackOf(snapshot))) renameSync(rollbackOf(snapshot), snapshot)
  else removeIfAny(snapshot)
}

function rollbackOf(path: string): string {
  return `${path}.rollback`
}
