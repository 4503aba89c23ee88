import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { InitFlagFile } from './init-flag.ts'

/** The root of a file system of its own. */
export function isMountPoint(path: string): boolean {
  return statSync(path).dev !== statSync(join(path, '..')).dev
}

/**
 * A store path that was a disk of its own and is now a folder of another disk is a mount that is missing: files would go
 * where nobody looks for them, and everything would be restored to the wrong disk. Throws then.
 */
export function checkMounted(initFlag: InitFlagFile, index: number, root: string): void {
  const key = `cairn_mounted_path${index}`
  const { others } = initFlag.flag
  const wasMounted = others.get(key) === '1'
  const isMounted = isMountPoint(root)
  if (wasMounted && !isMounted) {
    throw new Error(
      `store_path${index}: ${root} is not mounted, and it was a disk of its own before. Mount it; ` +
        `if it is a plain folder from now on, take ${key} out of data/.data_init_flag below base_path`,
    )
  }
  if (isMounted && !wasMounted) initFlag.save({ others: new Map([...others, [key, '1']]) })
}
