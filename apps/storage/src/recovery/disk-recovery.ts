import { createReadStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAddress, ProtocolError, ServerError, Status } from '@cairn/dfs-core'
import type { ClusterState } from '../cluster/cluster-state.ts'
import { timeoutsOf } from '../cluster/identity.ts'
import type { StorageConfig } from '../config.ts'
import { readLines } from '../disk/read-lines.ts'
import type { StorePath } from '../disk/store-path.ts'
import { BinlogLineError, type BinlogRecord, parseLine, sourceOp } from '../engine/binlog.ts'
import type { Member } from '../engine/members.ts'
import { retryDelayMs } from '../engine/retry.ts'
import type { Logger } from '../handlers/context.ts'
import { activeMembers, otherMembers } from './active-members.ts'
import { fetchList } from './fetch-list.ts'
import { isRecovering, openRecovery, type RecoveryList, type RecoveryState } from './recovery-state.ts'
import { type RestoreContext, restoreFile } from './restore-file.ts'

export interface DiskRecoveryOptions extends RestoreContext {
  readonly config: StorageConfig
  readonly state: ClusterState
  readonly logger: Logger
  /** The files of a disk are here again. */
  restored(): void
}

/** Restores the files of lost disks from the other members, while the storage serves. */
export interface DiskRecovery {
  /** The member that has the files of a store path that is being restored; null for the others. */
  helperFor(storePathIndex: number): Member | null
  isRestoring(storePathIndex: number): boolean
  /** Some disk is being restored: what is in the log may not be here. */
  readonly isActive: boolean
  close(): Promise<void>
}

/** A member reads its whole log before it answers with a list. */
const LIST_TIMEOUT_MS = 600_000
const FILES_AT_ONCE = 8
const BATCH_LINES = 64
const MARK_EVERY_LINES = 1000
/** A member that fails so often is left out, when another one has helped. */
const FAILURES_MAX = 10
/** A file whose slot holds an older one waits so long for the deletion of that. Meanwhile other members serve it. */
const OCCUPIED_MS = 3600_000

export function startDiskRecovery(options: DiskRecoveryOptions): DiskRecovery {
  const stop = new AbortController()
  const restoring = new Set<number>()
  const running = options.store.storePaths.filter(isRecovering).map(async (storePath) => {
    restoring.add(storePath.index)
    await new PathRecovery(options, storePath, stop.signal).run()
    restoring.delete(storePath.index)
    options.restored()
  })
  return {
    helperFor: (index) => (restoring.has(index) ? (activeMembers(options.state)[0] ?? null) : null),
    isRestoring: (index) => restoring.has(index),
    get isActive() {
      return restoring.size > 0
    },
    async close() {
      stop.abort()
      await Promise.allSettled(running)
    },
  }
}

interface FileToRestore {
  readonly record: BinlogRecord
  /** `ip:port` of the member that has it. */
  readonly address: string
}

/**
 * Every active member is asked for its list, one after the other: a file that had come here may not have come to all of
 * them before the disk was lost.
 */
class PathRecovery {
  readonly #options: DiskRecoveryOptions
  readonly #storePath: StorePath
  readonly #signal: AbortSignal
  readonly #state: RecoveryState
  readonly #counts = { restored: 0, present: 0, absent: 0, damaged: 0, unreadable: 0 }
  readonly #asked = new Set<string>()
  readonly #failures = new Map<string, number>()
  #occupied: FileToRestore[] = []

  constructor(options: DiskRecoveryOptions, storePath: StorePath, signal: AbortSignal) {
    this.#options = options
    this.#storePath = storePath
    this.#signal = signal
    this.#state = openRecovery(storePath)
  }

