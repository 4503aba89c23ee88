import { linkSync } from 'node:fs'
import { link } from 'node:fs/promises'
import { threadId } from 'node:worker_threads'
import { crc32 } from 'node:zlib'
import { type FileSource, Status } from '@cairn/dfs-core'
import { choosePath, hasRoom, type PathSpace, type Reserve, reservedBytes } from '../engine/allocate.ts'
import { parseLogicName } from '../engine/logic-name.ts'
import { removeIfAny, removeIfAnyLater, writeNewFile, writeNewFileLater } from './atomic-file.ts'
import { createGroupSync, createSingleSync, type Durability, type GroupSync } from './group-sync.ts'
import type { LogDone } from './log-done.ts'
import type { NameLog } from './name-log.ts'
import { createNameMaker, type NameMaker, type NameMakerOptions, type NewFile, type NewName } from './new-name.ts'
import { blameSync } from './path-health.ts'
import { StoreError } from './store-error.ts'
import { createSpaceMeter, type StorePath } from './store-path.ts'

/** Where a logic name from outside leads: checked, inside its store path. The file need not exist. */
export interface ResolvedName {
  readonly logicName: string
  readonly storePath: StorePath
  readonly path: string
}

export interface StoreSpace extends PathSpace {
  readonly reservedBytes: number
}

/** What the cluster decides (tracker parameters) and what this storage is in it. */
export interface StoreIdentity {
  readonly group: string
  /** `100001` with storage ids, else the address text. */
  readonly storageId: string
  /** The four bytes that new file names carry. */
  readonly source: FileSource
  readonly reserve: Reserve
  readonly pathOrder: 'round-robin' | 'most-free'
}

export interface NewFilesOptions<L extends NameLog> extends NameMakerOptions {
  readonly log: L
  readonly identity: StoreIdentity
  readonly storePaths: readonly StorePath[]
}

/** Begins the names of files that a thread is writing. */
export function temporaryPrefix(ofThread: number): string {
  return `${process.pid}-${ofThread}-`
}

/** New files of one storage: where they go, their names, their records. Every thread has its own. */
export class NewFiles<L extends NameLog = NameLog> {
  readonly group: string
  readonly storageId: string
  readonly source: FileSource
  readonly storePaths: readonly StorePath[]
  readonly log: L
  readonly groupSync: GroupSync
  readonly singleSync: GroupSync
  readonly #options: NewFilesOptions<L>
  /** Draws names for new files. */
  readonly names: NameMaker
  readonly #measure: () => readonly PathSpace[]
  #nextPath = 0
  #temporaryCount = 0

  constructor(options: NewFilesOptions<L>) {
    this.#options = options
    this.group = options.identity.group
    this.storageId = options.identity.storageId
    this.source = options.identity.source
    this.storePaths = options.storePaths
    this.log = options.log
    this.names = createNameMaker(options)
    this.#measure = createSpaceMeter(options.storePaths)
    this.groupSync = createGroupSync(blameSync(options.storePaths))
    this.singleSync = createSingleSync(blameSync(options.storePaths))
  }

