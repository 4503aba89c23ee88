import { type ConnectionPool, ServerError, Status, trackerCommands } from '@cairn/dfs-core'
import type { Logger } from '../handlers/context.ts'

/** What a tracker answers that knows of the move already, or for which there is nothing to move. */
const SETTLED: readonly number[] = [Status.EALREADY, Status.ENOENT, Status.EEXIST, Status.EBUSY]

interface Move {
  readonly group: string
  readonly oldIp: string
  readonly newIp: string
}

/**
 * Without storage ids the address is the id: a storage that starts at another one says so (78), so that the trackers and
 * its peers go on with its history (internals §1.12). At least one tracker must answer; else it rejects.
 */
export async function announceMove(
  pool: ConnectionPool,
  trackers: readonly string[],
  move: Move,
  logger: Logger,
): Promise<void> {
  const { code, request } = trackerCommands.reportIpChanged
  const answers = await Promise.allSettled(
    trackers.map((tracker) => pool.request(tracker, { command: code, head: request.encode(move) }, true)),
  )
  const failures = answers.flatMap((answer) =>
    answer.status === 'rejected' && !isSettled(answer.reason) ? [answer] : [],
  )
  if (failures.length === answers.length) throw failures[0]?.reason ?? new Error('no tracker is configured')
  for (const { reason } of failures) logger.warn({ err: reason, ...move }, 'a tracker was not told of the new address')
  logger.info({ ...move }, 'this storage has another address than before')
}

function isSettled(error: unknown): boolean {
  return error instanceof ServerError && SETTLED.includes(error.status)
}
