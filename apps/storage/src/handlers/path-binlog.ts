import { closeSync } from 'node:fs'
import { ProtocolError, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { writePathCatalogue } from '../disk/path-catalogue.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { failRequest } from './failure.ts'
import { checkGroup } from './requests.ts'

const REQUEST_BYTES = 17

/** FETCH_ONE_PATH_BINLOG: what a member that lost a disk has to fetch. The connection ends with the answer. */
export function pathBinlogHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const row = storageCommands.fetchOnePathBinlog
  const { store } = context
  return [
    [
      row.code,
      {
        kind: 'buffered',
        bodyMax: REQUEST_BYTES,
        handle(request, reply) {
          const refuse = (error: unknown) => failRequest(context, row.code, reply, error)
          try {
            const { group, storePathIndex } = row.request.decode(request.head)
            checkGroup(context, group)
            const storePath = store.storePaths[storePathIndex]
            if (storePath === undefined) throw new ProtocolError(`there is no store path ${storePathIndex}`)
            writePathCatalogue(store, storePath).then(({ fd, length }) => {
              reply.sendFileToEnd(fd, length, () => closeSync(fd))
            }, refuse)
          } catch (error) {
            refuse(error)
          }
        },
      },
    ],
  ]
}