  /** Goes on until everything is restored; whatever fails is tried again. */
  async run(): Promise<void> {
    const { logger } = this.#options
    const path = this.#storePath.root
    logger.warn({ path }, 'the files of a disk are being restored from the other members')
    for (let failures = 0; !this.#signal.aborted; failures += 1) {
      try {
        if (await this.#restore(failures)) {
          logger.warn({ path, asked: [...this.#asked], ...this.#counts }, 'the files of a disk are restored')
          return
        }
      } catch (error) {
        if (this.#signal.aborted) return
        logger.warn({ err: error, path, ...this.#counts }, 'restoring a disk was interrupted')
      }
      await this.#pause(failures + 1)
    }
  }

  /** False while there is nobody to ask. */
  async #restore(turn: number): Promise<boolean> {
    const { logger } = this.#options
    for (let member = this.#nextMember(turn); member !== null; member = this.#nextMember(turn)) {
      try {
        await this.#restoreFrom(member)
      } catch (error) {
        this.#failures.set(member.id, (this.#failures.get(member.id) ?? 0) + 1)
        throw error
      }
    }
    if (this.#asked.size === 0) {
      if (!this.#isAlone) return false
      logger.error({ path: this.#storePath.root }, 'nobody else has the files of this disk')
    }
    await this.#restoreOccupied()
    this.#signal.throwIfAborted()
    this.#state.finish()
    return true
  }

  get #isAlone(): boolean {
    const { state } = this.#options
    return state.members.size > 0 && otherMembers(state).length === 0
  }

  /** Somebody who has not helped yet; another one after each failure. */
  #nextMember(turn: number): Member | null {
    const isSpent = ({ id }: Member) => this.#asked.size > 0 && (this.#failures.get(id) ?? 0) >= FAILURES_MAX
    const left = activeMembers(this.#options.state).filter((member) => !this.#asked.has(member.id) && !isSpent(member))
    return left[turn % Math.max(1, left.length)] ?? null
  }

  async #restoreFrom(member: Member): Promise<void> {
    const { config, store, logger } = this.#options
    const address = formatAddress(member.ip, member.port)
    // Lists that were begun, by a process before this one or with another member, name files that are still missing.
    if (this.#state.isListed) {
      await this.#restoreLists(address)
      this.#state.nextMember()
    }
    if (await this.#fetchList(address)) {
      await this.#restoreLists(address)
      this.#state.nextMember()
    } else {
      const { index } = this.#storePath
      const mine = { storePath: index, paths: config.storePaths.length, group: store.group }
      logger.warn({ member: member.id, ...mine }, 'no list')
    }
    this.#asked.add(member.id)
  }

  /** False when the member has no such store path: then nothing was ever replicated from it. */
  async #fetchList(address: string): Promise<boolean> {
    const { config, store } = this.#options
    const { localAddress } = timeoutsOf(config)
    const own = localAddress === undefined ? {} : { localAddress }
    const request = { address, group: store.group, storePathIndex: this.#storePath.index, timeoutMs: LIST_TIMEOUT_MS }
    try {
      await fetchList({ ...request, ...own }, this.#state.fetchPath)
    } catch (error) {
      if (error instanceof ServerError && error.status === Status.EINVAL) return false
      throw error
    }
    this.#state.listed()
    return true
  }

  async #restoreLists(address: string): Promise<void> {
    for (const list of this.#state.lists) await this.#restoreList(list, address)
  }

  async #restoreList(list: RecoveryList, address: string): Promise<void> {
    let offset = list.offset
    let unsaved = 0
    let batch: FileToRestore[] = []
    const restoreBatch = async () => {
      await this.#restoreAll(batch)
      unsaved += batch.length
      batch = []
      if (unsaved < MARK_EVERY_LINES) return
      list.save(offset)
      unsaved = 0
    }
    for await (const line of readLines(createReadStream(list.path, { start: offset }))) {
      this.#signal.throwIfAborted()
      offset += line.length + 1
      const record = this.#recordOf(line)
      if (record !== null) batch.push({ record, address })
      if (batch.length >= BATCH_LINES) await restoreBatch()
    }
    await restoreBatch()
    list.save(offset)
  }

  /** Null for a line that names nothing which could be here: what stands in a list is another's word, and the rest counts. */
  #recordOf(line: string): BinlogRecord | null {
    const { store, logger } = this.#options
    try {
      const record = parseLine(line)
      if (record !== null) store.resolve(record.name)
      if (record !== null && sourceOp(record.op) === 'L') store.resolve(record.extra)
      return record
    } catch (error) {
      if (!(error instanceof BinlogLineError || error instanceof ProtocolError)) throw error
      this.#counts.unreadable += 1
      logger.error({ err: error, path: this.#storePath.root }, 'a line of the list of lost files names none')
      return null
    }
  }

  async #restoreAll(batch: readonly FileToRestore[]): Promise<void> {
    const waiting = batch.values()
    const work = async () => {
      for (const file of waiting) {
        this.#signal.throwIfAborted()
        const restored = await restoreFile(this.#options, file.address, file.record)
        if (restored === 'occupied') this.#occupied.push(file)
        else this.#counts[restored] += 1
      }
    }
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, work))
  }

  /** The files before them in their slots are gone when their deletions have come. */
  async #restoreOccupied(): Promise<void> {
    const deadline = performance.now() + OCCUPIED_MS
    for (let tries = 1; this.#occupied.length > 0; tries += 1) {
      if (performance.now() > deadline) {
        const names = this.#occupied.map(({ record }) => record.name)
        this.#options.logger.error({ names }, 'files are not restored: their slots hold older files')
        return
      }
      await this.#pause(tries)
      const waiting = this.#occupied
      this.#occupied = []
      try {
        await this.#restoreAll(waiting)
      } catch (error) {
        this.#occupied = waiting
        throw error
      }
    }
  }

  async #pause(failures: number): Promise<void> {
    await sleep(retryDelayMs(failures), undefined, { signal: this.#signal }).catch(() => undefined)
  }
}
