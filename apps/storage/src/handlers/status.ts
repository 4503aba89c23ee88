import { CairnCommand, ProtocolError, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered } from './requests.ts'

/** What peers must be told, since they may be of a version without it. */
const LATER_COMMANDS = [CairnCommand.SYNC_CREATE_FILES]

/** Unix seconds, as trackers are told them. */
const TIME_MAX = 0xff_ff_ff_ff

/** Cairn's own commands: STATUS (206) and, from a peer that has said who it is, WATERMARK (205). */
export function cairnHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { status, watermark } = storageCommands
  return [
    [
      status.code,
      buffered(context, status, null, (_value, finish) =>
        finish(undefined, status.response.encode({ ...context.status(), commands: LATER_COMMANDS })),
      ),
    ],
    [
      watermark.code,
      buffered(context, watermark, null, ({ timestamp }, finish, request) => {
        if (timestamp < 0 || timestamp > TIME_MAX) throw new ProtocolError(`a time of ${timestamp}`)
        const { peerId } = request.state
        if (peerId !== null) context.received.raise(peerId, timestamp)
        finish()
      }),
    ],
  ]
}
