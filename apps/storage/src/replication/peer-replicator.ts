import { setTimeout as sleep } from 'node:timers/promises'
import { formatAddress, openConnection } from '@cairn/dfs-core'
import type { ClusterState } from '../cluster/cluster-state.ts'
import { type Identity, timeoutsOf } from '../cluster/identity.ts'
import type { TrackerQueries } from '../cluster/tracker-queries.ts'
import type { StorageConfig } from '../config.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { type Mark, markPath, readMark, retireMark, writeMark } from '../disk/mark-file.ts'
import { type AsideAction, openQuarantine, type Quarantine, type SetAside } from '../disk/quarantine.ts'
import { unpackBinlogs } from '../disk/unpack-binlogs.ts'
import type { Counters } from '../engine/counters.ts'
import { isRemoved, type Member, StorageStatus } from '../engine/members.ts'
import { retryDelayMs } from '../engine/retry.ts'
import type { SentRates } from '../engine/sent-rate.ts'
import { isSyncTime } from '../engine/sync-hours.ts'
import type { Logger } from '../handlers/context.ts'
import { type Backlog, measureBacklog } from './backlog.ts'
import { Detour } from './detour.ts'
import { askAbilities, type PeerAbilities } from './peer-abilities.ts'
import { PeerLink } from './peer-link.ts'
import { SyncRun } from './sync-run.ts'
import { Tries } from './tries.ts'

/** What replication to any peer works with. */
export interface ReplicationContext {
  readonly config: StorageConfig
  readonly identity: Identity
  readonly store: FileStore
  readonly state: ClusterState
  readonly initFlag: InitFlagFile
  readonly queries: TrackerQueries
  readonly counters: Counters
  readonly sent: SentRates
  readonly logger: Logger
  readonly tcpPort: number
  /** A disk is being restored: files that the log names may not be here. */
  isRestoring(): boolean
}

/** How far one peer is behind. */
export interface PeerProgress {
  readonly peerId: string
  readonly mark: Mark | null
  /** Records set aside because the peer did not take them. */
  readonly quarantined: number
  /** The log is being sent to it right now. */
  readonly connected: boolean
}

/** A mark file that is not there yet: nothing has been sent. */
const START = { index: 0, offset: 0, needSyncOld: false, syncOldDone: false, untilTimestamp: 0 }

/** How often a replicator that waits for the clock, or for a disk, looks again. */
const CLOCK_MS = 1000

const { WAIT_SYNC, SYNCING, OFFLINE, ACTIVE, NONE } = StorageStatus

/** Sends this storage's log to one peer, for as long as the peer is a member: from its mark, and the history if asked. */
export class PeerReplicator {
  readonly peerId: string
  readonly #context: ReplicationContext
  readonly #stop = new AbortController()
  readonly #markPath: string
  readonly #quarantine: Quarantine
  readonly #tries = new Tries()
  readonly #detour: Detour
  #mark: Mark | null = null
  #run: SyncRun | null = null
  readonly #running: Promise<void>

