import { type Command, ProtocolError, ServerError, Status, type SyncSource, trackerCommands } from '@cairn/dfs-core'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { isMemberId, StorageStatus } from '../engine/members.ts'
import type { ClusterState } from './cluster-state.ts'

/** Unix seconds, as records have them. */
const TIME_MAX = 0xff_ff_ff_ff

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
    const source = checkedSource(await tracker.send(trackerCommands.syncDestRequest, {}))
    me.initFlag.save({ syncOldDone: true, syncSource: source?.sourceId ?? '', syncUntil: source?.until ?? 0 })
  })
}

/** ProtocolError for a source that is none: what a tracker says here is kept in files. */
export function checkedSource(source: SyncSource | null): SyncSource | null {
  if (source === null || source.sourceId === '') return null
  const { sourceId, until } = source
  if (isMemberId(sourceId) && until >= 0 && until <= TIME_MAX) return source
  throw new ProtocolError(`the tracker names ${JSON.stringify(sourceId)} until ${until} as the source of the history`)
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