  /** The cluster's rule for a file of `size` bytes. Throws ENOSPC when no path keeps its reserve. */
  chooseStorePath(size: number): StorePath {
    const { reserve, pathOrder } = this.#options.identity
    const chosen = choosePath(this.#measure(), size, reserve, { mode: pathOrder, start: this.#nextPath })
    if (chosen === null) throw new StoreError(Status.ENOSPC, `no store path has room for ${size} bytes`)
    this.#nextPath = (chosen.index + 1) % this.storePaths.length
    return this.#storePath(chosen.index)
  }

  /** The path that a client asked for; another one when it takes no new files. Throws EINVAL, ENOSPC. */
  storePathFor(index: number, size: number): StorePath {
    const space = this.#measure()[index]
    if (space === undefined) throw new StoreError(Status.EINVAL, `there is no store path ${index}`)
    if (space.readonly) return this.chooseStorePath(size)
    if (!hasRoom(space, size, this.#options.identity.reserve, this.storePaths.length)) {
      throw new StoreError(Status.ENOSPC, `store path ${index} has no room for ${size} bytes`)
    }
    return this.#storePath(index)
  }

  /** Bytes per store path, at most a second old. */
  space(): StoreSpace[] {
    const { reserve } = this.#options.identity
    return this.#measure().map((space) => ({
      ...space,
      reservedBytes: reservedBytes(space, reserve, this.storePaths.length),
    }))
  }

  /** A fresh path for a file that is still being written: on the same file system as its store path, swept at start. */
  temporaryPath(storePath: StorePath): string {
    this.#temporaryCount += 1
    return `${storePath.temporaryDir}/${temporaryPrefix(threadId)}${this.#temporaryCount}`
  }

  /**
   * Gives a finished file its name with link(2): nothing is ever overwritten, and the temporary name stays for the
   * caller to remove. `intend` hears the name before the link is made. The name is held until `publish` or `forget`.
   */
  linkNew(temporaryPath: string, file: NewFile, intend?: (name: NewName) => void): NewName {
    return this.names.take(file, (name) => {
      intend?.(name)
      this.#timed(file.storePath, () => linkSync(temporaryPath, name.path))
    })
  }

  /** A body that is whole in memory gets its final name at once. A failed write leaves nothing. */
  createWhole(body: Buffer, file: Omit<NewFile, 'size' | 'crc32'>, intend?: (name: NewName) => void): NewName {
    const { storePath, ext, kind = 'normal' } = file
    return this.names.take({ storePath, ext, kind, size: body.length, crc32: crc32(body) }, (name) => {
      intend?.(name)
      this.#timed(storePath, () => writeNewFile(name.path, body))
    })
  }

  /** As `linkNew`, in the thread pool; the temporary file is removed afterwards, whatever comes of it. */
  async linkNewLater(temporaryPath: string, file: NewFile): Promise<NewName> {
    const { lane } = file.storePath
    try {
      return await this.names.takeLater(file, ({ path }) => lane.run(() => link(temporaryPath, path)))
    } finally {
      await lane.run(() => removeIfAnyLater(temporaryPath))
    }
  }

  /** As `createWhole`, in the thread pool. */
  createWholeLater(
    body: Buffer,
    { storePath, ext, kind = 'normal' }: Omit<NewFile, 'size' | 'crc32'>,
  ): Promise<NewName> {
    const file = { storePath, ext, kind, size: body.length, crc32: crc32(body) }
    return this.names.takeLater(file, ({ path }) => storePath.lane.run(() => writeNewFileLater(path, body)))
  }

  /**
   * Writes the C record of a new name; `done` is called when the file may be acknowledged at this durability.
   * `bytesSynced` says that the caller has synced the file's content already.
   */
  publish(name: NewName, options: { durability: Durability; bytesSynced?: boolean }, done: LogDone): void {
    const logged = (error?: Error) => {
      if (error !== undefined) this.forget(name)
      done(error)
    }
    if (options.durability === 'none') {
      this.log.append('C', name.logicName, logged)
      return
    }
    const { path, folder, storePath } = name
    const item = { lane: storePath.lane, folder, ...(options.bytesSynced !== true && { file: path }) }
    this.syncFor(options.durability).add(item, (error) => {
      if (error === undefined) this.log.append('C', name.logicName, logged, { durable: true })
      else logged(error)
    })
  }

  /** Takes a name back that will not be published, with its file. */
  forget(name: NewName): void {
    this.log.release(name.logicName)
    removeIfAny(name.path)
  }

  /** Checks a name from outside and makes a path of it. ProtocolError (EINVAL). */
  resolve(wireName: string): ResolvedName {
    const name = parseLogicName(wireName, this.storePaths.length)
    const storePath = this.#storePath(name.storePathIndex)
    return { logicName: name.logicName, storePath, path: `${storePath.dataDir}/${name.trueName}` }
  }

  #storePath(index: number): StorePath {
    const storePath = this.storePaths[index]
    if (storePath === undefined) throw new StoreError(Status.EINVAL, `there is no store path ${index}`)
    return storePath
  }

  /** What is done on the event loop tells how quick the disk is. */
  #timed({ lane }: StorePath, work: () => void): void {
    const startedAt = performance.now()
    try {
      work()
    } finally {
      lane.tookSince(startedAt)
    }
  }

  protected syncFor(durability: 'group' | 'each'): GroupSync {
    return durability === 'group' ? this.groupSync : this.singleSync
  }
}
