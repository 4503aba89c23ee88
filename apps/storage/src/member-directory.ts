import { type FileSource, formatAddress } from '@cairn/dfs-core'
import type { ClusterState } from './cluster/cluster-state.ts'
import type { Identity } from './cluster/identity.ts'
import { factsOf, idOf } from './engine/file-facts.ts'
import { isRemoved, type Member, StorageStatus } from './engine/members.ts'

/** Finds members by what file names say. */
export class MemberDirectory {
  readonly #identity: Identity
  readonly #state: ClusterState
  readonly #helperFor: (storePathIndex: number) => Member | null

  /** `helperFor`: the member that has the files of a store path whose disk was lost here. */
  constructor(identity: Identity, state: ClusterState, helperFor: (storePathIndex: number) => Member | null) {
    this.#identity = identity
    this.#state = state
    this.#helperFor = helperFor
  }

  /** The first address of a storage; empty when it is unknown. */
  addressOf(source: FileSource): string {
    if (source.kind === 'ip') return source.ip
    const id = idOf(source)
    const entry = this.#identity.storageIds.find((line) => line.id === id)
    return entry?.ips[0] ?? this.#state.members.get(id)?.ip ?? ''
  }

  /**
   * The other member to ask for a file that is not here: the one that it was first written to, or that a lost disk is
   * restored from. Null when it is this one or unknown.
   */
  sourceOf(logicName: string): Member | null {
    const helper = this.#helperFor(Number.parseInt(logicName.slice(1, 3), 16))
    if (helper !== null) return helper
    const source = factsOf(logicName)?.source
    if (source === undefined || idOf(source) === idOf(this.#identity.source)) return null
    const member = source.kind === 'id' ? this.#state.members.get(idOf(source)) : this.#byAddress(source.ip)
    return member === undefined || isRemoved(member.status) ? null : member
  }

  /** As `sourceOf`, if trackers believe it to be up. */
  livingSourceOf(logicName: string): Member | null {
    const member = this.sourceOf(logicName)
    const isUp = member?.status === StorageStatus.ACTIVE || member?.status === StorageStatus.ONLINE
    return isUp ? member : null
  }

  /** `ip:port` of `sourceOf`. */
  sourceAddress(logicName: string): string | null {
    const member = this.sourceOf(logicName)
    return member === null ? null : formatAddress(member.ip, member.port)
  }

  #byAddress(ip: string): Member | undefined {
    return [...this.#state.members.values()].find((member) => member.ip === ip)
  }
}
