import { type StatsFs, statfsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DiskLane } from '@cairn/dfs-core/disk'
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
  /** How its files are read and written. */
  readonly lane: DiskLane
  /** Of its own, so that a slow disk beside a quick one is noticed. */
  readonly removal: Removal
}

interface StorePathOptions {
  readonly report?: (message: string, error: unknown) => void
  readonly lane?: DiskLane
}

/** The root must exist (a disk that is not mounted must not be filled in its place); the folders in it are made. */
export function openStorePath(
  index: number,
  root: string,
  readonly: boolean,
  { report = () => undefined, lane = new DiskLane() }: StorePathOptions = {},
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
    lane,
    removal: new Removal({ lane }),
  }
}

const REFRESH_MS = 1000

/** Free space per store path; asks the disk at most once a second, and does not wait for one of several that was asked before. */
export function createSpaceMeter(
  storePaths: readonly StorePath[],
  now: () => number = Date.now,
): () => readonly PathSpace[] {
  const known = new Map<StorePath, DiskSpace>()
  const asked = new Set<StorePath>()
  let measured: readonly PathSpace[] = []
  let measuredAt = Number.NEGATIVE_INFINITY
  let failed = 0

  const spaceOf = (storePath: StorePath): DiskSpace => {
    const last = known.get(storePath)
    if (last !== undefined && storePath.lane.hasNeighbours) {
      void askLater(storePath)
      return last
    }
    const space = spaceIn(statfsSync(storePath.dataDir))
    known.set(storePath, space)
    return space
  }
  const askLater = async (storePath: StorePath) => {
    if (asked.has(storePath)) return
    asked.add(storePath)
    try {
      known.set(storePath, spaceIn(await storePath.lane.runTimed(() => statfs(storePath.dataDir))))
    } catch (error) {
      storePath.health.notice(error)
    } finally {
      asked.delete(storePath)
    }
  }
  return () => {
    const at = now()
    const failedNow = storePaths.filter(({ health }) => health.failure !== null).length
    if (at - measuredAt >= REFRESH_MS || at < measuredAt || failedNow !== failed) {
      measured = storePaths.map((storePath) => ({
        index: storePath.index,
        ...spaceOf(storePath),
        readonly: storePath.readonly || storePath.health.failure !== null,
      }))
      measuredAt = at
      failed = failedNow
    }
    return measured
  }
}

type DiskSpace = Pick<PathSpace, 'totalBytes' | 'freeBytes'>

/** `freeBytes` is what an ordinary user may still write, as FastDFS counts it. */
function spaceIn({ blocks, bavail, bsize }: StatsFs): DiskSpace {
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}
