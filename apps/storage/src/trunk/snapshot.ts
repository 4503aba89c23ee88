import { join } from 'node:path'
import type { TrunkSlot } from '@cairn/dfs-core'
import { readFileIfAny, removeIfAny, replaceFile } from '../disk/atomic-file.ts'
import { formatTrunkRecord, parseSnapshotLine, TrunkLineError } from './trunk-line.ts'

/** `data/storage_trunk.dat`: the free blocks, and how much of the trunk binlog went into them. */
export interface TrunkSnapshot {
  /** The binlog goes on from here, in bytes. */
  readonly offset: number
  readonly slots: readonly TrunkSlot[]
}

export function snapshotPath(basePath: string): string {
  return join(basePath, 'data', 'storage_trunk.dat')
}

/** Null when there is none. Throws TrunkLineError when it cannot be read. */
export function loadSnapshot(basePath: string): TrunkSnapshot | null {
  const text = readFileIfAny(snapshotPath(basePath))
  if (text === null) return null
  const [first = '', ...lines] = text.split('\n')
  if (!/^\d{1,15}$/.test(first))
    throw new TrunkLineError(`a snapshot starts with an offset, not ${JSON.stringify(first)}`)
  return { offset: Number(first), slots: lines.filter((line) => line !== '').map(parseSnapshotLine) }
}

export function saveSnapshot(basePath: string, { offset, slots }: TrunkSnapshot, now: number): void {
  replaceFile(snapshotPath(basePath), `${offset}\n${freeLines(slots, now)}`)
}

export function removeSnapshot(basePath: string): void {
  removeIfAny(snapshotPath(basePath))
}

/** The blocks as the binlog says that they are free. */
export function freeLines(slots: Iterable<TrunkSlot>, timestamp: number): string {
  let lines = ''
  for (const slot of slots) lines += formatTrunkRecord({ timestamp, op: 'A', slot })
  return lines
}
