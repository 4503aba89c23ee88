import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno } from '../disk/atomic-file.ts'
import { binlogFolder } from '../disk/binlog-files.ts'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { markPath } from '../disk/mark-file.ts'
import { isMemberId, StorageStatus } from '../engine/members.ts'
import type { Logger } from '../handlers/context.ts'

// The trackers' change log (77): which members were deleted, and which have another address (internals §1.12). What a
// mark says about a deleted member must not count when it comes back; a member that has moved keeps its mark.

export interface ChangelogEntry {
  /** Unix seconds. */
  readonly time: number
  readonly group: string
  readonly id: string
  readonly status: number
  /** Empty for deletions. */
  readonly newId: string
}

const LINE = /^(\d{1,12}) (\S{1,16}) (\S{1,45}) (\d{1,2}) (\S{0,45})$/

/** Lines of another form are skipped, as in FastDFS; a last line that is cut off is left for the next answer. */
export function parseChangelog(text: string): { entries: ChangelogEntry[]; rest: string } {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  const entries = lines.flatMap((line) => {
    const [, time, group = '', id = '', status, newId = ''] = LINE.exec(line) ?? []
    const named = isMemberId(id) && (newId === '' || isMemberId(newId))
    return time !== undefined && named ? [{ time: Number(time), group, id, status: Number(status), newId }] : []
  })
  return { entries, rest }
}

export interface ChangedHistory {
  readonly group: string
  readonly basePath: string
  readonly useStorageId: boolean
  readonly ownPort: number
  readonly initFlag: InitFlagFile
  readonly logger: Logger
}

/** Takes one entry into account; a second time it changes nothing. */
export function applyChange(mine: ChangedHistory, entry: ChangelogEntry): void {
  if (entry.group !== mine.group) return
  if (entry.status === StorageStatus.DELETED) forget(mine, entry)
  else if (entry.status === StorageStatus.IP_CHANGED && !mine.useStorageId) follow(mine, entry)
}

function forget(mine: ChangedHistory, { id, time }: ChangelogEntry): void {
  const stamp = new Date(time * 1000).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  for (const path of marksOf(mine, id)) {
    // A mark that was written after the deletion belongs to the member's new life.
    if (modifiedAt(path) > time || !renameIfAny(path, `${path}.${stamp}`)) continue
    mine.logger.info({ member: id, mark: path }, 'a deleted member starts anew when it comes back')
  }
  if (mine.initFlag.flag.syncSource === id) mine.initFlag.save({ syncSource: '', syncUntil: 0 })
}

function follow(mine: ChangedHistory, { id, newId }: ChangelogEntry): void {
  const later = marksOf(mine, newId)
  for (const [index, path] of marksOf(mine, id).entries()) {
    const moved = later[index]
    if (moved !== undefined && modifiedAt(moved) === 0) renameIfAny(path, moved)
  }
  if (mine.initFlag.flag.syncSource === id) mine.initFlag.save({ syncSource: newId })
}

/** Of this storage's log and of the log of free trunk blocks. */
function marksOf({ basePath, useStorageId, ownPort }: ChangedHistory, id: string): string[] {
  const folders = [binlogFolder(basePath), join(basePath, 'data', 'trunk')]
  return folders.map((folder) => markPath(folder, { id, useStorageId, ownPort }))
}

/** Unix seconds; 0 where there is no such file. */
function modifiedAt(path: string): number {
  return Math.floor((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000)
}

function renameIfAny(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}
