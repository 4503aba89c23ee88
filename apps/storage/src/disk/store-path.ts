import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PathSpace } from '../engine/allocate.ts'
import { makeFolder } from './atomic-file.ts'
import { createPathHealth, type PathHealth } from './path-health.ts'
import { Removal } from './removal.ts'

/** One disk (or folder) of a storage: M00, M01, … */
export interface StorePath {
  readonly index: number
  readonly root: string
  /** `<root>/data`: the two-level directories, and Cairn's own folders whose names start with a dot. */
  readonly dataDir: string
  /** Files that are still being written; swept at start. */
  readonly temporaryDir: string
  /** `store_pathN_readonly`: takes no new files. */
  readonly readonly: boolean
  readonly health: PathHealth
  /** Of its own, so that a slow disk beside a quick one is noticed. */
  readonly removal: Removal
}

/** The root must exist (a disk that is not mounted must not be filled in its place); the folders in it are made. */
export function openStorePath(
  index: number,
  root: string,
  readonly: boolean,
  report: (message: string, error: unknown) => void = () => undefined,
): StorePath {
  if (!statSync(root).isDirectory()) throw new Error(`store_path${index}: ${root} is not a folder`)
  const dataDir = join(root, 'data')
  const temporaryDir = join(dataDir, '.cairn-tmp')
  makeFolder(temporaryDir)
  return {
    index,
    root,
    dataDir,
    temporaryDir,
    readonly,
    health: createPathHealth(root, report),
    removal: new Removal(),
  }
}

const REFRESH_MS = 1000

/** Free space per store path; asks the disk at most once a second. */
export function createSpaceMeter(
  storePaths: readonly StorePath[],
  now: () => number = Date.now,
): () => readonly PathSpace[] {
  let measured: readonly PathSpace[] = []
  let measuredAt = Number.NEGATIVE_INFINITY
  let failed = 0
  return () => {
    const at = now()
    const failedNow = storePaths.filter(({ health }) => health.failure !== null).length
    if (at - measuredAt >= REFRESH_MS || at < measuredAt || failedNow !== failed) {
      measured = storePaths.map(measure)
      measuredAt = at
      failed = failedNow
    }
    return measured
  }
}

/** `freeBytes` is what an ordinary user may still write, as FastDFS counts it. */
function measure(storePath: StorePath): PathSpace {
  const disk = statfsSync(storePath.dataDir)
  return {
    index: storePath.index,
    totalBytes: disk.blocks * disk.bsize,
    freeBytes: disk.bavail * disk.bsize,
    readonly: storePath.readonly || storePath.health.failure !== null,
  }
}
