import { isIP } from 'node:net'
import { ConnectionError, ProtocolError, ServerError, Status } from '../errors.ts'
import type { Command } from '../protocol/command.ts'
import type { GroupRecord, StorageRecord } from '../protocol/records.ts'
import { trackerCommands } from '../protocol/tracker-commands.ts'
import { formatAddress, PORT_MAX, parseAddress } from './address.ts'
import { namedFile } from './named-file.ts'
import type { ConnectionPool } from './pool.ts'
import type { CallOptions } from './request.ts'

/** Where a storage listens. */
export interface StorageAddress {
  readonly ip: string
  readonly port: number
}

/** A storage that takes an upload. */
export interface StoreTarget extends StorageAddress {
  readonly group: string
  /** Passed on in the upload request. */
  readonly storePathIndex: number
}

/** All storages of a group that take uploads; the store path was chosen for the first. */
export interface StoreTargets {
  readonly group: string
  readonly servers: readonly StorageAddress[]
  readonly storePathIndex: number
}

/** A storage that has a file. */
export interface FetchTarget extends StorageAddress {
  readonly group: string
}

export type StorageStats = ReturnType<typeof trackerCommands.storageClusterStat.response.decode>
export type VolumeStats = ReturnType<typeof trackerCommands.storageVolumnStat.response.decode>
export type TrackerStat = ReturnType<typeof trackerCommands.trackerClusterStat.response.decode>['trackers'][number]

/** Statuses that another tracker may not share: it may know storages (ENOENT), or be the leader (EOPNOTSUPP). */
const ASK_ANOTHER: readonly number[] = [Status.ENOENT, Status.EOPNOTSUPP]
/** Pages of the storage id list; the C client stops there too (internals §7.2). */
const STORAGE_ID_PAGES_MAX = 32

/**
 * Asks a cluster's trackers. Each question goes to the tracker that answered last; when that one cannot be reached or
 * breaks off, and when it answers ENOENT (a tracker that has just started knows no storages yet) or EOPNOTSUPP (not the
 * leader), the others are asked in turn. Methods reject with ServerError, or with ConnectionError when no tracker
 * answered.
 */
export class TrackerClient {
  readonly #trackers: readonly string[]
  readonly #pool: ConnectionPool
  readonly #signal: AbortSignal | undefined
  /** Index of the tracker that answered last; one for all that `with` made. */
  #preferred = { index: 0 }

  /** `trackers`: at least one `host:port`, else RangeError. */
  constructor(trackers: readonly string[], pool: ConnectionPool, signal?: AbortSignal) {
    if (trackers.length === 0) throw new RangeError('no tracker is given')
    for (const tracker of trackers) parseAddress(tracker)
    this.#trackers = trackers
    this.#pool = pool
    this.#signal = signal
  }

  /** The same client, whose questions are broken off by `signal`. */
  with({ signal }: Pick<CallOptions, 'signal'>): TrackerClient {
    const client = new TrackerClient(this.#trackers, this.#pool, signal)
    client.#preferred = this.#preferred
    return client
  }

  /** Where to upload, in any group or in `group` (101, 104). */
  queryStore(group?: string): Promise<StoreTarget> {
    if (group === undefined) return this.#ask(trackerCommands.queryStoreWithoutGroupOne, {}, checkAddress)
    return this.#ask(trackerCommands.queryStoreWithGroupOne, { group }, checkAddress)
  }

  /** All storages that take uploads of one group (106, 107). */
  queryStoreAll(group?: string): Promise<StoreTargets> {
    const check = ({ servers }: StoreTargets) => servers.forEach(checkAddress)
    if (group === undefined) return this.#ask(trackerCommands.queryStoreWithoutGroupAll, {}, check)
    return this.#ask(trackerCommands.queryStoreWithGroupAll, { group }, check)
  }

  /** A storage that can serve a file (102). The tracker does not check that the file exists. */
  queryFetch(fileId: string): Promise<FetchTarget> {
    return this.#ask(trackerCommands.queryFetchOne, namedFile(fileId), checkAddress)
  }

  /** Every storage that can serve a file, the one that `queryFetch` would name first (105). */
  async queryFetchAll(fileId: string): Promise<FetchTarget[]> {
    const { group, ip, port, others } = await this.#ask(trackerCommands.queryFetchAll, namedFile(fileId), (answer) =>
      [answer, ...answer.others].forEach(checkAddress),
    )
    return [{ ip, port }, ...others].map((server) => ({ group, ...server }))
  }

  /** The storage that should take a change of a file: its source, if that is up (103). */
  queryUpdate(fileId: string): Promise<FetchTarget> {
    return this.#ask(trackerCommands.queryUpdate, namedFile(fileId), checkAddress)
  }

  /** Every group (91); sizes in MiB. */
  async listGroups(): Promise<GroupRecord[]> {
    const { groups } = await this.#ask(trackerCommands.listAllGroups, {})
    return [...groups]
  }

