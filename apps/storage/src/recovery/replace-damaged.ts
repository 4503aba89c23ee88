import { link, lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isErrno, makeFolderLater } from '../disk/atomic-file.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import type { IncomingFile } from '../disk/incoming-file.ts'
import { placeFromFile } from '../disk/replica.ts'

/**
 * A good copy takes the name; the damaged one is kept beside, for whoever wants to know what happened to it. Call it under
 * the lock of the file: what was deleted meanwhile must stay away.
 */
export async function replaceDamaged(file: ResolvedName, good: IncomingFile): Promise<void> {
  await keepDamaged(file)
  const { mtimeMs } = await file.storePath.lane.run(() => lstat(file.path))
  await placeFromFile(file, good, Math.floor(mtimeMs / 1000))
}

/** ENOENT when it is not here any more. */
async function keepDamaged({ path, storePath: { dataDir, lane } }: ResolvedName): Promise<void> {
  const folder = join(dataDir, '.cairn-damaged')
  await lane.run(() => makeFolderLater(folder))
  try {
    await lane.run(() => link(path, join(folder, basename(path))))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}
