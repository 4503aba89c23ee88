import { decodeFileName, Status } from '@cairn/dfs-core'
import { NAME_START } from '../engine/file-facts.ts'
import { lstatByPace, renameByPace } from './by-pace.ts'
import { crcOfFile } from './file-crc.ts'
import type { FileStore, ResolvedName } from './file-store.ts'
import type { NewName } from './new-name.ts'
import { StoreError } from './store-error.ts'

/** Existence counts before the appender mark, as in FastDFS. A file with a second name must not change under it. */
export async function appenderSize(file: ResolvedName): Promise<number> {
  const stat = await lstatByPace(file.storePath.lane, file.path)
  if (stat === null) throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
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
  const { lane } = file.storePath
  const before = await appenderSize(file)
  const { size, crc32 } = await crcOfFile(file.path, lane)
  if (size !== before) throw new StoreError(Status.EBUSY, `${file.logicName} changed while it was read`)
  const renewed = await store.names.renew(file, { size, crc32 })
  const record = { op: 'R', name: renewed.logicName, extra: file.logicName } as const
  await store.logThen(record, () => renameByPace(lane, file.path, renewed.path))
  return renewed
}
