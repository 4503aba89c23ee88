import { accessSync, constants, statSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { atMost } from './at-most.ts'
import type { StorePath } from './store-path.ts'

/** What a look at a store path tells. */
export interface PathLook {
  /** `st_dev` of its file system; null: its folder is not there, or its disk has never answered. */
  readonly device: number | null
  /** A disk with errors is often remounted read-only. */
  readonly isWritable: boolean
}

const UNKNOWN: PathLook = { device: null, isWritable: false }
/** Whoever asks waits so long for a disk. */
const WAIT_MS = 250

/** Looks at store paths; of one whose disk does not answer what was seen last is told. */
export function createPathLooks(storePaths: readonly StorePath[]): () => Promise<PathLook[]> {
  const looks = storePaths.map(createLook)
  return () => Promise.all(looks.map((look) => look()))
}

function createLook({ dataDir, lane }: StorePath): () => Promise<PathLook> {
  let seen = UNKNOWN
  let looking: Promise<void> | null = null
  const look = async () => {
    seen = await lane.callRarely(
      () => ({
        device: answerOf(() => statSync(dataDir).dev),
        isWritable: answerOf(() => accessSync(dataDir, constants.W_OK)) !== null,
      }),
      async () => ({
        device: await stat(dataDir).then(({ dev }) => dev, nothing),
        isWritable: (await access(dataDir, constants.W_OK).then(() => true, nothing)) !== null,
      }),
    )
    looking = null
  }
  return async () => {
    looking ??= look()
    await atMost(looking, WAIT_MS)
    return seen
  }
}

/** Null whatever the reason is: nothing can be read or written there. */
function answerOf<T>(call: () => T): T | null {
  try {
    return call()
  } catch {
    return null
  }
}

const nothing = () => null
