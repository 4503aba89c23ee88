import { renameSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parseKeyValues } from '../engine/key-values.ts'
import { isErrno, readFileIfAny } from './atomic-file.ts'

/** How far the log has been sent to one peer: FastDFS's mark file. */
export interface Mark {
  /** The next record to read. */
  readonly index: number
  readonly offset: number
  /** This storage was asked to send the peer the group's history. */
  readonly needSyncOld: boolean
  readonly syncOldDone: boolean
  /** Unix seconds: history ends here. */
  readonly untilTimestamp: number
  readonly scanRowCount: number
  readonly syncRowCount: number
}

/** With storage ids `<peer id>.mark`, else `<peer ip>_<own port>.mark`. */
export function markPath(syncFolder: string, peer: { id: string; useStorageId: boolean; ownPort: number }): string {
  return join(syncFolder, peer.useStorageId ? `${peer.id}.mark` : `${peer.id}_${peer.ownPort}.mark`)
}

/** Null when there is none. Throws when a key is missing: guessing a position would lose or repeat history. */
export function readMark(path: string): Mark | null {
  const text = readFileIfAny(path)
  if (text === null) return null
  const values = parseKeyValues(text)
  const number = (key: string): number => {
    const value = values.get(key)
    if (value === undefined || !/^\d{1,15}$/.test(value)) throw new Error(`${path}: ${key} is missing or not a number`)
    return Number(value)
  }
  return {
    index: number('binlog_index'),
    offset: number('binlog_offset'),
    needSyncOld: number('need_sync_old') !== 0,
    syncOldDone: number('sync_old_done') !== 0,
    untilTimestamp: number('until_timestamp'),
    scanRowCount: number('scan_row_count'),
    syncRowCount: number('sync_row_count'),
  }
}

/** Temporary name, fsync, rename; not on the event loop, since it happens once a second for every peer. */
export async function writeMark(path: string, mark: Mark): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', 0o644)
  try {
    await file.writeFile(formatMark(mark))
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

/** Puts a mark aside under a name with the time, as FastDFS does; fine when there is none. */
export function retireMark(path: string): void {
  const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  try {
    renameSync(path, `${path}.${stamp}`)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
}

export function formatMark(mark: Mark): string {
  return (
    `binlog_index=${mark.index}\nbinlog_offset=${mark.offset}\nneed_sync_old=${mark.needSyncOld ? 1 : 0}\n` +
    `sync_old_done=${mark.syncOldDone ? 1 : 0}\nuntil_timestamp=${mark.untilTimestamp}\n` +
    `scan_row_count=${mark.scanRowCount}\nsync_row_count=${mark.syncRowCount}\n`
  )
}
