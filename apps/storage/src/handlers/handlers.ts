import type { CommandHandler } from '@cairn/dfs-core/server'
import { trunkHandlers } from '../trunk/trunk-handlers.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { createLinkHandlers } from './create-link.ts'
import { downloadHandlers } from './download.ts'
import { fileInfoHandlers } from './file-info.ts'
import { metadataHandlers } from './metadata.ts'
import { modifyHandlers } from './modify.ts'
import { pathBinlogHandlers } from './path-binlog.ts'
import { regenerateHandlers } from './regenerate.ts'
import { removeHandlers } from './remove.ts'
import { cairnHandlers } from './status.ts'
import { syncFileHandlers } from './sync-files.ts'
import { syncManyHandlers } from './sync-many.ts'
import { syncNameHandlers } from './sync-names.ts'
import { syncRangeHandlers } from './sync-ranges.ts'
import { uploadHandlers } from './upload.ts'

/** Every command that this storage takes, by its code. */
export function storageHandlers(context: HandlerContext): Map<number, CommandHandler<ConnectionState>> {
  return new Map([
    ...uploadHandlers(context),
    ...downloadHandlers(context),
    ...fileInfoHandlers(context),
    ...metadataHandlers(context),
    ...modifyHandlers(context),
    ...regenerateHandlers(context),
    ...createLinkHandlers(context),
    ...pathBinlogHandlers(context),
    ...removeHandlers(context),
    ...syncFileHandlers(context),
    ...syncManyHandlers(context),
    ...syncRangeHandlers(context),
    ...syncNameHandlers(context),
    ...trunkHandlers(context),
    ...cairnHandlers(context),
  ])
}
