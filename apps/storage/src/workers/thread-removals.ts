import { closeSync, existsSync, openSync } from 'node:fs'
import type { FileSource } from '@cairn/dfs-core'
import { ifWell, type LogDone } from '../disk/log-done.ts'
import { METADATA_SUFFIX } from '../disk/metadata-file.ts'
import type { ResolvedName } from '../disk/new-files.ts'
import { tombstoneLine, tombstonesPath, writeTombstones } from '../disk/tombstones.ts'
import { isOwnNormal } from '../engine/file-facts.ts'
import { storedFacts } from '../trunk/stored-content.ts'
import { REMOVED_NAME_SIZE_MAX, type SharedRemovals } from './shared-removals.ts'
import type { ThreadLog } from './thread-log.ts'

export interface ThreadRemovalsOptions {
  readonly thread: number
  readonly shared: SharedRemovals
  readonly log: Pick<ThreadLog, 'append'>
  /** Of the log. */
  readonly folder: string
  readonly source: FileSource
  /** Unix seconds. */
  readonly now: () => number
}

/**
 * A thread removes files as the main one does (`handlers/remove.ts`), in the same order: locked, the name remembered,
 * the record written, the file gone. Only plain ones that nobody else may be concerned with: normal files that this
 * storage drew the name of, without metadata.
 */
export class ThreadRemovals {
  readonly #options: ThreadRemovalsOptions
  #lines = ''
  #fd = -1
  #generation = 0

  constructor(options: ThreadRemovalsOptions) {
    this.#options = options
  }

  /** False when this is for the main thread to do; nothing has happened then. */
  remove(file: ResolvedName, done: LogDone): boolean {
    const { thread, shared, source } = this.#options
    const { logicName } = file
    // The main thread takes the steps that must wait.
    if (file.storePath.lane.isSlow) return false
    if (logicName.length > REMOVED_NAME_SIZE_MAX || !isOwnNormal(logicName, source)) return false
    if (!shared.lock(thread, logicName)) return false
    const isBegun = this.#removeLocked(file, (error) => {
      shared.unlock(logicName)
      done(error)
    })
    if (!isBegun) shared.unlock(logicName)
    return isBegun
  }

  /** Writes the names whose records are written next. Nobody else writes any meanwhile (`SharedRemovals.alone`). */
  writeNames(): void {
    if (this.#lines === '') return
    const lines = this.#lines
    this.#lines = ''
    writeTombstones(this.#open(), lines)
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }

  #removeLocked({ logicName, path, storePath }: ResolvedName, done: LogDone): boolean {
    const { thread, shared, log, now } = this.#options
    const facts = storedFacts({ logicName, path, storePath })
    if (facts?.kind !== 'file' || existsSync(path + METADATA_SUFFIX)) return false
    const at = now()
    const place = shared.put(thread, logicName, at)
    if (place < 0) return false
    this.#lines += tombstoneLine(logicName, at)
    const finish: LogDone = (error) => {
      shared.finish(place)
      done(error)
    }
    log.append(
      'D',
      logicName,
      ifWell(finish, () => storePath.removal.remove(path, facts.size, finish)),
    )
    return true
  }

  #open(): number {
    const { shared, folder } = this.#options
    if (this.#fd < 0 || this.#generation !== shared.generation) {
      this.close()
      this.#generation = shared.generation
      this.#fd = openSync(tombstonesPath(folder), 'a', 0o644)
    }
    return this.#fd
  }
}
