import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbeddedPostgres } from './embedded-pg.mjs'
import { LogFile } from './log-file.mjs'
import { PlainError } from './plain-error.mjs'

const CONNECT_TIMEOUT_MS = 5000
const DATABASE_MISSING = '3D000'
const LOOK_MS = 1000
/** Pauses between attempts to start a server again that does not start. */
const RETRY_MAX_MS = 30_000
/** What people can do something about, by the code of PostgreSQL or of the connection. */
const REASONS = {
  '28P01': 'user or password is wrong',
  28000: 'this user may not sign in from here',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'nobody answers there',
}

/** Throws one sentence when nothing usable answers at DATABASE_URL. `migrate deploy` makes a missing database. */
async function requireDatabase(url) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  try {
    await client.connect()
  } catch (error) {
    if (error.code === DATABASE_MISSING) return
    // The URL holds a password: only the host is shown.
    const reason = REASONS[error.code] ?? error.code ?? error.message
    throw new PlainError(`The database of DATABASE_URL (${client.host}:${client.port}) cannot be used: ${reason}.`, {
      cause: error,
    })
  } finally {
    await client.end()
  }
}

/** Whether somebody may work with the database now; whoever asks waits for it, whatever the reason that nobody may. */
export async function databaseAnswers(url) {
  try {
    await requireDatabase(url)
    return true
  } catch {
    return false
  }
}

/** With what the server itself said before it ended: no room, no rights, the files of another version. */
function plainly(error, stateDir) {
  const [, fatal] = /(?:FATAL|PANIC|initdb: error): +(.+)/.exec(error.message) ?? []
  if (fatal === undefined) return error
  const [, detail] = /DETAIL: +(.+)/.exec(error.message) ?? []
  const said = detail === undefined ? `${fatal}.` : `${fatal}. ${detail}`
  return new PlainError(`PostgreSQL cannot use ${stateDir}: ${said}`, { cause: error })
}

/**
 * Starts the embedded server again when it ended, at its port and with its files: whoever uses it connects anew.
 * Returns stop(), which ends the server, too.
 */
function keepRunning(first, { stateDir, write, onNote }) {
  let server = first
  let isStopping = false
  const end = new AbortController()
  const sleep = (ms) => delay(ms, undefined, { ref: false, signal: end.signal }).catch(() => undefined)
  const startAgain = async () => {
    let pauseMs = LOOK_MS
    while (!isStopping) {
      try {
        server = await startEmbeddedPostgres({ stateDir, port: first.port, log: write })
        return
      } catch (error) {
        onNote(`the database does not start: ${plainly(error, stateDir).message}`)
        await sleep(pauseMs)
        pauseMs = Math.min(2 * pauseMs, RETRY_MAX_MS)
      }
    }
  }
  const watch = async () => {
    while (!isStopping) {
      await sleep(LOOK_MS)
      if (isStopping || server.isAlive()) continue
      onNote('the database ended; starting it again')
      await startAgain()
    }
  }
  const watching = watch()
  return async () => {
    isStopping = true
    end.abort()
    await watching
    await server.stop()
  }
}

/** The database of this start: DATABASE_URL, else the embedded server. Returns { url, detail, stop }. */
export async function startDatabase({ databaseUrl, dataDir }, onNote = () => undefined) {
  if (databaseUrl !== undefined) {
    await requireDatabase(databaseUrl)
    return { url: databaseUrl, detail: 'DATABASE_URL', stop: () => Promise.resolve() }
  }
  const log = new LogFile(path.join(dataDir, 'logs', 'postgres.log'))
  const write = (text) => log.write(text)
  const stateDir = path.join(dataDir, 'pg')
  const server = await startEmbeddedPostgres({ stateDir, log: write }).catch((error) => {
    throw plainly(error, stateDir)
  })
  const stop = keepRunning(server, { stateDir, write, onNote })
  const place = server.movedTo === undefined ? '' : `, its data is in ${server.movedTo}`
  return {
    url: server.url,
    detail: `embedded PostgreSQL on port ${server.port}${place}`,
    stop: async () => {
      await stop()
      log.close()
    },
  }
}
