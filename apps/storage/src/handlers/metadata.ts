import { MetadataFlag, mergeMetadata, normalizeMetadata, ProtocolError, Status, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { readIfAnyByPace } from '../disk/by-pace.ts'
import { whileLocked } from '../disk/file-locks.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { METADATA_SUFFIX } from '../disk/metadata-file.ts'
import { StoreError } from '../disk/store-error.ts'
import { factsByPace } from '../trunk/stored-by-pace.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered, checkGroup } from './requests.ts'
import { askSource } from './source-fallback.ts'

/** SET_METADATA, GET_METADATA. */
export function metadataHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { store, config } = context
  const { setMetadata, getMetadata } = storageCommands
  return [
    [
      setMetadata.code,
      buffered(context, setMetadata, 'SetMeta', ({ group, name, flag, metadata }, finish) => {
        if (flag !== MetadataFlag.overwrite && flag !== MetadataFlag.merge) {
          throw new ProtocolError(`metadata flag ${JSON.stringify(flag)}`)
        }
        checkGroup(context, group)
        const file = store.resolve(name)
        const wanted = { flag, metadata, durability: config.uploadDurability }
        whileLocked(context.locks, file.logicName, () => change(store, file, wanted)).then(() => finish(), finish)
      }),
    ],
    [
      getMetadata.code,
      buffered(context, getMetadata, 'GetMeta', ({ group, name }, finish, request) => {
        checkGroup(context, group)
        const file = store.resolve(name)
        const answer = async () => {
          if ((await factsByPace(file)) === null) {
            askSource(context, { request, file, finish }, (source) => source.metadata(file.logicName))
            return
          }
          const metadata = await readMetadata(file)
          if (metadata === null) throw new StoreError(Status.ENOENT, `${file.logicName} has no metadata`)
          finish(undefined, metadata)
        }
        answer().catch(finish)
      }),
    ],
  ]
}

interface MetadataChange {
  readonly flag: string
  readonly metadata: Buffer
  readonly durability: 'none' | 'group' | 'each'
}

async function change(
  store: FileStore,
  file: ResolvedName,
  { flag, metadata, durability }: MetadataChange,
): Promise<void> {
  if ((await factsByPace(file)) === null) throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
  const stored = await readMetadata(file)
  const merged =
    flag === MetadataFlag.merge && stored !== null ? mergeMetadata(stored, metadata) : normalizeMetadata(metadata)
  const isSame = stored === null ? merged.length === 0 : merged.equals(stored)
  if (isSame || (flag === MetadataFlag.merge && merged.length === 0)) return
  await store.replaceMetadata(file, merged.length === 0 ? null : merged, durability)
}

/** The stored bytes, or null when the file has no metadata. */
function readMetadata({ path, storePath }: ResolvedName): Buffer | null | Promise<Buffer | null> {
  return readIfAnyByPace(storePath.lane, path + METADATA_SUFFIX)
}
