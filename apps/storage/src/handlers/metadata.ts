import { MetadataFlag, mergeMetadata, normalizeMetadata, ProtocolError, Status, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import type { LogDone } from '../disk/log-done.ts'
import { StoreError } from '../disk/store-error.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { buffered, checkGroup, locked } from './requests.ts'
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
        locked(context, file, finish, (done) => change(store, file, wanted, done))
      }),
    ],
    [
      getMetadata.code,
      buffered(context, getMetadata, 'GetMeta', ({ group, name }, finish, request) => {
        checkGroup(context, group)
        const file = store.resolve(name)
        if (store.exists(file)) {
          const metadata = store.readMetadata(file)
          if (metadata === null) throw new StoreError(Status.ENOENT, `${file.logicName} has no metadata`)
          finish(undefined, metadata)
          return
        }
        askSource(context, { request, file, finish }, (source) => source.metadata(file.logicName))
      }),
    ],
  ]
}

interface MetadataChange {
  readonly flag: string
  readonly metadata: Buffer
  readonly durability: 'none' | 'group' | 'each'
}

function change(
  store: FileStore,
  file: ResolvedName,
  { flag, metadata, durability }: MetadataChange,
  done: LogDone,
): void {
  if (!store.exists(file)) throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
  const stored = store.readMetadata(file)
  const merged =
    flag === MetadataFlag.merge && stored !== null ? mergeMetadata(stored, metadata) : normalizeMetadata(metadata)
  const isSame = stored === null ? merged.length === 0 : merged.equals(stored)
  if (isSame || (flag === MetadataFlag.merge && merged.length === 0)) done()
  else store.replaceMetadata(file, merged.length === 0 ? null : merged, durability, done)
}
