import { type Command, ServerError, Status, trackerCommands } from '@cairn/dfs-core'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { StorageStatus } from '../engine/members.ts'
import type { ClusterState } from './cluster-state.ts'

/** A joined tracker connection. */
interface Asker {
  send<Q, R>(row: Command<Q, R>, value: Q): Promise<R>
}

/** What this storage knows of its own history, and its status at the tracker that is asked. */
interface Newcomer {
  readonly initFlag: InitFlagFile
  readonly status: number
}

/**
 * Once in the life of a data folder the storage asks who sends it the group's history; the answer is kept. Only one of
 * the tracker connections asks, whichever comes first.
 */
export async function negotiateHistory(tracker: Asker, me: Newcomer, state: ClusterState): Promise<void> {
  await state.exclusively(async () => {
    if (me.initFlag.flag.syncOldDone) {
      await notifyHistory(tracker, me)
      return
    }
    const source = await tracker.send(trackerCommands.syncDestRequest, {})
    me.initFlag.save({ syncOldDone: true, syncSource: source?.sourceId ?? '', syncUntil: source?.until ?? 0 })
  })
}

/**
 * Tells a tracker who sends the history. A source that it does not know any more (ENOENT) is given up; if it had not
 * sent everything, the next connection asks for another one.
 */
export async function notifyHistory(tracker: Asker, { initFlag, status }: Newcomer): Promise<void> {
  const { syncSource, syncUntil } = initFlag.flag
  try {
    await tracker.send(trackerCommands.syncNotify, { sourceId: syncSource, until: syncUntil })
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT && syncSource !== '') {
      initFlag.save({ syncSource: '', syncUntil: 0, syncOldDone: status >= StorageStatus.OFFLINE })
    }
    throw error
  }
}
