import { dirname } from 'node:path'
import type { BinlogRecord } from '../engine/binlog.ts'
import { clearSlot, trunkFilePath, writingTo } from '../trunk/slot-file.ts'
import { type NamedSlot, slotOfName } from '../trunk/slot-name.ts'
import { isErrno } from './atomic-file.ts'
import { existsByPace, goOnWith, linkByPace, removeByPace, renameByPace, writeNewByPace } from './by-pace.ts'
import type { LocksElsewhere } from './file-locks.ts'
import { type Durability, type SyncItem, synced } from './group-sync.ts'
import { afterwards, ifWell, type LogDone } from './log-done.ts'
import type { LogWriter } from './log-writer.ts'
import { METADATA_SUFFIX } from './metadata-file.ts'
import type { AppendOptions } from './name-log.ts'
import { NewFiles, type NewFilesOptions, type ResolvedName } from './new-files.ts'
import type { NewFile, NewName } from './new-name.ts'

export type { ResolvedName, StoreIdentity, StoreSpace } from './new-files.ts'

/** A record of a change that is made behind it. */
type AnnouncedChange = Pick<BinlogRecord, 'op' | 'name'> & Pick<AppendOptions, 'extra' | 'timestamp'>

/** The files of one storage: what is done with them beyond making new ones, and its order with the log. */
export class FileStore extends NewFiles<LogWriter> {
  readonly #locksElsewhere: LocksElsewhere | undefined
  /** Changes that are logged and under way, by logic name: how many, and who waits for their end. */
  readonly #underWay = new Map<string, { count: number; readonly waiting: Array<() => void> }>()

  /** `locks`: of other threads, which remove files, too. */
  constructor(options: NewFilesOptions<LogWriter> & { readonly locks?: LocksElsewhere | undefined }) {
    super(options)
    this.#locksElsewhere = options.locks
  }

  /**
   * A name for a file whose intention must be on disk before the file itself: drawn, free at this moment and held. The
   * caller gives it to a file with link(2) or O_EXCL, then appends its C record or calls `forget`.
   */
  drawName(file: NewFile): Promise<NewName> {
    return this.names.takeLater(file, async ({ path, storePath }) => {
      if (await existsByPace(storePath.lane, path)) throw taken(path)
    })
  }

  /**
   * Publishes a finished temporary file under a name that is made by rule, not drawn (slave files); it is gone
   * afterwards. The record goes first: its name does not tell when it was made, so a file without a record could not be
   * found after a crash. Rejects with EEXIST and the like.
   */
  async publishAt(at: ResolvedName, temporaryPath: string, durability: Durability): Promise<void> {
    const { lane } = at.storePath
    try {
      if (durability !== 'none') await synced(this.syncFor(durability), { lane, file: temporaryPath })
      await this.logThen({ op: 'C', name: at.logicName }, () => linkByPace(lane, temporaryPath, at.path))
      await this.settle(durability, { lane, folder: dirname(at.path) })
    } finally {
      await removeByPace(lane, temporaryPath)
    }
  }

  /**
   * Replaces the metadata file, or removes it (`null`). The record goes first and the change follows before any reader
   * of the log looks for it: a crash in between leaves a record that sends the old content once more, while a change
   * without a record would never reach the peers.
   */
  async replaceMetadata(name: ResolvedName | NewName, content: Buffer | null, durability: Durability): Promise<void> {
    const { lane } = name.storePath
    const path = name.path + METADATA_SUFFIX
    const logged = name.logicName + METADATA_SUFFIX
    const exists = await existsByPace(lane, path)
    if (content === null) {
      if (exists) await this.logThen({ op: 'D', name: logged }, () => removeByPace(lane, path))
      return
    }
    const temporary = this.temporaryPath(name.storePath)
    await writeNewByPace(lane, temporary, content)
    if (durability !== 'none') await synced(this.syncFor(durability), { lane, file: temporary })
    await this.logThen({ op: exists ? 'U' : 'C', name: logged }, () => renameByPace(lane, temporary, path))
    await this.settle(durability, { lane, folder: dirname(path) })
  }

  /** Waits until a change that is made and logged is as durable as promised: what it touched, and its record. */
  async settle(durability: Durability, item: SyncItem): Promise<void> {
    if (durability === 'none') return
    await synced(this.syncFor(durability), item)
    await this.log.flush()
  }

  /**
   * Writes a record, then makes the change that it announces: before any reader of the log wakes, or, on a slow disk, while
   * those that look for the file wait (`untilMade`).
   */
  async logThen({ op, name, ...options }: AnnouncedChange, change: () => unknown): Promise<void> {
    await new Promise((resolve, reject) => {
      let made: unknown
      const make = () => {
        made = change()
        if (made instanceof Promise) made = made.finally(this.#begin(name))
      }
      this.log.append(
        op,
        name,
        afterwards(
          make,
          ifWell(reject, () => resolve(made)),
        ),
        options,
      )
    })
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
    const named = slotOfName(name.logicName)
    if (named === null) this.#unlink(name, size, done)
    else this.#clear(name, named).then(() => done(), done)
  }

  /** Its slot may hold another file by now. */
  async #clear({ logicName, storePath }: ResolvedName, named: NamedSlot): Promise<void> {
    const end = this.#begin(logicName)
    const path = trunkFilePath(storePath, named.slot)
    try {
      await writingTo(path, () => clearSlot(storePath.lane, path, named))
    } finally {
      end()
    }
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
    const end = this.#begin(logicName)
    storePath.removal.remove(path, size, (error) => {
      end()
      done(error)
    })
  }

  /** A change that is logged is under way until the returned function is called. */
  #begin(logicName: string): () => void {
    const change = this.#underWay.get(logicName) ?? { count: 0, waiting: [] }
    this.#underWay.set(logicName, change)
    change.count += 1
    return () => {
      change.count -= 1
      if (change.count > 0) return
      this.#underWay.delete(logicName)
      for (const goOn of change.waiting) goOn()
    }
  }

  /** For readers of the log who look for the file: what a record says may still have to be made. Null when it is. */
  untilMade(logicName: string): Promise<void> | null {
    const change = this.#underWay.get(logicName)
    return change === undefined ? null : new Promise((resolve) => change.waiting.push(resolve))
  }

  /** The same of a deletion, which may be another thread's. */
  untilTakenOff(logicName: string): Promise<void> {
    return this.untilMade(logicName) ?? this.#locksElsewhere?.untilFree(logicName) ?? Promise.resolve()
  }
}

function taken(path: string): Error {
  return Object.assign(new Error(`${path} is there already`), { code: 'EEXIST' })
}
