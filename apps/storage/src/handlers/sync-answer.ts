import { Status } from '@cairn/dfs-core'
import type { CommandReply } from '@cairn/dfs-core/server'
import { isErrno } from '../disk/atomic-file.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { causeOf, DISK_ERRORS } from '../disk/path-health.ts'
import { StoreError } from '../disk/store-error.ts'
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
  return (error, done) => {
    const isHere = countChange(context, error, done?.bytes)
    if (isHere && done !== undefined && request.state.peerId !== null) {
      context.received.raise(request.state.peerId, done.timestamp)
    }
    if (error === undefined) reply.ok()
    else failRequest(context, request.command, reply, toldToSender(error))
  }
}

/**
 * A disk that failed is told as one that cannot be written: the sender waits for it, and does not believe that something
 * is wrong with the file, as it does after EIO.
 */
export function toldToSender(error: unknown): unknown {
  const cause = causeOf(error)
  if (!isErrno(cause, ...DISK_ERRORS)) return error
  return new StoreError(Status.EROFS, 'the disk failed', { cause: error })
}

/** Counts a change from a peer; `bytes` is given as `done` is. True when it is here now, or was before. */
export function countChange({ counters }: HandlerContext, error: unknown, bytes: number | undefined): boolean {
  const status = error === undefined ? Status.OK : statusOf(error)
  countBytes(counters, 'SyncIn', bytes ?? 0, status === Status.OK ? (bytes ?? 0) : 0)
  const isHere = bytes !== undefined && (status === Status.OK || status === Status.EEXIST)
  if (isHere) counters.lastSyncUpdate = Math.floor(Date.now() / 1000)
  return isHere
}
