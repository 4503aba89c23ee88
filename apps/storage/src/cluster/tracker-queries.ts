import { type Command, ConnectionError, ConnectionPool, type SyncSource, trackerCommands } from '@cairn/dfs-core'
import type { TrackerAddress } from '../cluster-address.ts'
import type { StorageConfig } from '../config.ts'
import type { Member } from '../engine/members.ts'
import type { Logger } from '../handlers/context.ts'
import type { ClusterState } from './cluster-state.ts'
import { checkedSource } from './history.ts'
import { dialled, timeoutsOf } from './identity.ts'

/** Questions and reports outside the joined connections. */
export interface TrackerQueries {
  /** Who sends this member the group's history, and up to when; null when nobody does. */
  historySource(group: string, memberId: string): Promise<SyncSource | null>
  /** Tells every tracker what another member has become. */
  reportStatus(group: string, member: Member, status: number): Promise<void>
  close(): void
}

export function createTrackerQueries(config: StorageConfig, state: ClusterState, logger: Logger): TrackerQueries {
  const pool = new ConnectionPool({ ...timeoutsOf(config), idleMax: 1, idleTimeoutMs: 5000 })
  const { trackers } = config

  /** Of a tracker with two addresses the second one counts when the first cannot be reached. */
  const send = async <Q, R>(tracker: TrackerAddress, row: Command<Q, R>, value: Q): Promise<R> => {
    const request = { command: row.code, head: row.request.encode(value) }
    try {
      return row.response.decode(await pool.request(dialled(tracker), request, true))
    } catch (error) {
      if (tracker.hosts.length < 2 || !(error instanceof ConnectionError)) throw error
      return row.response.decode(await pool.request(dialled(tracker, 1), request, true))
    }
  }
  return {
    async historySource(group, memberId) {
      const leader = trackers[state.leader ?? 0]
      const inOrder = [...(leader ? [leader] : []), ...trackers.filter((tracker) => tracker !== leader)]
      let failure: unknown
      for (const tracker of inOrder) {
        try {
          return checkedSource(await send(tracker, trackerCommands.syncSourceRequest, { group, id: memberId }))
        } catch (error) {
          failure ??= error
        }
      }
      throw failure
    },
    async reportStatus(group, member, status) {
      const server = { status, port: member.port, id: member.id, ip: member.ip }
      const reports = trackers.map((tracker) => send(tracker, trackerCommands.reportStatus, { group, server }))
      const results = await Promise.allSettled(reports)
      const failed = results.find((result) => result.status === 'rejected')
      if (failed === undefined) return
      if (results.every((result) => result.status === 'rejected')) throw failed.reason
      logger.warn({ err: failed.reason, member: member.id, status }, 'a tracker was not told what a member has become')
    },
    close: () => pool.close(),
  }
}
