import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseKeyValues } from '../engine/key-values.ts'
import { readFileIfAny } from './atomic-file.ts'
import type { InitFlagFile } from './init-flag.ts'

/**
 * The disk behind a store path is another one than before: it has no data folder, or not the mark that this storage once
 * put there. To be asked before the folder is opened, which makes both. A storage that has never been a whole member has
 * lost nothing.
 */
export function isLostDisk(initFlag: InitFlagFile, index: number, root: string): boolean {
  const { isNew, flag } = initFlag
  if (isNew || !flag.syncOldDone) return false
  const dataDir = join(root, 'data')
  if (!existsSync(dataDir)) return true
  const hadMark = (flag.others.get(`store_path_mark${index}`) ?? '') !== ''
  const mark = parseKeyValues(readFileIfAny(join(dataDir, '.fastdfs_vars')) ?? '').get('store_path_mark') ?? ''
  return hadMark && mark === ''
}
