// The second process of the web application: jobs on a queue in PostgreSQL. Any number of these may run.
import { type LogFunctionFactory, Logger, run, runMigrations } from 'graphile-worker'
import pg from 'pg'
import { db } from './lib/db.ts'
import { dfs } from './lib/dfs.ts'
import { env } from './lib/env.ts'
import { log } from './lib/log.ts'
import { awaitedTasks, crontab, makeTaskList, startTasks } from './worker/tasks.ts'
import { wantAgain } from './worker/thumbnails.ts'
import { wakeUp } from './worker/wake-up.ts'

// What a person waits for does not stand behind pictures, checks and cleaning, each of which may take minutes.
const TASKS_AT_ONCE = 8
// One for each task, one to listen, one for the crontab.
const POOL_SIZE = TASKS_AT_ONCE + 2

const toOurLog: LogFunctionFactory = () => (level, message) => {
  if (level === 'error') log().error(message)
  else if (level === 'warning') log().warn(message)
  else log().debug(message)
}

const pool = new pg.Pool({ connectionString: env().databaseUrl, max: POOL_SIZE })
// Connections that break while idle are replaced; without a listener the process would end.
pool.on('error', (error) => log().warn({ err: error }, 'a connection of the queue broke'))

/** Two workers that come to a new database at once would both make the queue's tables, and one would fail. */
async function makeQueueTables(): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended('cairn.queue', 0))")
    await runMigrations({ pgPool: pool })
  } finally {
    // Ends the session, and with it the lock.
    client.release(true)
  }
}

await makeQueueTables()
const runner = await run({
  pgPool: pool,
  taskList: makeTaskList(),
  crontab,
  concurrency: TASKS_AT_ONCE,
  noHandleSignals: true,
  logger: new Logger(toOurLog),
})
await wantAgain()
const queueTask = (name: string) => runner.addJob(name, {}, { jobKey: name, maxAttempts: 1 })
const stopWaking = wakeUp(env().databaseUrl, awaitedTasks, queueTask)
// What was left when the last worker ended does not wait for the next full minute.
for (const name of startTasks) await queueTask(name)
log().info('ready')

const stopped = new Promise<NodeJS.Signals>((resolve) => {
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
})
log().info({ signal: await stopped }, 'stopping')
await stopWaking()
await runner.stop()
await pool.end()
await db().$disconnect()
dfs().close()
