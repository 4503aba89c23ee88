import './start-small.ts'
import { openLogOutput } from '@cairn/dfs-core/server'
import { pino } from 'pino'
import { loadStorageConfig } from './config.ts'
import { startStorage } from './storage.ts'

const [confPath] = process.argv.slice(2)
const output = openLogOutput()
const logger = pino({ base: null }, output)
const stop = new AbortController()
const stopped = new Promise<string>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
})
stopped.then((signal) => {
  logger.info({ signal }, 'closing')
  stop.abort()
}, fail)

try {
  if (confPath === undefined) throw new Error('usage: storage <path of storage.conf>')
  const config = await loadStorageConfig(confPath)
  logger.level = config.logLevel
  const storage = await startStorage(config, logger, stop.signal)
  // Scripts wait for this line, so the log level does not hide it.
  const { level } = logger
  logger.level = 'info'
  logger.info({ tcpPort: storage.tcpPort, httpPort: storage.httpPort }, 'ready')
  logger.level = level
  output.flush()
  await stopped
  await storage.close()
  process.exit(0)
} catch (error) {
  if (stop.signal.aborted) process.exit(0)
  fail(error)
}

function fail(error: unknown): void {
  logger.fatal({ err: error }, error instanceof Error ? error.message : String(error))
  process.exit(1)
}
