import { isDeepStrictEqual } from 'node:util'
import type { Brief } from '@cairn/dfs-core'
import type { TrunkParameters } from '@cairn/dfs-core/conf'
import { isAvailable, type Member, mergeMembers, StorageStatus } from '../engine/members.ts'

/** The member that hands out the slots of the group's trunk files, as the leader tracker has named it. */
export interface TrunkServer {
  readonly id: string
  readonly ip: string
  readonly port: number
  /** The newest trunk file of the group that trackers know of; 0 where this storage is not the trunk server. */
  readonly trunkFileId: number
}

/**
 * What this process knows of its group: one for all tracker connections. Members and their status come from the leader
 * tracker's answers; replication changes the status of a peer that it brings up to date.
 */
export class ClusterState {
  readonly myId: string
  #members: ReadonlyMap<string, Member> = new Map()
  readonly #listeners = new Set<() => void>()
  /** This storage's status as each tracker has it. */
  readonly #statusAt = new Map<number, number>()
  readonly #joined = new Set<number>()
  #leader: number | null = null
  #leaderHeardAt = Number.NEGATIVE_INFINITY
  #trunkServer: TrunkServer | null = null
  #trunkParameters: TrunkParameters | null | undefined
  #mustRejoin = false
  /** Trackers that are asked to beat at once. */
  #beatRequests = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(myId: string) {
    this.myId = myId
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members
  }

  statusOf(id: string): number {
    return this.#members.get(id)?.status ?? StorageStatus.NONE
  }

  /** Calls back after every change; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Merges a list of the leader; returns what this storage knows better. */
  merge(reported: readonly Brief[]): readonly Brief[] {
    const { members, better, mustRejoin } = mergeMembers(this.#members, reported, this.myId)
    this.#members = members
    if (mustRejoin) this.#mustRejoin = true
    this.#changed()
    return better
  }

  setStatus(id: string, status: number): void {
    const member = this.#members.get(id)
    if (member === undefined || member.status === status) return
    this.#members = new Map(this.#members).set(id, { ...member, status })
    this.#changed()
  }

  /** What JOIN sends: the known status; −1 while not every tracker of several has taken a JOIN; else 0. */
  joinStatus(trackerCount: number): number {
    const mine = this.#members.get(this.myId)
    if (mine !== undefined) return mine.status
    return trackerCount === 1 || this.#joined.size === trackerCount ? StorageStatus.INIT : -1
  }

  noteJoined(tracker: number, status: number): void {
    this.#joined.add(tracker)
    this.#statusAt.set(tracker, status)
  }

  noteMyStatus(tracker: number, status: number): void {
    this.#statusAt.set(tracker, status)
  }

  get leader(): number | null {
    return this.#leader
  }

  setLeader(tracker: number | null): void {
    this.#leader = tracker
  }

  /** A tracker has answered a report. */
  noteHeard(tracker: number): void {
    if (tracker === this.#leader) this.#leaderHeardAt = performance.now()
  }

  /** How long ago the leader answered. */
  get leaderSilentMs(): number {
    return performance.now() - this.#leaderHeardAt
  }

  /** Null while there is none. Listeners of `onChange` hear of another one. */
  get trunkServer(): TrunkServer | null {
    return this.#trunkServer
  }

  /** What the leader has said since this storage joined; null: no trunk files; undefined: nothing yet. */
  get trunkParameters(): TrunkParameters | null | undefined {
    return this.#trunkParameters
  }

  setTrunkParameters(parameters: TrunkParameters | null): void {
    if (isDeepStrictEqual(parameters, this.#trunkParameters)) return
    this.#trunkParameters = parameters
    this.#changed()
  }

  get isTrunkServer(): boolean {
    return this.#trunkServer?.id === this.myId
  }

  setTrunkServer(server: TrunkServer | null): void {
    this.#trunkServer = server
    this.#changed()
  }

  /** The leader's opinion of this storage, where that of `tracker` is another one that matters; else null. */
  correctionFor(tracker: number): number | null {
    if (this.#leader === null || this.#leader === tracker) return null
    const atLeader = this.#statusAt.get(this.#leader)
    const here = this.#statusAt.get(tracker)
    if (atLeader === undefined || here === undefined || atLeader === here) return null
    return isAvailable(atLeader) && isAvailable(here) ? null : atLeader
  }

  /** True once after a list that this storage can only answer by joining again. */
  takeRejoin(): boolean {
    const must = this.#mustRejoin
    this.#mustRejoin = false
    return must
  }

  /** Grows with every wish for a beat ahead of time. */
  get beatRequests(): number {
    return this.#beatRequests
  }

  /** Something outside suggests that the list is out of date. */
  requestBeat(): void {
    this.#beatRequests += 1
    this.#changed()
  }

  /** Runs one after the other what the tracker connections must not do at the same time. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
