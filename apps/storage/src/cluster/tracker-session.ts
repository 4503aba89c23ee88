import {
  type Brief,
  type ChangeReply,
  type Command,
  type Connection,
  ProtocolError,
  parseAddress,
  type StorageStat,
  trackerCommands,
} from '@cairn/dfs-core'
import { parseConf } from '@cairn/dfs-core/conf'
import type { StorageConfig } from '../config.ts'
import type { InitFlagFile } from '../disk/init-flag.ts'
import type { Counters } from '../engine/counters.ts'
import type { ReceivedTimes } from '../engine/received.ts'
import type { Logger } from '../handlers/context.ts'
import { applyChange, parseChangelog } from './changelog.ts'
import type { ClusterState } from './cluster-state.ts'
import { negotiateHistory, notifyHistory } from './history.ts'
import type { Identity } from './identity.ts'
import { mayFollow } from './leader-check.ts'
import { readTrunkParameters } from './trunk-parameters.ts'

/** What a storage tells its trackers about itself. */
export interface ReportedStorage {
  readonly config: StorageConfig
  readonly identity: Identity
  readonly state: ClusterState
  readonly initFlag: InitFlagFile
  readonly counters: Counters
  readonly received: ReceivedTimes
  readonly logger: Logger
  readonly tcpPort: number
  /** Unix seconds. */
  readonly upTime: number
  connections(): StorageStat['connections']
  /** MiB per store path. */
  diskUsage(): ReadonlyArray<{ totalMb: number; freeMb: number }>
  /** What the trunk server of the group tells the trackers; null where this storage is not it, or not yet. */
  trunkFigures?(): TrunkFigures | null
}

interface TrunkFigures {
  /** The newest trunk file. */
  readonly trunkFileId: number
  /** MiB free in all trunk files. */
  readonly freeMb: number
}

/** FastDFS's version that this storage's protocol is the one of. */
const PROTOCOL_VERSION = '6.16.1'
const MAX_WAIT_MS = 1000
/** Some hundred thousand changes of members. */
const CHANGELOG_BYTES_MAX = 16 * 1024 * 1024

/**
 * One joined connection to a tracker: beats, disk usage and how far the peers' files have arrived, each answer with
 * what changed in the group. Ends with an error, or by itself when this storage must join again.
 */
export class TrackerSession {
  readonly #storage: ReportedStorage
  readonly #connection: Connection
  readonly #index: number
  #sentStat = ''
  #sentReceived = -1
  #seenBeatRequests: number
  #sentTrunkFileId = 0
  #sentTrunkFreeMb = -1
  #hasParameters = false
  #wake: (() => void) | null = null
  #ended: Error | null = null

  constructor(storage: ReportedStorage, connection: Connection, index: number) {
    this.#storage = storage
    this.#connection = connection
    this.#index = index
    this.#seenBeatRequests = storage.state.beatRequests
  }

  async run(signal: AbortSignal): Promise<void> {
    const end = (error: Error) => {
      this.#ended = error
      this.#wake?.()
    }
    this.#connection.onDead = () => end(new Error('the tracker closed the connection'))
    const abort = () => {
      end(new Error('the storage stops'))
      this.#connection.close()
    }
    signal.addEventListener('abort', abort)
    const stop = this.#storage.state.onChange(() => this.#wake?.())
    try {
      if (signal.aborted) return
      await this.#join()
      await this.#report()
    } finally {
      stop()
      signal.removeEventListener('abort', abort)
    }
  }

