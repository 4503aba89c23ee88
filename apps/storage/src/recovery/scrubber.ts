import { lstatSync, type Stats } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { type ConnectionPool, formatAddress } from '@cairn/dfs-core'
import type { ClusterState } from '../cluster/cluster-state.ts'
import type { StorageConfig } from '../config.ts'
import { isErrno } from '../disk/atomic-file.ts'
import { ifThere } from '../disk/by-pace.ts'
import { type FileLocks, whileLocked } from '../disk/file-locks.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { IncomingFile } from '../disk/incoming-file.ts'
import { normalFacts } from '../engine/file-facts.ts'
import type { Logger } from '../handlers/context.ts'
import { activeMembers, otherMembers } from './active-members.ts'
import { factsElsewhere, isUntold } from './compare-members.ts'
import { replaceDamaged } from './replace-damaged.ts'
import { fetchContent } from './restore-file.ts'
import { foldersOf, namesIn } from './scrub-folders.ts'
import { ScrubPace } from './scrub-pace.ts'
import { checkTrunkFile, isTrunkFile } from './scrub-slots.ts'
import { loadScrubState, newRound, type ScrubState, saveScrubState } from './scrub-state.ts'

export interface ScrubberOptions {
  readonly config: Pick<StorageConfig, 'basePath' | 'scrub'>
  readonly store: FileStore
  readonly locks: FileLocks
  readonly state: ClusterState
  readonly pool: ConnectionPool
  readonly logger: Logger
}

/** Reads every file once in a while and compares it with the CRC-32 in its name. */
export interface Scrubber {
  readonly progress: Readonly<ScrubState>
  /** Begins a round now, unless one is under way. False: checking is turned off. */
  begin(): boolean
  close(): Promise<void>
}

const PIECE_BYTES = 256 * 1024
/** Opening a file costs as much as reading so much of one. */
const FILE_COST_BYTES = 64 * 1024
const SAVE_MS = 10_000
const IDLE_MS = 1000
const HELPERS_MS = 500
const AFTER_ERROR_MS = 5000
const HEARD_MS = 60_000
const YOUNG_MS = 60_000
const QUIET_MS = 24 * 3600_000
/** More are a matter of the disk, not of its files. */
const DAMAGED_MAX = 10_000

export function startScrubber(options: ScrubberOptions): Scrubber {
  return new RoundScrubber(options)
}

class RoundScrubber implements Scrubber {
  readonly #options: ScrubberOptions
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  readonly #startedAt = performance.now()
  #state: ScrubState
  #savedAt = 0
  #isAsked = false
  #isHeldUp = false
  readonly #pace: ScrubPace

