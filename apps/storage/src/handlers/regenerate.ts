import { storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { regenerateAppender } from '../disk/appender.ts'
import { whileLocked } from '../disk/file-locks.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered } from './requests.ts'
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
        const regenerate = async () => {
          const { logicName, path, folder } = await regenerateAppender(store, file)
          await store.settle(config.uploadDurability, { lane: file.storePath.lane, file: path, folder })
          return newNameBody(store.group, logicName)
        }
        whileLocked(context.locks, file.logicName, regenerate).then((body) => finish(undefined, body), finish)
      }),
    ],
  ]
}
