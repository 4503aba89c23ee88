import { dirname } from 'node:path'
import { ProtocolError, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { makeFolderByPace, removeByPace } from '../disk/by-pace.ts'
import { whileLocked } from '../disk/file-locks.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { takeContent } from '../disk/second-name.ts'
import { factsOf } from '../engine/file-facts.ts'
import { isNamePart } from '../engine/logic-name.ts'
import { contentFacts } from '../trunk/stored-by-pace.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered, checkGroup } from './requests.ts'
import { missing } from './source-fallback.ts'
import { newNameBody, newSlave } from './upload.ts'

/**
 * CREATE_LINK: one more name for a content that is here. FastDFS makes a symbolic link, which leads to nothing when its
 * source is deleted, and which its own receivers cannot replicate. Here it is a file like any other, with a C record; on the
 * disk both names share their bytes where they can.
 */
export function createLinkHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const row = storageCommands.createLink
  return [
    [
      row.code,
      buffered(context, row, 'CreateLink', (value, finish) => {
        checkGroup(context, value.group)
        // It is for FastDFS's own table of contents, which Cairn has not (decision 040); C refuses an empty one, too.
        if (value.signature.length === 0) throw new ProtocolError('a link needs a signature')
        const source = context.store.resolve(value.sourceName)
        whileLocked(context.locks, source.logicName, () => createLink(context, source, value)).then((logicName) => {
          context.counters.lastSourceUpdate = Math.floor(Date.now() / 1000)
          finish(undefined, newNameBody(context.store.group, logicName))
        }, finish)
      }),
    ],
  ]
}

interface LinkName {
  /** Both empty: the name is drawn. */
  readonly masterName: string
  readonly prefix: string
  readonly extension: string
}

/** Returns the new logic name. */
async function createLink(context: HandlerContext, source: ResolvedName, name: LinkName): Promise<string> {
  const { store } = context
  const { masterName, prefix, extension: ext } = name
  if (!isNamePart(ext)) throw new ProtocolError(`not an extension: ${JSON.stringify(ext)}`)
  const facts = await contentFacts(store, source)
  if (facts === null) throw missing(source)
  if (facts.kind !== 'file') throw new ProtocolError(`${source.logicName} is no file`)
  checkConstant(source)
  const slave = masterName === '' && prefix === '' ? null : await newSlave(store, name, facts.size)
  if (slave !== null) checkConstant(slave)
  const storePath = slave?.storePath ?? store.storePathFor(source.storePath.index, facts.size)

  const temporary = store.temporaryPath(storePath)
  try {
    const { size, crc32 } = await takeContent(store, source, { path: temporary, lane: storePath.lane })
    const at = slave ?? (await store.drawName({ storePath, size, crc32, ext }))
    await publish(context, at, temporary)
    return at.logicName
  } catch (error) {
    await removeByPace(storePath.lane, temporary)
    throw error
  }
}

async function publish({ store, config }: HandlerContext, at: ResolvedName, temporary: string): Promise<void> {
  try {
    await makeFolderByPace(at.storePath.lane, dirname(at.path))
    await store.publishAt(at, temporary, config.uploadDurability)
  } catch (error) {
    store.log.release(at.logicName)
    throw error
  }
}

/** The bytes of an appender change in place, those of two names must not: C's link would change with its source. */
function checkConstant({ logicName }: ResolvedName): void {
  if (factsOf(logicName)?.isAppender === true) throw new ProtocolError(`${logicName} is that of an appender file`)
}
