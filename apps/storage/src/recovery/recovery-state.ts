import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readFileIfAny, removeIfAny, replaceFile } from '../disk/atomic-file.ts'
import type { StorePath } from '../disk/store-path.ts'
import { parseKeyValues } from '../engine/key-values.ts'
import { StorageStatus } from '../engine/members.ts'

/** How far the files of a lost disk are restored: FastDFS's own files in its data folder (internals §8). */
export interface RecoveryState {
  /** The list of files is here. */
  readonly isListed: boolean
  /** The lists: FastDFS makes one for each of its threads. */
  readonly lists: readonly RecoveryList[]
  /** Where a list is written that is being fetched. */
  readonly fetchPath: string
  /** The list at `fetchPath` is whole. */
  listed(): void
  /** What the lists name is restored; another member is asked for its list. */
  nextMember(): void
  /** Everything is restored. */
  finish(): void
}

interface Flag {
  readonly isListed: boolean
  readonly threads: number
}

const NOT_LISTED: Flag = { isListed: false, threads: -1 }

/** One list, and the place behind what is restored of it. */
export interface RecoveryList {
  readonly path: string
  readonly offset: number
  save(offset: number): void
}

/** A disk is being restored, by this process or one before it. */
export function isRecovering({ dataDir }: Pick<StorePath, 'dataDir'>): boolean {
  return existsSync(flagPath(dataDir))
}

/** Writes down that a disk is to be restored, before anything else can make it look like one that is not. */
export function beginRecovery({ dataDir }: Pick<StorePath, 'dataDir'>): void {
  saveFlag(dataDir, NOT_LISTED)
}

export function openRecovery({ dataDir }: Pick<StorePath, 'dataDir'>): RecoveryState {
  let { isListed, threads } = readFlag(dataDir)
  const save = (flag: Flag) => {
    isListed = flag.isListed
    threads = flag.threads
    saveFlag(dataDir, flag)
  }
  const count = () => Math.max(1, threads)
  return {
    get isListed() {
      return isListed
    },
    get lists() {
      return Array.from({ length: count() }, (_, index) => openList(dataDir, index))
    },
    fetchPath: listPath(dataDir, 0),
    listed() {
      openList(dataDir, 0).save(0)
      save({ isListed: true, threads: 1 })
    },
    nextMember() {
      const done = count()
      save(NOT_LISTED)
      removeLists(dataDir, done)
    },
    finish() {
      removeLists(dataDir, count())
      removeIfAny(flagPath(dataDir))
    },
  }
}

function removeLists(dataDir: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    removeIfAny(listPath(dataDir, index))
    removeIfAny(markPath(dataDir, index))
  }
}

function openList(dataDir: string, index: number): RecoveryList {
  const offset = Number(parseKeyValues(readFileIfAny(markPath(dataDir, index)) ?? '').get('binlog_offset') ?? '0')
  return {
    path: listPath(dataDir, index),
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
    save: (behind) => replaceFile(markPath(dataDir, index), `binlog_offset=${behind}\n`),
  }
}

function readFlag(dataDir: string): Flag {
  const values = parseKeyValues(readFileIfAny(flagPath(dataDir)) ?? '')
  return { isListed: values.get('fetch_binlog_done') === '1', threads: Number(values.get('recovery_threads') ?? '1') }
}

function saveFlag(dataDir: string, { isListed, threads }: Flag): void {
  const lines = [
    `saved_storage_status=${StorageStatus.ACTIVE}`,
    `fetch_binlog_done=${isListed ? 1 : 0}`,
    `recovery_threads=${threads}`,
  ]
  replaceFile(flagPath(dataDir), lines.map((line) => `${line}\n`).join(''))
}

function flagPath(dataDir: string): string {
  return join(dataDir, '.recovery.flag')
}

function listPath(dataDir: string, index: number): string {
  return join(dataDir, `.binlog.recovery.${index}`)
}

function markPath(dataDir: string, index: number): string {
  return join(dataDir, `.recovery.mark.${index}`)
}
