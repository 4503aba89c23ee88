import { FileInfoFlag, ProtocolError, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { crcOfFile } from '../disk/file-crc.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { factsOf, normalFacts } from '../engine/file-facts.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { contentFacts, crcOfContent } from '../trunk/stored-content.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered, checkGroup } from './requests.ts'
import { askSource } from './source-fallback.ts'

/** M00/00/00/ and the 27 characters: FastDFS cannot read a source out of less. */
const NAME_LENGTH_MIN = 37

/** QUERY_FILE_INFO: size and time from the disk, source and CRC-32 from the name, but for links, whose names tell any CRC-32. */
export function fileInfoHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const row = storageCommands.queryFileInfo
  return [
    [
      row.code,
      buffered(context, row, null, ({ group, name }, finish, request) => {
        checkGroup(context, group)
        const file = context.store.resolve(name)
        const stat = contentFacts(context.store, file)
        if (stat === null) {
          askSource(context, { request, file, finish }, (source) => source.fileInfo(file.logicName, request.status))
          return
        }
        if (name.length < NAME_LENGTH_MIN) throw new ProtocolError(`${name} is too short to tell its source`)
        const answer = (crc32: number) => {
          const info = {
            size: stat.size,
            mtime: Math.floor(stat.mtimeMs / 1000),
            crc32: crc32 | 0,
            sourceIp: sourceIp(context, file),
          }
          finish(undefined, row.response.forWidth(context.addressWidth).encode(info))
        }
        const named = slotOfName(file.logicName) ?? normalFacts(file.logicName)
        if (named !== null && !stat.isLink) answer(named.crc32)
        else if ((request.status & FileInfoFlag.noCrc32) !== 0 || stat.kind !== 'file') answer(named?.crc32 ?? 0)
        else if (stat.isLink) crcOfContent(context.store, file).then(answer, finish)
        else crcOfFile(file.path).then(({ crc32 }) => answer(crc32), finish)
      }),
    ],
  ]
}

function sourceIp(context: HandlerContext, file: ResolvedName): string {
  const facts = factsOf(file.logicName)
  return facts === null ? '' : context.addressOf(facts.source)
}
