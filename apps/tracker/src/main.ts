import { openLogOutput } from '@cairn/dfs-core/server'
import { pino } from 'pino'
import { loadTrackerConfig } from './config.ts'
import { startTracker } from './tracker.ts'

const [confPath] = process.argv.slice(2)
const output = openLogOutput()
const logger = pino({ base: null }, output)

try {
  if (confPath === undefined) throw new Error('usage: tracker <path of tracker.conf>')
  const config = await loadTrackerConfig(confPath)
  logger.level = config.logLevel
  const tracker = await startTracker(config, logger)
  let closing = false
  const close = async (signal: string): Promise<void> => {
    if (closing) return
    closing = true
    logger.info({ signal }, 'closing')
    await tracker.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void close(signal).catch(fail))
  // Scripts wait for this line, so the log level does not hide it.
  const level = logger.level
  logger.level = 'info'
  logger.info({ tcpPort: tracker.tcpPort, httpPort: tracker.httpPort }, 'ready')
  logger.level = level
  output.flush()
} catch (error) {
  fail(error)
}

function fail(error: unknown): void {
  logger.fatal({ err: error }, error instanceof Error ? error.message : String(error))
  process.exit(1)
}
