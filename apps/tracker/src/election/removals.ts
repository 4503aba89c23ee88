import { ServerError, Status, StorageStatus, trackerCommands } from '@cairn/dfs-core'
import { findGroup, findServer } from '../cluster/cluster.ts'
import { type Deletion, deletionsIn, isBackSince } from '../cluster/removal.ts'
import type { TrackerAddress } from '../cluster/tracker-list.ts'
import type { TrackerContext } from '../handlers/context.ts'
import type { Peers } from './peers.ts'
import type { TrackerPeer } from './tracker-peer.ts'

export interface Removal {
  readonly group: string
  readonly id: string
}

/** What a tracker answers that has done it already, or never knew the storage server. */
const DONE: readonly number[] = [Status.ENOENT, Status.EALREADY]

/**
 * FastDFS's tools delete at one tracker after the other, and take EALREADY from the last one for a failure: they are
 * given this many ticks before the trackers tell each other.
 */
const TICKS_BEFORE_SPREAD = 5

/** Deletions reach all trackers: FastDFS leaves that to whoever deletes, and a tracker that is down never hears of it. */
export class Removals {
  readonly #context: TrackerContext
  readonly #peers: Peers
  readonly #waiting: { readonly removal: Removal; ticksLeft: number }[] = []

  constructor(context: TrackerContext, peers: Peers) {
    this.#context = context
    this.#peers = peers
  }

  /** To all others, some seconds after a deletion here. */
  spread(removal: Removal): void {
    this.#waiting.push({ removal, ticksLeft: TICKS_BEFORE_SPREAD })
  }

  /** Meant to be called every second. */
  tick(): void {
    for (const entry of this.#waiting) entry.ticksLeft--
    while (this.#waiting[0] !== undefined && this.#waiting[0].ticksLeft <= 0) {
      const { removal } = this.#waiting[0]
      this.#waiting.shift()
      if (this.#stillHolds(removal)) for (const peer of this.#peers.others()) this.#send(peer, [removal])
    }
  }

  /** A storage server that has joined again meanwhile is a new member: deleting that one was nobody's wish. */
  #stillHolds({ group: name, id }: Removal): boolean {
    const group = findGroup(this.#context.cluster, name)
    const server = group && findServer(group, id)
    return server === undefined || server.status === StorageStatus.DELETED
  }

  /** To a tracker that has just come back: everything that is deleted here and has not joined again. */
  repeat(address: TrackerAddress): void {
    const removals = this.#context.cluster.groups.flatMap((group) => {
      const deleted = group.servers.filter(({ status }) => status === StorageStatus.DELETED).map(({ id }) => id)
      return [...new Set([...deleted, ...group.removedIds])].map((id) => ({ group: group.name, id }))
    })
    if (removals.length > 0) this.#send(this.#peers.at(address), removals)
  }

  /**
   * To all others, once after a start, what may not have reached them: this tracker may have ended in the seconds between
   * its answer and telling them. Its change log is as old as its end, so they are asked first what became of the member.
   */
  repeatOld(others: readonly TrackerAddress[]): void {
    const deletions = deletionsIn(this.#context.cluster)
    for (const address of deletions.length === 0 ? [] : others) this.#repeatWhereThere(address, deletions)
  }

  #repeatWhereThere(address: TrackerAddress, deletions: readonly Deletion[]): void {
    const peer = this.#peers.open(address)
    const run = async () => {
      for (const deletion of deletions) {
        if (await isStillThere(peer, deletion)) await this.#ask(peer, deletion)
      }
    }
    run()
      .catch((error) => this.#context.logger.warn({ err: error, tracker: address }, NOT_REACHED))
      .finally(() => peer.close())
  }

  #send(peer: TrackerPeer, removals: readonly Removal[]): void {
    const run = async () => {
      for (const removal of removals) await this.#ask(peer, removal)
    }
    // A tracker that is down hears of it when it joins its leader again.
    run().catch((error) => this.#context.logger.warn({ err: error, tracker: peer.address }, NOT_REACHED))
  }

  async #ask(peer: TrackerPeer, { group, id }: Removal): Promise<void> {
    try {
      await peer.ask(trackerCommands.deleteStorage, { group, id })
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      if (DONE.includes(error.status)) return
      this.#context.logger.warn({ group, id, tracker: peer.address, status: error.status }, REFUSED)
    }
  }
}

/** False where it is deleted already, unknown, or back. */
async function isStillThere(peer: TrackerPeer, deletion: Deletion): Promise<boolean> {
  try {
    const { storages } = await peer.ask(trackerCommands.listStorages, { group: deletion.group, id: deletion.id })
    return storages.some(({ stat, upTime }) => upTime <= deletion.time && !isBackSince(stat, deletion))
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return false
    throw error
  }
}

const REFUSED = 'another tracker refused to delete a storage server'
const NOT_REACHED = 'a deletion did not reach a tracker'
