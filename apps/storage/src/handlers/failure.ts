import { ProtocolError, ServerError, Status, statusOfSystemError } from '@cairn/dfs-core'
import type { CommandReply } from '@cairn/dfs-core/server'
import { StoreError } from '../disk/store-error.ts'
import type { FileContext } from './context.ts'

/** The FastDFS status for what went wrong; the cause counts where a layer only added its words. */
export function statusOf(error: unknown): number {
  if (error instanceof StoreError || error instanceof ProtocolError || error instanceof ServerError) return error.status
  if (error instanceof Error && error.cause !== undefined && !('code' in error)) return statusOf(error.cause)
  return statusOfSystemError(error)
}

/** Statuses that are everyday answers; the others are worth a line in the log. */
const EVERYDAY: ReadonlySet<number> = new Set([
  Status.ENOENT,
  Status.EINVAL,
  Status.EEXIST,
  Status.EISDIR,
  Status.ENOSPC,
  Status.ESTALE,
])

/** The status of `error`; what is not an everyday answer is logged. */
export function noteFailure({ logger }: Pick<FileContext, 'logger'>, command: number, error: unknown): number {
  const status = statusOf(error)
  if (EVERYDAY.has(status)) logger.debug({ command, status, err: error }, 'request refused')
  else logger.error({ command, status, err: error }, 'request failed')
  return status
}

/** Answers with the status of `error`. */
export function failRequest(
  context: Pick<FileContext, 'logger'>,
  command: number,
  reply: CommandReply,
  error: unknown,
): void {
  reply.fail(noteFailure(context, command, error))
}
