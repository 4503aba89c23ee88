import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { removeIfAny } from '../disk/atomic-file.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Logger } from '../handlers/context.ts'
import type { WorkSharing } from './work-sharing.ts'

interface Survivors {
  readonly store: FileStore
  readonly sharing: Pick<WorkSharing, 'shared'>
  readonly logger: Logger
}

/** What a thread that ended was in the midst of, and nobody was told of: records, files without one, and temporary files. */
export function takeBack({ store, sharing, logger }: Survivors, thread: number, temporaryPrefix: string): void {
  store.log.othersHaveWritten()
  for (const { slot, name } of sharing.shared.heldBy(thread)) {
    if (name !== '' && removeIfAny(store.resolve(name).path))
      logger.warn({ name }, 'removed a file that a thread left without a record')
    sharing.shared.free(thread, slot)
  }
  for (const { temporaryDir } of store.storePaths) {
    for (const name of readdirSync(temporaryDir)) {
      if (name.startsWith(temporaryPrefix)) removeIfAny(join(temporaryDir, name))
    }
  }
}