  constructor(context: ReplicationContext, peerId: string) {
    this.peerId = peerId
    this.#context = context
    const { folder } = context.store.log
    const { useStorageId } = context.identity
    this.#markPath = markPath(folder, { id: peerId, useStorageId, ownPort: context.tcpPort })
    this.#quarantine = openQuarantine(folder, peerId)
    this.#detour = new Detour({
      ...context,
      peerId,
      quarantine: this.#quarantine,
      signal: this.#stop.signal,
      connect: () => this.#connect(),
      isServed: () => this.#isServed(),
    })
    this.#running = this.#replicate()
  }

  /** Resolves when the peer is no member any more, or after `close`. */
  get ended(): Promise<void> {
    return this.#running
  }

  get progress(): PeerProgress {
    const connected = this.#run !== null
    return { peerId: this.peerId, mark: this.#reached(), quarantined: this.#quarantine.count, connected }
  }

  /** What it has not got yet. Reads the end of the log. */
  backlog(): Backlog {
    return measureBacklog(this.#context.store.log, this.#reached() ?? readMark(this.#markPath) ?? START)
  }

  setAside(countMax: number): SetAside[] {
    return this.#quarantine.newest(countMax)
  }

  settleAside(action: AsideAction, ids: readonly string[]): string[] {
    return this.#quarantine.settle(action, ids)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #replicate(): Promise<void> {
    const { state, logger } = this.#context
    let failures = 0
    while (!this.#stop.signal.aborted) {
      const status = state.statusOf(this.peerId)
      if (isRemoved(status) || status === NONE) {
        // A removed member that comes back is a new one.
        if (isRemoved(status)) retireMark(this.#markPath)
        return
      }
      if (status !== ACTIVE && status !== WAIT_SYNC && status !== SYNCING) {
        await this.#change()
        continue
      }
      if (!this.#isSyncTime()) {
        await this.#pause()
        continue
      }
      try {
        await this.#serve(status)
        failures = 0
      } catch (error) {
        if (this.#stop.signal.aborted) return
        failures += 1
        logger.warn({ err: error, peer: this.peerId, failures }, 'replication to a member was interrupted')
        await this.#detour.after(error, this.#mark)
        await sleep(retryDelayMs(failures), undefined, { signal: this.#stop.signal }).catch(() => undefined)
      }
    }
  }

  /** One stretch of sending: until the peer's status says otherwise, or something fails. */
  async #serve(status: number): Promise<void> {
    const { state, identity } = this.#context
    const mark = await this.#initMark(status)
    if (mark === null || (!mark.needSyncOld && state.statusOf(this.peerId) !== ACTIVE)) {
      await this.#change()
      return
    }
    // A newcomer would never get what is not here now: records of missing files are passed over.
    if (mark.needSyncOld && !mark.syncOldDone && this.#context.isRestoring()) {
      await this.#pause()
      return
    }
    const teller = await this.#connect()
    try {
      await teller.identify(identity.storageId)
      await this.#announce(mark)
      if (!this.#isServed()) return
      const abilities = await askAbilities(await this.#connect())
      await unpackBinlogs(this.#context.store.log, mark.index)
      await this.#send(teller, mark, abilities)
      const peer = state.members.get(this.peerId)
      if (this.#mark?.needSyncOld && this.#mark.syncOldDone && peer?.status === SYNCING) await this.#finishHistory(peer)
    } finally {
      teller.close()
    }
  }

  async #send(teller: PeerLink, mark: Mark, abilities: PeerAbilities): Promise<void> {
    const run = new SyncRun({
      ...this.#context,
      peerId: this.peerId,
      mark,
      abilities,
      teller,
      quarantine: this.#quarantine,
      tries: this.#tries,
      connect: () => this.#connect(),
      isServed: () => this.#isServed(),
      saveMark: (changed) => this.#saveMark(changed),
    })
    const stop = () => run.stop()
    this.#stop.signal.addEventListener('abort', stop)
    this.#run = run
    try {
      await run.done
    } finally {
      this.#run = null
      this.#stop.signal.removeEventListener('abort', stop)
    }
  }

  #reached(): Mark | null {
    return this.#run?.mark ?? this.#mark
  }

  #isServed(): boolean {
    const status = this.#context.state.statusOf(this.peerId)
    return !this.#stop.signal.aborted && (status === ACTIVE || status === SYNCING) && this.#isSyncTime()
  }

  async #pause(): Promise<void> {
    await sleep(CLOCK_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }

  #isSyncTime(): boolean {
    const now = new Date()
    return isSyncTime(this.#context.config.syncHours, now.getHours() * 60 + now.getMinutes())
  }

  /** The source of a newcomer's history says so to the trackers, when it begins and when it has sent everything. */
  async #announce(mark: Mark): Promise<void> {
    const { state, identity, queries } = this.#context
    const peer = state.members.get(this.peerId)
    if (peer?.status === WAIT_SYNC) {
      state.setStatus(peer.id, SYNCING)
      await queries.reportStatus(identity.group, peer, SYNCING)
    } else if (peer?.status === SYNCING && mark.needSyncOld && mark.syncOldDone) {
      await this.#finishHistory(peer)
    }
  }

  async #finishHistory(peer: Member): Promise<void> {
    const { state, identity, queries } = this.#context
    state.setStatus(peer.id, OFFLINE)
    await queries.reportStatus(identity.group, peer, OFFLINE)
  }

  /** Null: it is not known yet whether this storage has to send the history. */
  async #initMark(status: number): Promise<Mark | null> {
    const known = status <= WAIT_SYNC ? null : readMark(this.#markPath)
    if (known !== null && status !== SYNCING) return this.#keepMark(known)
    if (!this.#context.initFlag.flag.syncOldDone) return null
    const { identity, queries } = this.#context
    const source = await queries.historySource(identity.group, this.peerId)
    const needSyncOld = source?.sourceId === identity.storageId
    if (known !== null && (known.needSyncOld || !needSyncOld)) return this.#keepMark(known)
    const fresh = {
      index: 0,
      offset: 0,
      needSyncOld,
      syncOldDone: false,
      untilTimestamp: source?.until ?? 0,
      scanRowCount: 0,
      syncRowCount: 0,
    }
    await this.#saveMark(fresh)
    return fresh
  }

  #keepMark(mark: Mark): Mark {
    this.#mark = mark
    return mark
  }

  async #saveMark(mark: Mark): Promise<void> {
    this.#mark = mark
    // A mark behind the end of a log that lost its tail with the power would skip what is written there next.
    await this.#context.store.log.flush()
    await writeMark(this.#markPath, mark)
  }

  async #connect(): Promise<PeerLink> {
    const { config, store } = this.#context
    const connection = await openConnection(this.#address(), timeoutsOf(config))
    const sent = this.#context.sent.of(this.peerId)
    return new PeerLink(connection, store.group, (bytes) => sent.add(bytes, performance.now()))
  }

  #address(): string {
    const peer = this.#context.state.members.get(this.peerId)
    return formatAddress(peer?.ip ?? '', peer?.port ?? 0)
  }

  /** Until something in the group changes. */
  #change(): Promise<void> {
    const { state } = this.#context
    return new Promise((resolve) => {
      const end = () => {
        stop()
        this.#stop.signal.removeEventListener('abort', end)
        resolve()
      }
      const stop = state.onChange(end)
      this.#stop.signal.addEventListener('abort', end)
      if (this.#stop.signal.aborted) end()
    })
  }
}
