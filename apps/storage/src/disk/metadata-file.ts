import { readFileSync } from 'node:fs'
import { isErrno } from './atomic-file.ts'

/** The metadata of a file lives beside it as `<name>-m`: `name\x02value` joined by \x01, sorted by name. */
export const METADATA_SUFFIX = '-m'

/** The stored bytes, or null when the file has no metadata. */
export function readMetadataFile(filePath: string): Buffer | null {
  try {
    return readFileSync(filePath + METADATA_SUFFIX)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}