  async #join(): Promise<void> {
    const { config, identity, state, initFlag, tcpPort, upTime } = this.#storage
    const { status, sourceId } = await this.send(trackerCommands.join, {
      group: identity.group,
      storagePort: tcpPort,
      storePathCount: config.storePaths.length,
      subdirCountPerPath: config.subdirCount,
      uploadPriority: config.uploadPriority,
      joinTime: initFlag.flag.joinTime,
      upTime,
      version: PROTOCOL_VERSION,
      initFlag: initFlag.flag.syncOldDone ? 0 : 1,
      status: state.joinStatus(config.trackers.length),
      storageId: identity.useStorageId ? identity.storageId : '',
      trackerIp: parseAddress(this.#connection.address).host,
      trackers: config.trackers.map(({ hosts, port }) => trackerLine(hosts, port)),
    })
    state.noteJoined(this.#index, status)
    const me = { initFlag, status }
    if (sourceId === '' && initFlag.flag.syncSource !== '') await notifyHistory(this, me)
    await negotiateHistory(this, me, state)
    await notifyHistory(this, me)
  }

  async #report(): Promise<void> {
    const { config, state, received } = this.#storage
    const syncReportIntervalMs = Math.min(config.heartBeatIntervalMs, SYNC_REPORT_MS)
    let nextBeat = 0
    let nextDisk = 0
    let nextSync = 0
    for (;;) {
      const now = Date.now()
      // Before the first beat: either report makes this storage ACTIVE, and a tracker that does not know its space yet
      // would answer ENOSPC to uploads.
      if (now >= nextDisk) {
        await this.#take(await this.send(trackerCommands.reportDiskUsage, { paths: this.#storage.diskUsage() }))
        nextDisk = now + config.diskReportIntervalMs
      }
      if (now >= nextBeat || this.#seenBeatRequests !== state.beatRequests) {
        await this.#beat()
        nextBeat = now + config.heartBeatIntervalMs
      }
      if (now >= nextSync && received.version !== this.#sentReceived) {
        await this.#reportReceived()
        nextSync = now + syncReportIntervalMs
      }
      await this.#readParameters()
      await this.#reportTrunk()
      if (await this.#mustRejoin()) return
      const wanted = Math.min(nextBeat, nextDisk) - Date.now()
      await this.#sleep(Math.max(0, Math.min(wanted, MAX_WAIT_MS)))
      if (this.#ended !== null) throw this.#ended
    }
  }

  async #beat(): Promise<void> {
    const { counters, connections, state } = this.#storage
    this.#seenBeatRequests = state.beatRequests
    const stat = { ...counters, connections: connections(), lastSyncedTimestamp: 0, lastHeartBeatTime: 0 }
    const encoded = JSON.stringify(stat)
    const changed = encoded !== this.#sentStat
    await this.#take(await this.send(trackerCommands.beat, changed ? stat : null))
    this.#sentStat = encoded
  }

  /** One entry for every member, this one included. */
  async #reportReceived(): Promise<void> {
    const { state, received } = this.#storage
    const { version } = received
    const sources = [...state.members.keys()].map((id) => ({ id, timestamp: received.of(id) }))
    if (sources.length > 0) await this.#take(await this.send(trackerCommands.syncReport, { sources }))
    this.#sentReceived = version
  }

  /** A leader that has been started with another configuration: once on every connection. */
  async #readParameters(): Promise<void> {
    const { state } = this.#storage
    if (this.#hasParameters || state.leader !== this.#index) return
    this.#hasParameters = true
    const { ini } = await this.send(trackerCommands.parameters, {})
    state.setTrunkParameters(readTrunkParameters(parseConf(ini, 'tracker parameters')))
  }

  /** Followers learn from the leader who the trunk server is, so the leader is told first. */
  async #reportTrunk(): Promise<void> {
    const { state } = this.#storage
    const figures = this.#storage.trunkFigures?.() ?? null
    if (figures === null || !state.isTrunkServer || state.leader === null) return
    const { trunkFileId, freeMb } = figures
    if (trunkFileId > this.#sentTrunkFileId) {
      await this.send(trackerCommands.reportTrunkFid, { trunkFileId })
      this.#sentTrunkFileId = trunkFileId
    }
    if (freeMb === this.#sentTrunkFreeMb) return
    await this.send(trackerCommands.reportTrunkFree, { freeMb })
    this.#sentTrunkFreeMb = freeMb
  }

