import { ConnectionError, ServerError, Status } from '../errors.ts'
import type { Command } from '../protocol/command.ts'
import { StorageStatus } from '../protocol/storage-status.ts'
import { trackerCommands } from '../protocol/tracker-commands.ts'
import { parseAddress } from './address.ts'
import type { ConnectionPool } from './pool.ts'

/** Storage states in which a member is alive: it must not be deleted (client protocol §3.6, §7). */
const LIVE: readonly number[] = [StorageStatus.ONLINE, StorageStatus.ACTIVE]
/** A tracker that has forgotten the member, or has deleted it already. */
const TOLERATED: readonly number[] = [Status.OK, Status.ENOENT, Status.EALREADY]

/** What an operator changes in a cluster. Every tracker keeps a view of its own, so most is said to each of them. */
export class ClusterAdmin {
  readonly #trackers: readonly string[]
  readonly #pool: ConnectionPool

  /** `trackers`: every tracker of the cluster, `host:port`. */
  constructor(trackers: readonly string[], pool: ConnectionPool) {
    for (const tracker of trackers) parseAddress(tracker)
    this.#trackers = trackers
    this.#pool = pool
  }

  /**
   * Deletes a member that is gone for good (93), at every tracker. Nothing is changed unless all trackers answer and none
   * has it online: ServerError EBUSY; ENOENT when nobody knows it; EALREADY when it is deleted.
   */
  async deleteStorage(group: string, id: string): Promise<void> {
    const known = await this.#atEach(async (tracker) => {
      const { storages } = await this.#ask(tracker, trackerCommands.listStorages, { group, id })
      return storages.some(({ status }) => LIVE.includes(status)) ? Status.EBUSY : Status.OK
    })
    const refuse = (status: number) => new ServerError(status, trackerCommands.deleteStorage.code, 'the trackers')
    if (known.includes(Status.EBUSY)) throw refuse(Status.EBUSY)
    if (!known.includes(Status.OK)) throw refuse(known[0] ?? Status.ENOENT)
    const done = await this.#atEach(async (tracker) => {
      await this.#ask(tracker, trackerCommands.deleteStorage, { group, id })
      return Status.OK
    })
    const failed = done.find((status) => !TOLERATED.includes(status))
    if (failed !== undefined) throw refuse(failed)
    if (!done.includes(Status.OK)) throw refuse(done.includes(Status.EALREADY) ? Status.EALREADY : Status.ENOENT)
  }

  /** Deletes a group without members (108), at every tracker in turn; the first that refuses ends it. */
  async deleteGroup(group: string): Promise<void> {
    for (const tracker of this.#trackers) await this.#ask(tracker, trackerCommands.deleteGroup, { group })
  }

  /**
   * Makes a member the trunk server of its group (94), or has one elected when `id` is empty; resolves with its id. The
   * leader does it: the trackers are asked in turn until one does not say that it is not the leader.
   */
  async setTrunkServer(group: string, id = ''): Promise<string> {
    let last: Error = new ConnectionError('no tracker is given')
    for (const tracker of this.#trackers) {
      try {
        return (await this.#ask(tracker, trackerCommands.setTrunkServer, { group, id })).id
      } catch (error) {
        if (error instanceof ServerError && error.status === Status.EALREADY) return id
        if (!isForAnother(error)) throw error
        last = error
      }
    }
    throw last
  }

  async #ask<Q, R>(tracker: string, row: Command<Q, R>, value: Q): Promise<R> {
    return row.response.decode(
      await this.#pool.request(tracker, { command: row.code, head: row.request.encode(value) }),
    )
  }

  /** The status that each tracker gives, in their order. Rejects when one cannot be asked: then nothing is decided. */
  async #atEach(ask: (tracker: string) => Promise<number>): Promise<number[]> {
    const answers: number[] = []
    for (const tracker of this.#trackers) {
      answers.push(
        await ask(tracker).catch((error: unknown) => {
          if (error instanceof ServerError) return error.status
          throw error
        }),
      )
    }
    return answers
  }
}

function isForAnother(error: unknown): error is Error {
  if (error instanceof ServerError) return error.status === Status.EOPNOTSUPP
  return error instanceof ConnectionError
}
