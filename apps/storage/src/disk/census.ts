import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { normalFacts } from '../engine/file-facts.ts'
import { hexByte } from '../engine/logic-name.ts'
import { atMost } from './at-most.ts'
import { isErrno } from './atomic-file.ts'
import { METADATA_SUFFIX } from './metadata-file.ts'
import type { StorePath } from './store-path.ts'

/** What lies on one store path. */
export interface FileCount {
  readonly files: number
  /** Bytes of their content; metadata files are not counted. */
  readonly bytes: number
}

/** Counts the files of a storage, in the background and never for more than a small share of the time. */
export interface Census {
  /** One entry per store path, at most a few seconds old on a small storage; null until its first count is through. */
  current(): Promise<readonly (FileCount | null)[]>
}

const AGE_MS_MIN = 2000
/** A count that took a second is repeated after a minute. */
const AGE_PER_DURATION = 60
/** Whoever asks waits so long for a count that runs. */
const WAIT_MS = 250

/** The names are enough: that of a normal file tells its size, so that a count reads folders and nothing else. */
export function createCensus(storePaths: readonly StorePath[]): Census {
  const counts = storePaths.map(createPathCensus)
  return { current: () => Promise.all(counts.map((current) => current())) }
}

function createPathCensus(storePath: StorePath): () => Promise<FileCount | null> {
  let counted: FileCount | null = null
  let dueAt = 0
  let running: Promise<void> | null = null

  const count = async () => {
    const startedAt = performance.now()
    counted = await countFiles(storePath)
    const now = performance.now()
    dueAt = now + Math.max(AGE_MS_MIN, (now - startedAt) * AGE_PER_DURATION)
  }
  return async () => {
    if (running === null && performance.now() >= dueAt) {
      running = count().finally(() => {
        running = null
      })
      // Whoever waits hears of it; a count that nobody waits for is simply tried again.
      running.catch(() => undefined)
    }
    if (running !== null) await atMost(running, WAIT_MS)
    return counted
  }
}

async function countFiles({ index, dataDir, lane }: StorePath): Promise<FileCount> {
  let files = 0
  let bytes = 0
  const list = (path: string) => lane.run(() => namesIn(path))
  for (const high of (await list(dataDir)).filter(isFolder)) {
    for (const low of (await list(join(dataDir, high))).filter(isFolder)) {
      const folder = join(dataDir, high, low)
      const prefix = `M${hexByte(index)}/${high}/${low}/`
      for (const name of await list(folder)) {
        if (name.endsWith(METADATA_SUFFIX)) continue
        files += 1
        bytes += normalFacts(prefix + name)?.size ?? (await lane.run(() => sizeOf(join(folder, name))))
      }
    }
  }
  return { files, bytes }
}

function isFolder(name: string): boolean {
  return /^[0-9A-F]{2}$/.test(name)
}
async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

/** 0 for a file that has gone meanwhile. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0
    throw error
  }
}
