import type { Layout } from '@cairn/dfs-core'
import { HEADER_SIZE, ProtocolError } from '@cairn/dfs-core'
import type { BufferedHandler, CommandReply, CommandRequest } from '@cairn/dfs-core/server'
import type { ResolvedName } from '../disk/file-store.ts'
import { type CountedOperation, countOperation } from '../engine/counters.ts'
import { wholeFacts } from '../engine/file-facts.ts'
import type { ConnectionState, FileContext, HandlerContext } from './context.ts'
import { failRequest } from './failure.ts'

export type Request = CommandRequest<ConnectionState>

/** What a handler calls when its work is over; with an error the request is answered with its status. */
export type Finish = (error?: unknown, body?: Buffer) => void

/**
 * A handler of a command whose body fits in memory: decodes it, runs `work`, answers, and counts the operation.
 * What `work` throws is answered like an error it reports.
 */
export function buffered<Q>(
  context: HandlerContext,
  row: { readonly code: number; readonly request: Layout<Q> },
  operation: CountedOperation | null,
  work: (value: Q, finish: Finish, request: Request) => void,
): BufferedHandler<ConnectionState> {
  return {
    kind: 'buffered',
    // FastDFS's buffer takes the header, too, and is never quite full: it could not read longer metadata again.
    bodyMax: context.config.bufferBytes - HEADER_SIZE - 1,
    handle(request, reply) {
      const finish = finisher(context, request.command, operation, reply)
      try {
        work(row.request.decode(request.head), finish, request)
      } catch (error) {
        finish(error)
      }
    },
  }
}

export function finisher(
  context: HandlerContext,
  command: number,
  operation: CountedOperation | null,
  reply: CommandReply,
): Finish {
  return (error, body) => {
    if (operation !== null) countOperation(context.counters, operation, error === undefined)
    if (error === undefined) reply.ok(body)
    else failRequest(context, command, reply, error)
  }
}

export function checkGroup(context: Pick<FileContext, 'store'>, group: string): void {
  if (group !== context.store.group) throw new ProtocolError(`group ${JSON.stringify(group)} is not here`)
}

/** ProtocolError for a file whose name tells its size: its content never changes, whoever says so. */
export function checkMayChange({ logicName }: ResolvedName): void {
  if (wholeFacts(logicName) !== null) throw new ProtocolError(`${logicName} is no appender file`)
}

/** Runs `work` when no other change of this file is under way. */
export function locked(
  context: HandlerContext,
  file: ResolvedName,
  finish: Finish,
  work: (finish: Finish) => void,
): void {
  context.locks.acquire(file.logicName, (release) => {
    const released: Finish = (error, body) => {
      release()
      finish(error, body)
    }
    try {
      work(released)
    } catch (error) {
      released(error)
    }
  })
}
