import type { Group } from '../cluster/cluster.ts'
import { isTombstone } from '../cluster/storage-status.ts'
import { StateFileError } from './state-file-error.ts'

export const SYNC_TIMESTAMPS_FILE = 'storage_sync_timestamp.dat'

/** One line per source: `group,source id,t1,t2,…`, a column for each member in the order of the lines. */
export interface SavedSyncRow {
  group: string
  sourceId: string
  timestamps: number[]
  line: number
}

export function formatSyncTimestamps(groups: readonly Group[]): string {
  let text = ''
  for (const group of groups) {
    const members = group.servers.filter((server) => !isTombstone(server.status))
    for (const source of members) {
      const timestamps = members.map((member) => member.syncedFrom.get(source.id) ?? 0)
      text += `${[group.name, source.id, ...timestamps].join(',')}\n`
    }
  }
  return text
}

export function parseSyncTimestamps(text: string, file: string): SavedSyncRow[] {
  if (text !== '' && !text.endsWith('\n')) {
    throw new StateFileError(file, text.split('\n').length, 'the line is not complete')
  }
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => parseRow(line, index + 1, file))
  for (const row of rows) {
    const width = rows.filter((other) => other.group === row.group).length
    if (row.timestamps.length === width) continue
    throw new StateFileError(file, row.line, `${row.timestamps.length} timestamps, but ${row.group} has ${width} lines`)
  }
  return rows
}

function parseRow(text: string, line: number, file: string): SavedSyncRow {
  const [group = '', sourceId = '', ...columns] = text.split(',')
  if (group === '' || sourceId === '' || !columns.every((column) => /^\d{1,11}$/.test(column))) {
    throw new StateFileError(file, line, `"${text}" is not group,id,timestamp…`)
  }
  return { group, sourceId, timestamps: columns.map(Number), line }
}
