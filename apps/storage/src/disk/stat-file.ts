import { join } from 'node:path'
import type { CursorState } from '../engine/allocate.ts'
import { type Counters, formatCounters, readCounters } from '../engine/counters.ts'
import { parseKeyValues } from '../engine/key-values.ts'
import { readFileIfAny, replaceFile } from './atomic-file.ts'

/** storage_stat.dat: counters and the directory cursor. Losing it loses statistics and starts at 00/00 again. */
export interface StatFileContent {
  readonly counters: Counters
  readonly cursor: CursorState
}

function statPath(basePath: string): string {
  return join(basePath, 'data', 'storage_stat.dat')
}

export function loadStatFile(basePath: string): StatFileContent {
  const values = parseKeyValues(readFileIfAny(statPath(basePath)) ?? '')
  const number = (key: string) => Math.max(0, Math.trunc(Number(values.get(key) ?? '0')) || 0)
  return {
    counters: readCounters(values),
    cursor: {
      high: number('dist_path_index_high'),
      low: number('dist_path_index_low'),
      count: number('dist_write_file_count'),
    },
  }
}

export function saveStatFile(basePath: string, content: StatFileContent): void {
  const { high, low, count } = content.cursor
  const cursor = `dist_path_index_high=${high}\ndist_path_index_low=${low}\ndist_write_file_count=${count}\n`
  replaceFile(statPath(basePath), formatCounters(content.counters) + cursor)
}
