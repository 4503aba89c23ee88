import { storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { regenerateAppender } from '../disk/appender.ts'
import { settleChange } from '../disk/settle-change.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered, locked } from './requests.ts'
import { newNameBody } from './upload.ts'

/** REGENERATE_APPENDER_FILENAME: an appender becomes a normal file, whose name tells its size and CRC-32. */
export function regenerateHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const row = storageCommands.regenerateAppenderFilename
  const { store, config } = context
  return [
    [
      row.code,
      buffered(context, row, null, ({ name }, finish) => {
        const file = store.resolve(name)
        locked(context, file, finish, (done) => {
          regenerateAppender(store, file).then(
            ({ logicName, path, folder }) =>
              settleChange(store, config.uploadDurability, { lane: file.storePath.lane, file: path, folder }, (error) =>
                done(error, newNameBody(store.group, logicName)),
              ),
            done,
          )
        })
      }),
    ],
  ]
}
