import { linkSync, lstatSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isErrno, makeFolder } from '../disk/atomic-file.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import type { IncomingFile } from '../disk/incoming-file.ts'
import { placeFromFile } from '../disk/replica.ts'

/**
 * A good copy takes the name; the damaged one is kept beside, for whoever wants to know what happened to it. Call it under
 * the lock of the file: what was deleted meanwhile must stay away.
 */
export function replaceDamaged(file: ResolvedName, good: IncomingFile): void {
  keepDamaged(file)
  placeFromFile(file, good, Math.floor(lstatSync(file.path).mtimeMs / 1000))
}

/** ENOENT when it is not here any more. */
function keepDamaged({ path, storePath }: ResolvedName): void {
  const folder = join(storePath.dataDir, '.cairn-damaged')
  makeFolder(folder)
  try {
    linkSync(path, join(folder, basename(path)))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}