  constructor(options: ScrubberOptions) {
    this.#options = options
    this.#state = loadScrubState(options.config.basePath)
    this.#pace = new ScrubPace(options.config.scrub.bytesPerSecond, (ms) => this.#sleep(ms))
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) options.logger.error({ err: error }, 'files are no longer checked')
    })
  }

  get progress(): Readonly<ScrubState> {
    return this.#state
  }

  begin(): boolean {
    if (this.#options.config.scrub.bytesPerSecond === 0) return false
    if (this.#isOver) this.#isAsked = true
    return true
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { basePath, scrub } = this.#options.config
    if (scrub.bytesPerSecond === 0) return
    const beginsAt = performance.now() + scrub.delayMs
    while (performance.now() < beginsAt && !this.#isAsked) await this.#sleep(Math.min(IDLE_MS, scrub.delayMs))
    try {
      for (;;) {
        const isDue = this.#isAsked || Date.now() - this.#state.startedAt >= scrub.intervalMs
        if (this.#isOver && !isDue) await this.#sleep(IDLE_MS)
        else await this.#round(this.#isOver).catch((error: unknown) => this.#rest(error))
      }
    } finally {
      await saveScrubState(basePath, this.#state)
    }
  }

  /** A full disk, or one that fails, ends no round. */
  async #rest(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) throw error
    if (!this.#isHeldUp) this.#options.logger.warn({ err: error }, 'the check of files waits until this is over')
    this.#isHeldUp = true
    do await this.#sleep(AFTER_ERROR_MS)
    while (!(await this.#isNoted()))
  }

  #isNoted(): Promise<boolean> {
    return saveScrubState(this.#options.config.basePath, this.#state).then(
      () => true,
      () => false,
    )
  }

  get #isOver(): boolean {
    return this.#state.startedAt === 0 || this.#state.finishedAt !== null
  }

  async #round(isNew: boolean): Promise<void> {
    const { config, logger } = this.#options
    this.#isAsked = false
    if (isNew) this.#state = newRound(Date.now())
    this.#pace.restart()
    for await (const folder of foldersOf(this.#options.store.storePaths)) {
      if (folder < this.#state.next) continue
      await this.#checkFolder(folder)
      this.#state.next = `${folder}~`
      if (performance.now() - this.#savedAt < SAVE_MS) continue
      this.#savedAt = performance.now()
      await saveScrubState(config.basePath, this.#state)
    }
    this.#state.finishedAt = Date.now()
    this.#isHeldUp = false
    const { files, bytes, repaired, damaged } = this.#state
    logger.info({ files, bytes, repaired, damaged: damaged.length }, 'all files were compared with their names')
    await saveScrubState(config.basePath, this.#state)
  }

  async #checkFolder(folder: string): Promise<void> {
    const { store } = this.#options
    const storePath = store.storePaths[Number.parseInt(folder.slice(1, 3), 16)]
    if (storePath === undefined) return
    const path = join(storePath.dataDir, folder.slice(4))
    for (const name of await storePath.lane.run(() => namesIn(path))) {
      this.#stop.signal.throwIfAborted()
      const logicName = `${folder}/${name}`
      const facts = normalFacts(logicName)
      if (facts !== null) await this.#checkFile(store.resolve(logicName), facts)
      else if (isTrunkFile(name)) await this.#checkTrunkFile(store.resolve(logicName))
      else if (isUntold(logicName)) await this.#compare(store.resolve(logicName))
    }
  }

  /** Only what has not changed for a day, here and there: changes take their time. Which of two is right nobody can tell. */
  async #compare(file: ResolvedName): Promise<void> {
    const stat = await lookAt(file)
    if (stat === null || !stat.isFile() || Date.now() - stat.mtimeMs < QUIET_MS) return
    await this.#helpersHeard()
    try {
      const theirs = await factsElsewhere(this.#options, file)
      if (theirs === null || Date.now() - theirs.mtime * 1000 < QUIET_MS) return
      if (theirs.size === stat.size && (await this.#crcOf(file)) === theirs.crc32) {
        this.#state.files += 1
        this.#state.bytes += stat.size
        return
      }
      const { logger } = this.#options
      logger.error({ name: file.logicName, member: theirs.member }, 'another member has other content under this name')
      this.#noteDamaged(file)
    } catch (error) {
      this.#options.logger.warn({ err: error, name: file.logicName }, 'a file could not be compared')
    }
  }

  async #checkTrunkFile(file: ResolvedName): Promise<void> {
    const scrub = { ...this.#options, pace: this.#pace, helpersKnown: () => this.#helpersKnown() }
    const { files, bytes, repaired, damaged } = await checkTrunkFile(scrub, file)
    this.#state.files += files
    this.#state.bytes += bytes
    this.#state.repaired += repaired
    if (damaged > 0) this.#noteDamaged(file)
  }

  async #checkFile(file: ResolvedName, facts: { size: number; crc32: number }): Promise<void> {
    if (await this.#isSound(file, facts)) {
      this.#state.files += 1
      this.#state.bytes += facts.size
      return
    }
    // It may have been deleted or replaced while it was read.
    if (await this.#isSound(file, facts)) return
    await this.#repair(file)
  }

  /** True also for what is not there any more, and for what may still be written. */
  async #isSound(file: ResolvedName, facts: { size: number; crc32: number }): Promise<boolean> {
    const stat = await lookAt(file)
    if (stat === null || !stat.isFile() || Date.now() - stat.mtimeMs < YOUNG_MS) return true
    if (stat.size !== facts.size) return false
    try {
      return (await this.#crcOf(file)) === facts.crc32
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return true
      file.storePath.health.notice(error)
      if (isErrno(error, 'EIO')) return false
      throw error
    }
  }

  async #crcOf({ path, storePath: { lane } }: ResolvedName): Promise<number> {
    const file = await lane.run(() => open(path, 'r'))
    try {
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      let crc = 0
      let size = 0
      for (;;) {
        const { bytesRead } = await lane.run(() => file.read(piece))
        if (bytesRead === 0) {
          if (size < FILE_COST_BYTES) await this.#pace.spend(FILE_COST_BYTES - size)
          return crc
        }
        size += bytesRead
        crc = crc32(piece.subarray(0, bytesRead), crc)
        await this.#pace.spend(bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  async #repair(file: ResolvedName): Promise<void> {
    const { store, locks, state, logger } = this.#options
    const { logicName } = file
    logger.error({ name: logicName }, 'a file is not what its name says')
    await this.#helpersKnown()
    for (const member of activeMembers(state)) {
      const incoming = new IncomingFile(store.temporaryPath(file.storePath), file.storePath.lane)
      try {
        await fetchContent(this.#options, formatAddress(member.ip, member.port), file, incoming)
        await whileLocked(locks, logicName, () => replaceDamaged(file, incoming))
        this.#state.repaired += 1
        logger.warn({ name: logicName, member: member.id }, 'a damaged file was replaced by the copy of another member')
        return
      } catch (error) {
        logger.warn({ err: error, name: logicName, member: member.id }, 'a member could not help with a damaged file')
      } finally {
        incoming.discard()
      }
    }
    this.#noteDamaged(file)
  }

  #noteDamaged({ logicName }: ResolvedName): void {
    if (this.#state.damaged.length < DAMAGED_MAX) this.#state.damaged.push(logicName)
  }

  /** While the others are away, or not heard of yet, nothing is given up. */
  async #helpersKnown(): Promise<void> {
    const { state } = this.#options
    while (state.members.size === 0 || (otherMembers(state).length > 0 && activeMembers(state).length === 0)) {
      await this.#sleep(HELPERS_MS)
    }
  }

  /** The first minute of a storage: the others may be there and not heard of. Later, who is away is passed over. */
  async #helpersHeard(): Promise<void> {
    const { state } = this.#options
    const isAlone = () => state.members.size > 0 && otherMembers(state).length === 0
    while (performance.now() - this.#startedAt < HEARD_MS && activeMembers(state).length === 0 && !isAlone()) {
      await this.#sleep(HELPERS_MS)
    }
  }

  #sleep(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stop.signal })
  }
}

/** Null when there is nothing. */
function lookAt({ path, storePath: { lane } }: ResolvedName): Stats | null | Promise<Stats | null> {
  return lane.callRarely(
    () => lstatSync(path, { throwIfNoEntry: false }) ?? null,
    () => ifThere(lstat(path)),
  )
}