  /** The members of a group, or the one with this storage id (92). */
  async listStorages(group: string, id = ''): Promise<StorageRecord[]> {
    const { storages } = await this.#ask(trackerCommands.listStorages, { group, id })
    return [...storages]
  }

  /** The lines of storage_ids.conf (69), such as `100001 group1 192.0.2.2:23000`; none when storage ids are not used. */
  async fetchStorageIds(): Promise<string[]> {
    const lines: string[] = []
    for (let page = 0; page < STORAGE_ID_PAGES_MAX; page++) {
      const answer = await this.#ask(trackerCommands.fetchStorageIds, { start: lines.length, allowEmpty: true })
      lines.push(...answer.lines)
      if (answer.lines.length === 0 || lines.length >= answer.total) return lines
    }
    throw new ProtocolError(`the list of storage ids has more than ${STORAGE_ID_PAGES_MAX} pages`)
  }

  /** The cluster's settings, by their names in tracker.conf (75). */
  async parameters(): Promise<Map<string, string>> {
    const { ini } = await this.#ask(trackerCommands.parameters, {})
    const settings = new Map<string, string>()
    for (const line of ini.split('\n')) {
      const equals = line.indexOf('=')
      if (equals > 0) settings.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
    }
    return settings
  }

  /** `host:port` of the leader among the trackers (95); ENOENT when none is elected. */
  async leader(): Promise<string> {
    return (await this.#ask(trackerCommands.getLeader, {})).address
  }

  /** The trackers, as their leader sees them (96). */
  async trackerStats(only: { active?: boolean; leader?: boolean } = {}): Promise<TrackerStat[]> {
    const filterBy = bits(only.active, only.leader)
    const request = { filterBy, isActive: only.active ?? false, isLeader: only.leader ?? false }
    return [...(await this.#ask(trackerCommands.trackerClusterStat, request)).trackers]
  }

  /** All storages of all groups (97): with this status, or with any other than it, and trunk servers or not. */
  storageStats(only: { status?: number; notStatus?: number; trunkServer?: boolean } = {}): Promise<StorageStats> {
    const status = only.status ?? only.notStatus
    return this.#ask(trackerCommands.storageClusterStat, {
      filterBy: bits(only.trunkServer, status),
      operator: (only.notStatus === undefined ? '=' : '!').charCodeAt(0),
      status: status ?? 0,
      isTrunkServer: only.trunkServer ?? false,
    })
  }

  /** The space of every group (98), sizes in MiB: with room on disk, in trunk files, in either, or without. */
  volumeStats(only: { disk?: boolean; trunk?: boolean; space?: boolean } = {}): Promise<VolumeStats> {
    return this.#ask(trackerCommands.storageVolumnStat, {
      filterBy: bits(only.disk, only.trunk, only.space),
      isDiskAvailable: only.disk ?? false,
      isTrunkAvailable: only.trunk ?? false,
      isSpaceAvailable: only.space ?? false,
    })
  }

  /** Sends any command without side effects to the trackers in turn. `check` throws ProtocolError for an answer that is none. */
  async #ask<Q, R>(row: Command<Q, R>, value: Q, check?: (answer: R) => void): Promise<R> {
    const signal = this.#signal
    const request = { command: row.code, head: row.request.encode(value), ...(signal !== undefined && { signal }) }
    const first = this.#preferred.index
    const failures: Error[] = []
    for (let i = 0; i < this.#trackers.length; i++) {
      const index = (first + i) % this.#trackers.length
      try {
        const answer = row.response.decode(await this.#pool.request(this.#trackers[index] ?? '', request, true))
        check?.(answer)
        this.#preferred.index = index
        return answer
      } catch (error) {
        if (!mayAskAnother(error)) throw error
        failures.push(error)
      }
    }
    throw worstOf(failures)
  }
}

/** One bit for each condition that is asked for, the first the lowest. */
function bits(...conditions: unknown[]): number {
  return conditions.reduce<number>((sum, condition, bit) => (condition === undefined ? sum : sum | (1 << bit)), 0)
}

/** ProtocolError for what is no IP address, which would be looked up as a name, and for a port that nobody can have. */
function checkAddress({ ip, port }: StorageAddress): void {
  if (isIP(ip) !== 0 && port > 0 && port <= PORT_MAX) return
  throw new ProtocolError(`the tracker names ${JSON.stringify(ip)} and port ${port} as a storage`)
}

/** `host:port` of a storage that a tracker named. */
export function addressOf(storage: StorageAddress): string {
  return formatAddress(storage.ip, storage.port)
}

function mayAskAnother(error: unknown): error is Error {
  if (error instanceof ServerError) return ASK_ANOTHER.includes(error.status)
  return error instanceof ConnectionError || error instanceof ProtocolError
}

/** An answer says more than silence. */
function worstOf(failures: readonly Error[]): Error {
  const answer = failures.find((error) => error instanceof ServerError)
  if (answer !== undefined || failures.length === 1) return answer ?? failures[0] ?? new ConnectionError('no tracker')
  const messages = failures.map((error) => error.message).join('; ')
  return new ConnectionError(`no tracker answered: ${messages}`, { cause: failures[0] })
}
