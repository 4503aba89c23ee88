import { ConnectionError, type ConnectionPool, formatAddress, Status, type TrunkSlot } from '@cairn/dfs-core'
import type { TrunkParameters } from '@cairn/dfs-core/conf'
import type { ClusterState } from '../cluster/cluster-state.ts'
import { type Identity, timeoutsOf } from '../cluster/identity.ts'
import type { StorageConfig } from '../config.ts'
import { type Paced, thenByPace } from '../disk/by-pace.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { markPath } from '../disk/mark-file.ts'
import { StoreError } from '../disk/store-error.ts'
import type { StorePath } from '../disk/store-path.ts'
import { isRemoved, StorageStatus } from '../engine/members.ts'
import { TrunkAllocator } from './allocator.ts'
import { LogSender } from './log-sender.ts'
import { makeTrunkFile, trunkFilePath } from './slot-file.ts'
import { SLOT_HEADER_SIZE } from './slot-name.ts'
import { remoteSlots, type SlotService } from './slot-service.ts'
import { removeSnapshot } from './snapshot.ts'
import { openTrunkFolder, type TrunkFolder } from './trunk-folder.ts'
import type { TrunkLog } from './trunk-log.ts'
import type { UnloggedSlots } from './unlogged-slots.ts'
import { startUpkeep } from './upkeep.ts'

/** A host that does not even refuse holds every upload up for as long as connecting may take. */
const UNREACHABLE_MS = 5000
/** Trackers wait at least twice as long for a beat. */
const SILENT_BEATS = 2

export interface TrunkGroupOptions {
  readonly config: StorageConfig
  readonly identity: Identity
  readonly state: ClusterState
  readonly store: FileStore
  readonly initFlag: InitFlagFile
  readonly pool: ConnectionPool
  readonly logger: {
    info(details: object, message: string): void
    warn(details: object, message: string): void
    error(details: object, message: string): void
  }
  readonly now: () => number
}

/**
 * This storage's part in the trunk files of its group. As trunk server it hands out slots and sends its log of free
 * blocks to the other members; as any other member it asks the trunk server and keeps a copy of the log.
 */
export class TrunkGroup {
  readonly #options: TrunkGroupOptions
  /** Null where the cluster has never kept trunk files since this process started. */
  #folder: TrunkFolder | null = null
  readonly #senders = new Map<string, LogSender>()
  /** Trunk files that are known to have their full size. */
  readonly #wholeFiles = new Set<string>()
  readonly #stopListening: () => void
  #allocator: TrunkAllocator | null = null
  #askAgainAt = 0
  #stopUpkeep: (() => void) | null = null
  #isClosed = false

  constructor(options: TrunkGroupOptions) {
    this.#options = options
    if (this.parameters !== null) this.#folder = this.#openFolder()
    this.#stopListening = options.state.onChange(() => this.#follow())
  }

  /** Null where the cluster keeps no trunk files. They are other ones when the leader was started with others. */
  get parameters(): TrunkParameters | null {
    const { state, identity } = this.#options
    return state.trunkParameters === undefined ? identity.trunk : state.trunkParameters
  }

  /** A small file could not be put into a slot: a trunk server that cannot be reached is left alone for a while. */
  noteFailure(error: unknown): void {
    if (error instanceof ConnectionError) this.#askAgainAt = performance.now() + UNREACHABLE_MS
  }

  /** True when a new file of this size belongs into a slot and there is somebody who hands slots out. */
  takes(size: number): boolean {
    const { parameters } = this
    if (parameters === null || size + SLOT_HEADER_SIZE > parameters.slotMaxSize) return false
    return this.#options.state.trunkServer !== null && performance.now() >= this.#askAgainAt
  }