  /** Learns what changed: the leader first, then the trunk server, then the members. */
  async #take(changes: ChangeReply): Promise<void> {
    const { state, config, identity, logger } = this.#storage
    if (changes.leader !== undefined) {
      const { ip, port } = changes.leader
      const index = config.trackers.findIndex((tracker) => tracker.port === port && tracker.hosts.includes(ip))
      if (ip !== '' && index < 0) logger.warn({ ip, port }, 'the leader tracker is none of the configured ones')
      await this.#takeLeader(index < 0 ? null : index)
    }
    if (changes.trunkServer !== undefined && state.leader === this.#index)
      await this.#takeTrunkServer(changes.trunkServer)
    state.noteHeard(this.#index)
    if (changes.members === undefined) return
    // Before a replicator starts for a member that has come back or has moved.
    await this.#readChangelog()
    const mine = changes.members.find(({ id }) => id === identity.storageId)
    if (mine !== undefined) state.noteMyStatus(this.#index, mine.status)
    const better = state.merge(changes.members)
    if (better.length > 0) await this.send(trackerCommands.replicaChange, { servers: better })
  }

  async #takeLeader(told: number | null): Promise<void> {
    const { state, config, logger } = this.#storage
    const known = state.leader
    if (told !== null && known !== null && told !== known && !(await mayFollow(config, logger, { known, told }))) {
      state.setLeader(null)
    } else state.setLeader(told)
  }

  async #readChangelog(): Promise<void> {
    const { config, identity, initFlag, logger, tcpPort } = this.#storage
    const mine = {
      group: identity.group,
      basePath: config.basePath,
      useStorageId: identity.useStorageId,
      ownPort: tcpPort,
      initFlag,
      logger,
    }
    let rest = ''
    for (let read = 0; read <= CHANGELOG_BYTES_MAX; ) {
      const { lines } = await this.send(trackerCommands.changelog, null)
      if (lines.length === 0) return
      read += lines.length
      const parsed = parseChangelog(rest + lines.toString('latin1'))
      for (const entry of parsed.entries) applyChange(mine, entry)
      rest = parsed.rest
    }
    throw new ProtocolError(`the tracker's change log has no end within ${CHANGELOG_BYTES_MAX} bytes`)
  }

  async #takeTrunkServer({ id, ip, port }: Brief): Promise<void> {
    const { state } = this.#storage
    if (id === '') state.setTrunkServer(null)
    else if (id !== state.myId) state.setTrunkServer({ id, ip, port, trunkFileId: 0 })
    else if (!state.isTrunkServer) {
      const { trunkFileId } = await this.send(trackerCommands.fetchTrunkFid, {})
      state.setTrunkServer({ id, ip, port, trunkFileId })
    }
  }

  async #mustRejoin(): Promise<boolean> {
    const { state } = this.#storage
    const correction = state.correctionFor(this.#index)
    if (correction !== null) {
      await this.send(trackerCommands.storageChangeStatus, { status: correction })
      return true
    }
    return state.takeRejoin()
  }

  async send<Q, R>(row: Command<Q, R>, value: Q): Promise<R> {
    const request = { command: row.code, head: row.request.encode(value) }
    return row.response.decode(await this.#connection.request(request))
  }

  /** Until `ms` have passed, the state changes, or the connection ends. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ms)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = null
        resolve()
      }
      if (this.#ended !== null) this.#wake()
    })
  }
}

/** Readers are sent to a member as far as it says that files have arrived, so it says so more often than it must. */
const SYNC_REPORT_MS = 2000

function trackerLine(hosts: readonly string[], port: number): string {
  const joined = hosts.join(',')
  return joined.includes(':') ? `[${joined}]:${port}` : `${joined}:${port}`
}
