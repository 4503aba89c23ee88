import { lstatSync, renameSync } from 'node:fs'
import { decodeFileName, Status } from '@cairn/dfs-core'
import { NAME_START } from '../engine/file-facts.ts'
import { crcOfFile } from './file-crc.ts'
import type { FileStore, ResolvedName } from './file-store.ts'
import { afterwards } from './log-done.ts'
import type { NewName } from './new-name.ts'
import { StoreError } from './store-error.ts'

/** Existence counts before the appender mark, as in FastDFS. A file with a second name must not change under it. */
export function appenderSize(file: ResolvedName): number {
  const stat = lstatSync(file.path, { throwIfNoEntry: false })
  if (stat === undefined) throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
  if (!stat.isFile() || !decodeFileName(file.logicName.slice(NAME_START)).isAppender) {
    throw new StoreError(Status.EINVAL, `${file.logicName} is not an appender file`)
  }
  if (stat.nlink > 1) throw new StoreError(Status.EBUSY, `${file.logicName} has another name`)
  return stat.size
}

/**
 * Gives an appender the name of a normal file: real size and CRC-32, this storage, now; same directory and tail. The
 * record goes before the rename and before any reader of the log wakes: a crash in between leaves the old name and a
 * record of a name that does not exist, which replication skips. The other way round the content would have a name that
 * no record knows. Call it under the file's lock.
 */
export async function regenerateAppender(store: FileStore, file: ResolvedName): Promise<NewName> {
  const before = appenderSize(file)
  const { size, crc32 } = await crcOfFile(file.path)
  if (size !== before) throw new StoreError(Status.EBUSY, `${file.logicName} changed while it was read`)
  const renewed = store.names.renew(file, { size, crc32 })
  await new Promise<void>((resolve, reject) => {
    const rename = () => renameSync(file.path, renewed.path)
    const done = (error?: Error) => (error === undefined ? resolve() : reject(error))
    store.log.append('R', renewed.logicName, afterwards(rename, done), { extra: file.logicName })
  })
  return renewed
}
