import pg from 'pg'
import { log } from '../lib/log.ts'

const AGAIN_MS = 5_000

/**
 * Runs tasks as soon as PostgreSQL says that there is work for them; every minute they run anyway, so a notice that gets
 * lost costs a minute. `tasks`: their names by channel. Returns what ends it.
 */
export function wakeUp(
  connectionString: string,
  tasks: Readonly<Record<string, readonly string[]>>,
  runTask: (name: string) => Promise<unknown>,
): () => Promise<void> {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let ended = false

  const connect = async () => {
    const listener = new pg.Client({ connectionString })
    client = listener
    listener.on('error', (error) => log().warn({ err: error }, 'the connection that waits for work broke'))
    listener.on('end', () => {
      if (!ended) timer = setTimeout(() => void connect(), AGAIN_MS)
    })
    listener.on('notification', ({ channel }) => {
      for (const task of tasks[channel] ?? []) {
        runTask(task).catch((error: unknown) => log().warn({ err: error, task }, 'not queued'))
      }
    })
    try {
      await listener.connect()
      for (const channel of Object.keys(tasks)) await listener.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      log().warn({ err: error }, 'cannot wait for work')
      await listener.end()
    }
  }

  void connect()
  return async () => {
    ended = true
    clearTimeout(timer)
    await client?.end()
  }
}
