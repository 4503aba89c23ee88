import { FileInfoFlag, ProtocolError, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import type { ResolvedName } from '../disk/file-store.ts'
import { factsOf, normalFacts } from '../engine/file-facts.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { contentFacts, crcOfContent } from '../trunk/stored-by-pace.ts'
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
        const answered = async () => {
          const info = await infoOf(context, file, { mayOmitCrc32: (request.status & FileInfoFlag.noCrc32) !== 0 })
          if (info === null) {
            askSource(context, { request, file, finish }, (source) => source.fileInfo(file.logicName, request.status))
            return
          }
          if (name.length < NAME_LENGTH_MIN) throw new ProtocolError(`${name} is too short to tell its source`)
          finish(undefined, row.response.forWidth(context.addressWidth).encode(info))
        }
        answered().catch(finish)
      }),
    ],
  ]
}

async function infoOf(context: HandlerContext, file: ResolvedName, { mayOmitCrc32 }: { mayOmitCrc32: boolean }) {
  const stat = await contentFacts(context.store, file)
  if (stat === null) return null
  const named = slotOfName(file.logicName) ?? normalFacts(file.logicName)
  const crc32 = async () => {
    if (named !== null && !stat.isLink) return named.crc32
    if (mayOmitCrc32 || stat.kind !== 'file') return named?.crc32 ?? 0
    return await crcOfContent(context.store, file)
  }
  return {
    size: stat.size,
    mtime: Math.floor(stat.mtimeMs / 1000),
    crc32: (await crc32()) | 0,
    sourceIp: sourceIp(context, file),
  }
}

function sourceIp(context: HandlerContext, file: ResolvedName): string {
  const facts = factsOf(file.logicName)
  return facts === null ? '' : context.addressOf(facts.source)
}
