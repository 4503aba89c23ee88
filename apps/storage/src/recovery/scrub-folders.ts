import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../disk/atomic-file.ts'
import type { StorePath } from '../disk/store-path.ts'
import { hexByte } from '../engine/logic-name.ts'

/** All folders of files: `M00/00/00` …, in order. */
export async function* foldersOf(
  storePaths: readonly Pick<StorePath, 'index' | 'dataDir' | 'lane'>[],
): AsyncGenerator<string> {
  for (const { index, dataDir, lane } of storePaths) {
    for (const high of await lane.run(() => twoDigitsIn(dataDir))) {
      for (const low of await lane.run(() => twoDigitsIn(join(dataDir, high))))
        yield `M${hexByte(index)}/${high}/${low}`
    }
  }
}

async function twoDigitsIn(path: string): Promise<string[]> {
  return (await namesIn(path)).filter((name) => /^[0-9A-F]{2}$/.test(name)).sort()
}

/** None where the folder is gone. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
