import { storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered } from './requests.ts'

/** Cairn's own commands: STATUS (206) and, from a peer that has said who it is, WATERMARK (205). */
export function cairnHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { status, watermark } = storageCommands
  return [
    [
      status.code,
      buffered(context, status, null, (_value, finish) => finish(undefined, status.response.encode(context.status()))),
    ],
    [
      watermark.code,
      buffered(context, watermark, null, ({ timestamp }, finish, request) => {
        const { peerId } = request.state
        if (peerId !== null) context.received.raise(peerId, timestamp)
        finish()
      }),
    ],
  ]
}
