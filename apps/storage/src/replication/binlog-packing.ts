import type { TimeOfDay } from '@cairn/dfs-core/conf'
import type { StorageConfig } from '../config.ts'
import { duplicatesPosition } from '../disk/duplicate-finder.ts'
import type { FileStore } from '../disk/file-store.ts'
import { packBinlogs } from '../disk/pack-binlogs.ts'
import type { Logger } from '../handlers/context.ts'
import { nextRun } from '../trunk/upkeep.ts'

const TICK_MS = 60_000
const DAY_SECONDS = 86_400

interface BinlogPacking {
  readonly config: StorageConfig
  readonly store: FileStore
  readonly logger: Logger
  /** The first file of the log that some member has not got wholly. */
  firstNeeded(): number
}

/** Compresses old files of the log once a day, where the configuration asks for it. Returns how to stop that. */
export function startBinlogPacking(packing: BinlogPacking): () => Promise<void> {
  const { compressBinlogAt } = packing.config
  if (compressBinlogAt === null) return async () => undefined
  let last = Date.now() / 1000
  let running = Promise.resolve()
  const timer = setInterval(() => {
    if (!isDue(compressBinlogAt, last)) return
    last = Date.now() / 1000
    running = pack(packing)
  }, TICK_MS)
  return async () => {
    clearInterval(timer)
    await running
  }
}

function isDue(at: TimeOfDay, last: number): boolean {
  return nextRun(last, at, DAY_SECONDS) <= Date.now() / 1000
}

async function pack({ config, store, logger, firstNeeded }: BinlogPacking): Promise<void> {
  const end = config.checkFileDuplicate ? Math.min(firstNeeded(), duplicatesPosition(store).index) : firstNeeded()
  try {
    const files = await packBinlogs(store.log, end)
    if (files > 0) logger.info({ files }, 'old files of the log were compressed')
  } catch (error) {
    logger.error({ err: error }, 'old files of the log could not be compressed')
  }
}
