import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type BinlogRecord, sourceOp } from '../engine/binlog.ts'
import { normalFacts } from '../engine/file-facts.ts'
import { readFileIfAny, removeIfAny } from './atomic-file.ts'
import type { BinlogPosition } from './binlog-files.ts'
import { BinlogReader } from './binlog-reader.ts'
import { ContentIndex } from './content-index.ts'
import { type FileLocks, whileLocked } from './file-locks.ts'
import type { FileStore } from './file-store.ts'
import { unpackBinlogs } from './unpack-binlogs.ts'

export interface DuplicateFinderOptions {
  readonly store: FileStore
  readonly locks: FileLocks
  /** Told what went wrong; the file stays as it is. */
  report(message: string, error: unknown): void
}

/** `check_file_duplicate`: the same content is stored once. */
export interface DuplicateFinder {
  /** Names that became another name of bytes that were here before, and these bytes. */
  readonly shared: { readonly files: number; readonly bytes: number }
  /** Files came back that the log had named before: all of it is looked through again. */
  again(): void
  close(): Promise<void>
}

const MARK_EVERY_RECORDS = 1000
const MARK = /^(\d{1,6}) (\d{1,15})\n$/

/**
 * Follows this storage's own log, behind the uploads, which it costs nothing: whatever a record created is looked up by
 * its content, whatever one deleted is given up. What it did before a crash it does again, to no effect.
 */
export function startDuplicateFinder(options: DuplicateFinderOptions): DuplicateFinder {
  return new LogFollower(options)
}

/** Duplicates are no longer looked for: nothing would release the contents of files that are deleted from now on. */
export async function forgetContents(store: FileStore): Promise<void> {
  removeIfAny(markPath(store))
  await Promise.all(indexesOf(store).map((index) => index.remove()))
}

function markPath({ log }: FileStore): string {
  return join(log.folder, '.cairn-duplicates.mark')
}

function indexesOf(store: FileStore): ContentIndex[] {
  return store.storePaths.map((storePath) => new ContentIndex(storePath, () => store.temporaryPath(storePath)))
}

class LogFollower implements DuplicateFinder {
  readonly shared = { files: 0, bytes: 0 }
  readonly #store: FileStore
  readonly #locks: FileLocks
  readonly #report: DuplicateFinderOptions['report']
  readonly #indexes: readonly ContentIndex[]
  #reader: BinlogReader
  #isAgain = false
  readonly #stopListening: () => void
  readonly #running: Promise<void>
  #wake: () => void = () => undefined
  #stopped = false

  constructor({ store, locks, report }: DuplicateFinderOptions) {
    this.#store = store
    this.#locks = locks
    this.#report = report
    this.#indexes = indexesOf(store)
    this.#reader = new BinlogReader(store.log, duplicatesPosition(store))
    this.#stopListening = store.log.onWritten(() => this.#wake())
    this.#running = this.#follow().catch((error: unknown) => report('duplicates are no longer looked for', error))
  }

  again(): void {
    this.#isAgain = true
    this.#wake()
  }

  async close(): Promise<void> {
    this.#stopped = true
    this.#stopListening()
    this.#wake()
    await this.#running
    this.#reader.close()
  }

  async #follow(): Promise<void> {
    let unsaved = 0
    await unpackBinlogs(this.#store.log, this.#reader.position.index)
    while (!this.#stopped) {
      const written = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      if (this.#isAgain) await this.#begin()
      const entry = this.#reader.next()
      if (entry === null || unsaved >= MARK_EVERY_RECORDS) {
        if (unsaved > 0) await this.#saveMark()
        unsaved = 0
      }
      if (entry === null) {
        await written
        continue
      }
      unsaved += 1
      if (entry.record !== null) await this.#take(entry.record)
      else await nextTurn()
    }
    if (unsaved > 0) await this.#saveMark()
  }

  async #begin(): Promise<void> {
    this.#isAgain = false
    this.#reader.close()
    await unpackBinlogs(this.#store.log, 0)
    this.#reader = new BinlogReader(this.#store.log, { index: 0, offset: 0 })
  }

  async #take({ op, name }: BinlogRecord): Promise<void> {
    const facts = normalFacts(name)
    if (facts === null || facts.size === 0) return
    try {
      const { path, storePath } = this.#store.resolve(name)
      const index = this.#indexes[storePath.index]
      await this.#store.untilMade(name)
      if (sourceOp(op) === 'D') {
        await this.#store.untilTakenOff(name)
        await index?.release(facts)
        return
      }
      const sharing = await index?.share(path, facts, (work) => whileLocked(this.#locks, name, work))
      if (sharing !== 'shared') return
      this.shared.files += 1
      this.shared.bytes += facts.size
    } catch (error) {
      this.#report(`${name} was not compared with what is here`, error)
    }
  }

  /** Not synced: what is done twice after a power loss changes nothing. */
  async #saveMark(): Promise<void> {
    const { index, offset } = this.#reader.position
    const path = markPath(this.#store)
    await writeFile(`${path}.tmp`, `${index} ${offset}\n`)
    await rename(`${path}.tmp`, path)
  }
}

/** How far duplicates were looked for, as of the last save. */
export function duplicatesPosition(store: FileStore): BinlogPosition {
  const [, index, offset] = MARK.exec(readFileIfAny(markPath(store)) ?? '') ?? []
  const end = store.log.position()
  if (index === undefined || offset === undefined) return { index: 0, offset: 0 }
  const position = { index: Number(index), offset: Number(offset) }
  // The log lost its end with the power, and the mark did not.
  const isBehindEnd = position.index > end.index || (position.index === end.index && position.offset > end.offset)
  return isBehindEnd ? end : position
}
