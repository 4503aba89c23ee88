import type { TrunkParameters } from '@cairn/dfs-core/conf'
import type { InitFlagFile } from '../disk/init-flag.ts'
import type { TrunkAllocator } from './allocator.ts'
import { lastCompressed } from './compression.ts'

/** A trunk server compresses its log at the earliest so long after it became one. */
const UP_SECONDS_MIN = 600
const TICK_MS = 60_000
/** So many trunk files are made ahead at once at most. */
const CREATED_MAX = 64

export interface UpkeepOptions {
  readonly allocator: TrunkAllocator
  /** As they are now. */
  parameters(): TrunkParameters
  readonly initFlag: InitFlagFile
  readonly logger: { info(details: object, message: string): void; error(details: object, message: string): void }
  /** Unix seconds. */
  readonly now: () => number
}

/** Runs the trunk server's daily work: trunk files made ahead, the log compressed. Returns how to stop it. */
export function startUpkeep(options: UpkeepOptions): () => void {
  const since = options.now()
  let createdAt = since
  const tick = () => {
    const { initFlag } = options
    const parameters = options.parameters()
    const now = options.now()
    const last = Math.max(lastCompressed(initFlag), since)
    if (now - since >= UP_SECONDS_MIN && isCompressionDue(parameters, last, now)) compress(options)
    const { createFileAdvance, createFileTimeBase: base, createFileInterval: interval } = parameters
    if (createFileAdvance && interval > 0 && nextRun(createdAt, base, interval) <= now) {
      createdAt = now
      void createAhead(options)
    }
  }
  const timer = setInterval(tick, TICK_MS)
  return () => clearInterval(timer)
}

function isCompressionDue(parameters: TrunkParameters, last: number, now: number): boolean {
  const { compressBinlogInterval: interval, compressBinlogMinInterval: min, compressBinlogTimeBase: base } = parameters
  if (interval === 0) return min > 0 && now - last >= min
  return now - last >= min && nextRun(last, base, interval) <= now
}

/** The first of the times `base`, `base` + interval, … of a day that comes after `last`; local time, Unix seconds. */
export function nextRun(last: number, base: { hour: number; minute: number }, interval: number): number {
  const day = new Date(last * 1000)
  const first = new Date(day.getFullYear(), day.getMonth(), day.getDate() - 1, base.hour, base.minute).getTime() / 1000
  return first + (Math.floor((last - first) / interval) + 1) * interval
}

function compress({ allocator, logger }: UpkeepOptions): void {
  try {
    allocator.compress()
    logger.info({}, 'the trunk binlog was compressed')
  } catch (error) {
    logger.error({ err: error }, 'the trunk binlog could not be compressed')
  }
}

async function createAhead({ allocator, logger }: UpkeepOptions): Promise<void> {
  try {
    let count = 0
    while (count < CREATED_MAX && (await allocator.createAhead())) count += 1
    if (count > 0) logger.info({ files: count }, 'trunk files were made ahead')
  } catch (error) {
    logger.error({ err: error }, 'trunk files could not be made ahead')
  }
}
