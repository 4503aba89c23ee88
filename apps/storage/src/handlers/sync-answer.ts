import { Status } from '@cairn/dfs-core'
import type { CommandReply } from '@cairn/dfs-core/server'
import type { ResolvedName } from '../disk/file-store.ts'
import { countBytes } from '../engine/counters.ts'
import type { HandlerContext } from './context.ts'
import { failRequest, statusOf } from './failure.ts'
import type { Request } from './requests.ts'

/** One change from a peer. */
export interface Incoming {
  readonly file: ResolvedName
  /** The source's time of the change. */
  readonly timestamp: number
  /** Bytes of content. */
  readonly bytes: number
  readonly answer: SyncAnswer
}

/** Answers a packet of replication; `done` is given when the change is here now, or was before. */
export type SyncAnswer = (error?: unknown, done?: { readonly timestamp: number; readonly bytes: number }) => void

/** "Already there" is success for the sender; both tell the tracker how far its changes have come. */
export function syncAnswer(context: HandlerContext, request: Request, reply: CommandReply): SyncAnswer {
  const { counters, received } = context
  return (error, done) => {
    const status = error === undefined ? Status.OK : statusOf(error)
    const bytes = done?.bytes ?? 0
    countBytes(counters, 'SyncIn', bytes, status === Status.OK ? bytes : 0)
    if (done !== undefined && (status === Status.OK || status === Status.EEXIST)) {
      if (request.state.peerId !== null) received.raise(request.state.peerId, done.timestamp)
      counters.lastSyncUpdate = Math.floor(Date.now() / 1000)
    }
    if (error === undefined) reply.ok()
    else failRequest(context, request.command, reply, error)
  }
}
