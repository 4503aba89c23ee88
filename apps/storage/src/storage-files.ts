import type { Identity } from './cluster/identity.ts'
import type { StorageConfig } from './config.ts'
import { binlogFolder } from './disk/binlog-files.ts'
import { repairChanges } from './disk/change-intent.ts'
import { lanesOf, openLane, type SharedLanes } from './disk/disk-lanes.ts'
import type { LocksElsewhere } from './disk/file-locks.ts'
import { FileStore } from './disk/file-store.ts'
import { type InitFlagFile, openInitFlag } from './disk/init-flag.ts'
import { type LogWriter, type LogWriterOptions, openLogWriter } from './disk/log-writer.ts'
import { isLostDisk } from './disk/lost-disk.ts'
import { checkMounted } from './disk/mount-check.ts'
import { sweepOrphans, sweepTemporaries } from './disk/orphan-sweep.ts'
import { checkPathMark } from './disk/path-mark.ts'
import { type RunningMark, takeRunningMark } from './disk/running-mark.ts'
import { loadStatFile, saveStatFile } from './disk/stat-file.ts'
import { openStorePath, type StorePath } from './disk/store-path.ts'
import { type CursorState, createDirectoryCursor, type DirectoryCursor } from './engine/allocate.ts'
import type { Counters } from './engine/counters.ts'
import type { Logger } from './handlers/context.ts'
import { beginRecovery } from './recovery/recovery-state.ts'

/** What other threads have a part in. */
type SharedWithThreads = Pick<LogWriterOptions, 'clock' | 'end'> & {
  readonly locks?: LocksElsewhere | undefined
  readonly lanes?: SharedLanes | undefined
}

const MAIN_THREAD = 0

/** Everything that this storage has on disk, open; the log is open before the trackers have said what this storage is. */
export class StorageFiles {
  readonly initFlag: InitFlagFile
  readonly log: LogWriter
  readonly counters: Counters
  readonly storePaths: readonly StorePath[]
  readonly lanes: SharedLanes
  readonly #config: StorageConfig
  readonly #locks: LocksElsewhere | undefined
  readonly #logger: Logger
  readonly #running: RunningMark
  readonly #cursor: DirectoryCursor
  readonly #orphansSince: number | null

  /** `shared`: with other threads, which draw names, write records and remove files. */
  constructor(config: StorageConfig, logger: Logger, shared: SharedWithThreads = {}) {
    const now = unixSeconds()
    this.#config = config
    this.#locks = shared.locks
    this.#logger = logger
    this.#running = takeRunningMark(config.basePath, now)
    try {
      this.initFlag = openInitFlag(config.basePath, now)
      const failed = (message: string, error: unknown) => logger.error({ err: error }, message)
      this.lanes = shared.lanes ?? lanesOf(config)
      this.storePaths = config.storePaths.map(({ path, readonly }, index) => {
        checkMounted(this.initFlag, index, path)
        const isLost = isLostDisk(this.initFlag, index, path)
        const storePath = openStorePath(index, path, readonly, {
          report: failed,
          lane: openLane(this.lanes, index, MAIN_THREAD),
        })
        if (isLost) beginRecovery(storePath)
        return storePath
      })
      const saved = loadStatFile(config.basePath)
      this.counters = saved.counters
      this.#cursor = createDirectoryCursor(saved.cursor, config.subdirCount, config.rotateCount)
      const report = (message: string, error?: unknown) => logger.warn({ err: error }, message)
      this.log = openLogWriter({
        folder: binlogFolder(config.basePath),
        now: unixSeconds,
        report,
        clock: shared.clock,
        end: shared.end,
      })
    } catch (error) {
      this.#running.abandon()
      throw error
    }
    const isInterrupted = this.#running.interruptedSince !== null
    this.#orphansSince = isInterrupted ? this.#running.beginRepair(this.log.openedAfter) : null
  }

  /** Files under the names that the cluster gives them. What a crash left half done is repaired first. */
  openStore(identity: Identity): FileStore {
    const { checkStorePathMark, subdirCount, distribution, port } = this.#config
    const owner = { ip: identity.addresses[0] ?? '', port, now: unixSeconds() }
    if (checkStorePathMark) for (const storePath of this.storePaths) checkPathMark(storePath, this.initFlag, owner)
    const cursor = distribution === 'rotate' ? this.#cursor : null
    const store = new FileStore({
      identity,
      storePaths: this.storePaths,
      log: this.log,
      cursor,
      subdirCount,
      locks: this.#locks,
    })
    for (const message of repairChanges(store)) this.#logger.warn({}, message)
    const swept = sweepTemporaries(this.storePaths)
    if (swept > 0) this.#logger.info({ files: swept }, 'removed what was being written when the last process ended')
    this.initFlag.save({ lastIp: identity.addresses.join(','), lastPort: port })
    return store
  }

  /** After a crash: removes files that were never acknowledged. Call it when interrupted uploads are finished. */
  removeOrphans(store: FileStore): void {
    if (this.#orphansSince !== null) {
      for (const name of sweepOrphans(store, this.#orphansSince))
        this.#logger.warn({ name }, 'removed a file that no record names')
    }
    this.#running.settle(unixSeconds())
  }

  /** Where the next new file goes. */
  get cursor(): CursorState {
    return this.#cursor.state()
  }

  /** Numbers alone: a disk that takes none of them is no reason to end. */
  saveStatistics(): void {
    try {
      saveStatFile(this.#config.basePath, { counters: this.counters, cursor: this.#cursor.state() })
    } catch (error) {
      this.#logger.error({ err: error }, 'the statistics could not be saved')
    }
  }

  async close(): Promise<void> {
    await this.log.close()
    this.saveStatistics()
    this.#running.remove()
  }
}

export function unixSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
