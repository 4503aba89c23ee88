import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionError, openConnection } from '@cairn/dfs-core'
import { retryDelayMs } from '../engine/retry.ts'
import { dialled, timeoutsOf } from './identity.ts'
import { type ReportedStorage, TrackerSession } from './tracker-session.ts'

/** Keeps a joined connection to every tracker for as long as it runs. */
export interface TrackerReporter {
  close(): Promise<void>
}

export function startTrackerReporter(storage: ReportedStorage): TrackerReporter {
  const stop = new AbortController()
  const running = storage.config.trackers.map((_tracker, index) => keepSession(storage, index, stop.signal))
  return {
    async close() {
      stop.abort()
      await Promise.all(running)
    },
  }
}

async function keepSession(storage: ReportedStorage, index: number, signal: AbortSignal): Promise<void> {
  const { config, logger } = storage
  const tracker = config.trackers[index]
  if (tracker === undefined) return
  let failures = 0
  /** A tracker with two addresses is dialled at the one that answered last. */
  let host = 0
  while (!signal.aborted) {
    const startedAt = Date.now()
    const address = dialled(tracker, host)
    try {
      const connection = await openConnection(address, timeoutsOf(config))
      try {
        await new TrackerSession(storage, connection, index).run(signal)
      } finally {
        connection.onDead = null
        connection.close()
      }
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ConnectionError) host += 1
      failures = Date.now() - startedAt > config.heartBeatIntervalMs ? 1 : failures + 1
      logger.warn({ err: error, tracker: address }, 'the connection to a tracker ended; joining again')
    }
    await sleep(retryDelayMs(failures), undefined, { signal }).catch(() => undefined)
  }
}
