import { createReadStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAddress, ServerError, Status } from '@cairn/dfs-core'
import type { ClusterState } from '../cluster/cluster-state.ts'
import { timeoutsOf } from '../cluster/identity.ts'
import type { StorageConfig } from '../config.ts'
import { readLines } from '../disk/read-lines.ts'
import type { StorePath } from '../disk/store-path.ts'
import { type BinlogRecord, parseLine } from '../engine/binlog.ts'
import type { Member } from '../engine/members.ts'
import { retryDelayMs } from '../engine/retry.ts'
import type { Logger } from '../handlers/context.ts'
import { activeMembers, otherMembers } from './active-members.ts'
import { fetchList } from './fetch-list.ts'
import { isRecovering, openRecovery, type RecoveryList, type RecoveryState } from './recovery-state.ts'
import { type RestoreContext, type Restored, restoreFile } from './restore-file.ts'

export interface DiskRecoveryOptions extends RestoreContext {
  readonly config: StorageConfig
  readonly state: ClusterState
  readonly logger: Logger
  /** The files of a disk are here again. */
  restored(): void
}

/** Restores the files of lost disks from another member, while the storage serves. */
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
    helperFor: (index) => (restoring.has(index) ? activeMember(options.state) : null),
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

function activeMember(state: ClusterState, turn = 0): Member | null {
  const active = activeMembers(state)
  return active[turn % Math.max(1, active.length)] ?? null
}

class PathRecovery {
  readonly #options: DiskRecoveryOptions
  readonly #storePath: StorePath
  readonly #signal: AbortSignal
  readonly #state: RecoveryState
  readonly #counts: Record<Restored, number> = { restored: 0, present: 0, absent: 0, damaged: 0 }

  constructor(options: DiskRecoveryOptions, storePath: StorePath, signal: AbortSignal) {
    this.#options = options
    this.#storePath = storePath
    this.#signal = signal
    this.#state = openRecovery(storePath)
  }

  /** Goes on until everything is restored; whatever fails is tried again with another member. */
  async run(): Promise<void> {
    const { logger } = this.#options
    const path = this.#storePath.root
    logger.warn({ path }, 'the files of a disk are being restored from another member')
    for (let failures = 0; !this.#signal.aborted; failures += 1) {
      try {
        if (await this.#restore(failures)) {
          logger.warn({ path, ...this.#counts }, 'the files of a disk are restored')
          return
        }
      } catch (error) {
        if (this.#signal.aborted) return
        logger.warn({ err: error, path, ...this.#counts }, 'restoring a disk was interrupted')
      }
      await sleep(retryDelayMs(failures + 1), undefined, { signal: this.#signal }).catch(() => undefined)
    }
  }

  /** False while there is nobody to ask. */
  async #restore(turn: number): Promise<boolean> {
    const { state, config, store, logger } = this.#options
    const member = activeMember(state, turn)
    const isAlone = state.members.size > 0 && otherMembers(state).length === 0
    if (member === null && !isAlone) return false
    if (member === null) {
      logger.error({ path: this.#storePath.root }, 'nobody else has the files of this disk')
    } else if (await this.#fetchList(formatAddress(member.ip, member.port))) {
      for (const list of this.#state.lists) await this.#restoreList(list, formatAddress(member.ip, member.port))
      this.#signal.throwIfAborted()
    } else {
      const { index } = this.#storePath
      logger.warn(
        { member: member.id, storePath: index, paths: config.storePaths.length, group: store.group },
        'no list',
      )
    }
    this.#state.finish()
    return true
  }

  /** False when the member has no such store path: then nothing was ever replicated from it. */
  async #fetchList(address: string): Promise<boolean> {
    if (this.#state.isListed) return true
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

  async #restoreList(list: RecoveryList, address: string): Promise<void> {
    let offset = list.offset
    let unsaved = 0
    let batch: BinlogRecord[] = []
    const restoreBatch = async () => {
      await this.#restoreAll(batch, address)
      unsaved += batch.length
      batch = []
      if (unsaved < MARK_EVERY_LINES) return
      list.save(offset)
      unsaved = 0
    }
    for await (const line of readLines(createReadStream(list.path, { start: offset }))) {
      this.#signal.throwIfAborted()
      offset += line.length + 1
      const record = parseLine(line)
      if (record !== null) batch.push(record)
      if (batch.length >= BATCH_LINES) await restoreBatch()
    }
    await restoreBatch()
    list.save(offset)
  }

  async #restoreAll(batch: readonly BinlogRecord[], address: string): Promise<void> {
    const waiting = batch.values()
    const work = async () => {
      for (const record of waiting) {
        this.#signal.throwIfAborted()
        this.#counts[await restoreFile(this.#options, address, record)] += 1
      }
    }
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, work))
  }
}
