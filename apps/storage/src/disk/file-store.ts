import { existsSync, linkSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { encodeMetadata } from '@cairn/dfs-core'
import { slotOfName } from '../trunk/slot-name.ts'
import { removeStored, storedFacts } from '../trunk/stored-content.ts'
import { isErrno, removeIfAny, writeNewFile } from './atomic-file.ts'
import { existsByPace, goOnWith } from './by-pace.ts'
import type { LocksElsewhere } from './file-locks.ts'
import type { Durability } from './group-sync.ts'
import { afterwards, ifWell, type LogDone } from './log-done.ts'
import type { LogWriter } from './log-writer.ts'
import { METADATA_SUFFIX, readMetadataFile } from './metadata-file.ts'
import { NewFiles, type NewFilesOptions, type ResolvedName } from './new-files.ts'
import type { NewFile, NewName } from './new-name.ts'

export type { ResolvedName, StoreIdentity, StoreSpace } from './new-files.ts'

/** The files of one storage. Everything is synchronous but slow deletions and the waiting for the log and the disk. */
export class FileStore extends NewFiles<LogWriter> {
  readonly #locksElsewhere: LocksElsewhere | undefined
  /** Files whose deletion is logged and under way, by logic name, and who waits for its end. */
  readonly #leaving = new Map<string, Array<() => void>>()

  /** `locks`: of other threads, which remove files, too. */
  constructor(options: NewFilesOptions<LogWriter> & { readonly locks?: LocksElsewhere | undefined }) {
    super(options)
    this.#locksElsewhere = options.locks
  }

  /**
   * A name for a file whose intention must be on disk before the file itself: drawn, free at this moment and held. The
   * caller gives it to a file with link(2) or O_EXCL, then appends its C record or calls `forget`.
   */
  drawName(file: NewFile): NewName {
    return this.names.take(file, (name) => {
      if (existsSync(name.path)) throw taken(name.path)
    })
  }

  /** As `drawName`, in the thread pool while the disk is slow. */
  drawNameByPace(file: NewFile): Promise<NewName> {
    return this.names.takeLater(file, async ({ path, storePath }) => {
      if (await existsByPace(storePath.lane, path)) throw taken(path)
    })
  }

  /**
   * Publishes a finished temporary file under a name that is made by rule, not drawn (slave files); it is gone
   * afterwards. The record goes first: its name does not tell when it was made, so a file without a record could not be
   * found after a crash. Throws nothing; EEXIST and the like come through `done`.
   */
  publishAt(at: ResolvedName, temporaryPath: string, durability: Durability, done: LogDone): void {
    const folder = dirname(at.path)
    const { lane } = at.storePath
    const finish = (error?: Error) => {
      removeIfAny(temporaryPath)
      done(error)
    }
    const link = (linked: LogDone) => {
      this.log.append(
        'C',
        at.logicName,
        afterwards(() => linkSync(temporaryPath, at.path), linked),
      )
    }
    if (durability === 'none') {
      link(finish)
      return
    }
    const sync = this.syncFor(durability)
    const syncEntry = () =>
      sync.add(
        { lane, folder },
        ifWell(finish, () => this.log.sync(finish)),
      )
    sync.add(
      { lane, file: temporaryPath },
      ifWell(finish, () => link(ifWell(finish, syncEntry))),
    )
  }

  /** Any kind of entry counts, as in FastDFS. */
  exists(name: ResolvedName): boolean {
    return storedFacts(name) !== null
  }

  /** The stored metadata bytes, or null when there are none. */
  readMetadata(name: ResolvedName | NewName): Buffer | null {
    return readMetadataFile(name.path)
  }

  /** As `replaceMetadata`, for metadata of our own. */
  writeMetadata(
    name: ResolvedName | NewName,
    metadata: Readonly<Record<string, string>>,
    durability: Durability,
    done: LogDone,
  ): void {
    this.replaceMetadata(name, encodeMetadata(metadata), durability, done)
  }

  /**
   * Replaces the metadata file, or removes it (`null`). The record goes first and the change follows before any reader
   * of the log wakes: a crash in between leaves a record that sends the old content once more, while a change without
   * a record would never reach the peers.
   */
  replaceMetadata(name: ResolvedName | NewName, content: Buffer | null, durability: Durability, done: LogDone): void {
    const path = name.path + METADATA_SUFFIX
    const exists = existsSync(path)
    const logged = name.logicName + METADATA_SUFFIX
    if (content === null) {
      const remove = afterwards(() => removeIfAny(path), done)
      if (exists) this.log.append('D', logged, remove)
      else done()
      return
    }
    const { lane } = name.storePath
    const temporary = this.temporaryPath(name.storePath)
    writeNewFile(temporary, content)
    const replace = (synced: LogDone) => {
      this.log.append(
        exists ? 'U' : 'C',
        logged,
        afterwards(() => renameSync(temporary, path), synced),
      )
    }
    if (durability === 'none') {
      replace(done)
      return
    }
    const sync = this.syncFor(durability)
    sync.add(
      { lane, file: temporary },
      ifWell(done, () =>
        replace(
          ifWell(done, () =>
            sync.add(
              { lane, folder: dirname(path) },
              ifWell(done, () => this.log.sync(done)),
            ),
          ),
        ),
      ),
    )
  }

  /** Removes a file and its metadata. The records go first, for the same reason. ENOENT when there is no file. For `size` see `takeOff`. */
  remove(name: ResolvedName, done: LogDone, size?: number): void {
    this.log.append(
      'D',
      name.logicName,
      ifWell(done, () =>
        this.takeOff(
          name,
          ifWell(done, () => this.#removeMetadata(name, done)),
          size,
        ),
      ),
    )
  }

  /**
   * Takes a file off the disk after its record was written; call it when the log calls back. A small file may be gone
   * when this returns (see `Removal`); one of unknown size counts as large.
   */
  takeOff(name: ResolvedName, done: LogDone, size = Number.POSITIVE_INFINITY): void {
    if (slotOfName(name.logicName) !== null) afterwards(() => removeStored(name), done)()
    else this.#unlink(name, size, done)
  }

  /** A peer removes the metadata by this record of its own, so it is logged even after a restart in between. */
  #removeMetadata({ logicName, path, storePath }: ResolvedName, done: LogDone): void {
    const metadata = { logicName: logicName + METADATA_SUFFIX, path: path + METADATA_SUFFIX, storePath }
    const remove = ifWell(done, () =>
      this.#unlink(metadata, 0, (error) => done(isErrno(error, 'ENOENT') ? undefined : error)),
    )
    goOnWith(
      existsByPace(storePath.lane, metadata.path),
      (exists) => (exists ? this.log.append('D', metadata.logicName, remove) : done()),
      (error) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }

  #unlink({ logicName, path, storePath }: ResolvedName, size: number, done: LogDone): void {
    const waiting: Array<() => void> = []
    this.#leaving.set(logicName, waiting)
    storePath.removal.remove(path, size, (error) => {
      this.#leaving.delete(logicName)
      for (const goOn of waiting) goOn()
      done(error)
    })
  }

  /** For readers of the log who look for the file: it may still be there when its deletion is read. */
  untilTakenOff(logicName: string): Promise<void> {
    const waiting = this.#leaving.get(logicName)
    if (waiting !== undefined) return new Promise((resolve) => waiting.push(resolve))
    return this.#locksElsewhere?.untilFree(logicName) ?? Promise.resolve()
  }
}

function taken(path: string): Error {
  return Object.assign(new Error(`${path} is there already`), { code: 'EEXIST' })
}