  /** Gives the trunk file of a slot its full size, as FastDFS expects it of every trunk file. */
  makeTrunkFile(storePath: StorePath, slot: TrunkSlot): Paced<void> {
    const path = trunkFilePath(storePath, slot)
    if (this.parameters === null || this.#wholeFiles.has(path)) return undefined
    return thenByPace(makeTrunkFile(storePath.lane, path, this.parameters.fileSize), () => {
      this.#wholeFiles.add(path)
    })
  }

  /** What the trunk server tells its trackers. */
  figures(): { readonly trunkFileId: number; readonly freeMb: number } | null {
    const allocator = this.#allocator
    return allocator === null ? null : { trunkFileId: allocator.trunkFileId, freeMb: allocator.freeMb }
  }

  /** Slots from whoever hands them out now. Throws EAGAIN when nobody does. */
  slots(): SlotService {
    const { state, pool, identity } = this.#options
    if (state.isTrunkServer) return this.ownSlots()
    const server = state.trunkServer
    if (server === null) throw new StoreError(Status.EAGAIN, 'the group has no trunk server')
    return remoteSlots(pool, identity.group, server)
  }

  /** Slots from this storage. Throws EINVAL when it is not the trunk server, as FastDFS does. */
  ownSlots(): SlotService {
    const allocator = this.#allocator
    if (allocator === null) throw new StoreError(Status.EINVAL, 'this storage is not the trunk server')
    return {
      allocate: (storePathIndex, size) => allocator.allocate(storePathIndex, size),
      confirm: async (slot, status) => {
        allocator.confirm(slot, status)
        await this.#settled()
      },
      free: (slot) => outcomeOf(() => allocator.free(slot)),
    }
  }

  /** The file in the slot was deleted here; the slot may be used again when the trunk server has heard of it. */
  giveBack(slot: TrunkSlot): void {
    this.#folder?.returns.giveBack(slot)
  }

  /** Lines for this storage's copy of the log. Throws EINVAL at the trunk server and for what are no lines. */
  get copy(): TrunkLog {
    if (this.#allocator !== null) throw new StoreError(Status.EINVAL, 'this storage is the trunk server')
    return this.#openedLog()
  }

  /** Files that lie in slots and are not logged yet. */
  get unlogged(): UnloggedSlots {
    if (this.#folder === null) throw new StoreError(Status.EAGAIN, 'use_trunk_file is off')
    return this.#folder.unlogged
  }

  /** Bytes of the log. */
  get logSize(): number {
    return this.#openedLog().size
  }

  /** TRUNK_TRUNCATE_BINLOG_FILE: the trunk server is about to send everything. */
  startCopyOver(): void {
    this.copy.startOver(this.parameters?.binlogMaxBackups ?? 0, new Date())
    removeSnapshot(this.#options.config.basePath)
  }

  /** TRUNK_DELETE_BINLOG_MARKS: this storage will be the trunk server; its own log counts from now on. */
  removeMarks(): void {
    const log = this.#openedLog()
    removeSnapshot(this.#options.config.basePath)
    log.removeMarks()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopListening()
    await this.#folder?.returns.close()
    await this.#resign()
    this.#folder?.log.close()
    this.#folder?.unlogged.close()
  }

  #openFolder(): TrunkFolder {
    const { config, initFlag, store, state, logger } = this.#options
    return openTrunkFolder({
      basePath: config.basePath,
      initFlag,
      store,
      free: async (slot) => await this.slots().free(slot),
      isDue: () => state.trunkServer !== null,
      report: (message, details) => logger.warn(details, message),
    })
  }

  /** Takes the role up or gives it up, and keeps a sender for every member. */
  #follow(): void {
    const { parameters } = this
    if (this.#isClosed || (parameters === null && this.#folder === null)) return
    this.#folder ??= this.#openFolder()
    const { state, logger } = this.#options
    if (parameters === null || !state.isTrunkServer) {
      void this.#resign().catch((error: unknown) => logger.error({ err: error }, 'giving up the trunk files failed'))
      return
    }
    if (this.#allocator === null && !this.#takeUp(parameters)) return
    this.#serveMembers()
  }

  /** Without a readable log no slot can be handed out: small files become ordinary ones. */
  #takeUp(first: TrunkParameters): boolean {
    const { config, state, store, initFlag, logger, now } = this.#options
    const parameters = () => this.parameters ?? first
    let allocator: TrunkAllocator
    try {
      allocator = new TrunkAllocator({
        basePath: config.basePath,
        parameters,
        subdirCount: config.subdirCount,
        store,
        initFlag,
        log: this.#openedLog(),
        trunkFileId: state.trunkServer?.trunkFileId ?? 0,
        checkRole: () => this.#checkRole(allocator),
        now,
        report: (message, details) => logger.warn(details, message),
      })
    } catch (error) {
      logger.error({ err: error }, 'this storage cannot be the trunk server')
      return false
    }
    this.#allocator = allocator
    logger.info({ freeMb: allocator.freeMb }, 'this storage is the trunk server')
    this.#stopUpkeep = startUpkeep({ allocator, parameters, initFlag, logger, now })
    return true
  }

  async #resign(): Promise<void> {
    const allocator = this.#allocator
    const senders = [...this.#senders.values()]
    this.#allocator = null
    this.#senders.clear()
    this.#stopUpkeep?.()
    this.#stopUpkeep = null
    allocator?.saveSnapshot()
    await Promise.all(senders.map((sender) => sender.close()))
  }

  #serveMembers(): void {
    const { state, config, identity, logger } = this.#options
    const log = this.#openedLog()
    for (const { id, status } of state.members.values()) {
      if (id === state.myId || this.#senders.has(id) || isRemoved(status)) continue
      const peer = { id, useStorageId: identity.useStorageId, ownPort: config.port }
      const sender = new LogSender({
        log,
        address: () => this.#addressOf(id),
        markPath: markPath(log.folder, peer),
        timeouts: timeoutsOf(config),
        heartBeatIntervalMs: config.heartBeatIntervalMs,
        report: (message, error) => logger.warn({ err: error, peer: id }, message),
      })
      this.#senders.set(id, sender)
    }
  }

  #addressOf(id: string): string | null {
    const member = this.#options.state.members.get(id)
    const isUp = member?.status === StorageStatus.ACTIVE || member?.status === StorageStatus.ONLINE
    return isUp ? formatAddress(member.ip, member.port) : null
  }

  /** A leader that hears nothing elects another trunk server, and two must not hand out the same slots. */
  #checkRole(allocator: TrunkAllocator): void {
    const { state, config } = this.#options
    if (this.#allocator !== allocator) throw new StoreError(Status.EAGAIN, 'this storage is the trunk server no more')
    if (state.leaderSilentMs <= SILENT_BEATS * config.heartBeatIntervalMs) return
    throw new StoreError(Status.EAGAIN, 'the leader tracker has been silent for too long to hand out slots')
  }

  #openedLog(): TrunkLog {
    if (this.#folder === null) throw new StoreError(Status.EINVAL, 'use_trunk_file is off')
    return this.#folder.log
  }

  /**
   * The next trunk server must not hand out a slot that holds an acknowledged file: the log is as durable as the file,
   * and with every member that follows it, before the slot counts as confirmed.
   */
  async #settled(): Promise<void> {
    const { config, store } = this.#options
    const log = this.#openedLog()
    const end = log.size
    const delivered = Promise.all([...this.#senders.values()].map((sender) => sender.delivered(end)))
    const synced =
      config.uploadDurability === 'none'
        ? Promise.resolve()
        : new Promise<void>((resolve, reject) => {
            store.groupSync.add({ file: log.path }, (error) => (error === undefined ? resolve() : reject(error)))
          })
    await Promise.all([synced, delivered])
  }
}

function outcomeOf<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()))
}
