import { constants } from 'node:fs'
import { open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Replaces a file so that a crash leaves the old or the new content: temporary name, fsync, rename, fsync of the folder.
 * Two calls for one file must not overlap.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncFolder(dirname(path))
}

/**
 * Writes `text` at `offset`, the known end of an append-only file, and syncs it. What stands behind `offset` is the rest
 * of an append that failed, and is overwritten or cut off.
 */
export async function appendAt(path: string, offset: number, text: string): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND)
  try {
    await file.truncate(offset)
    // Not `write`: on a disk that is about to be full write(2) takes a part and says so.
    await file.appendFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(join(path, '.'), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Undefined where the file does not exist. */
export async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
}
