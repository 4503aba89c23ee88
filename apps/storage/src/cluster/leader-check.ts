import { openConnection, trackerCommands } from '@cairn/dfs-core'
import type { StorageConfig } from '../config.ts'
import type { Logger } from '../handlers/context.ts'
import { dialled, timeoutsOf } from './identity.ts'

/**
 * A tracker says that it leads, and this storage knows another leader. If that one still says so of itself, both are
 * asked to step down (68), so that the trackers elect again (internals §1.8). True when the new leader can be followed.
 */
export async function mayFollow(
  config: StorageConfig,
  logger: Logger,
  leaders: { known: number; told: number },
): Promise<boolean> {
  const [known, told] = [leaders.known, leaders.told].map((index) => config.trackers[index])
  if (known === undefined || told === undefined) return true
  if (!(await stillLeads(config, dialled(known)))) return true
  logger.warn({ trackers: [dialled(known), dialled(told)] }, 'two trackers lead; both are asked to step down')
  await Promise.allSettled([known, told].map((tracker) => stepDown(config, dialled(tracker))))
  return false
}

/** A tracker that does not answer does not lead. */
async function stillLeads(config: StorageConfig, tracker: string): Promise<boolean> {
  const { code, response } = trackerCommands.getTrackerStatus
  try {
    return response.decode(await ask(config, tracker, code)).isLeader
  } catch {
    return false
  }
}

async function stepDown(config: StorageConfig, tracker: string): Promise<void> {
  await ask(config, tracker, trackerCommands.notifyReselectLeader.code)
}

async function ask(config: StorageConfig, tracker: string, command: number): Promise<Buffer> {
  const connection = await openConnection(tracker, timeouts(config))
  try {
    return await connection.request({ command, head: Buffer.alloc(0) })
  } finally {
    connection.close()
  }
}

/** The tracker that told of the change waits for the next beat meanwhile, and may believe this storage to be gone. */
function timeouts(config: StorageConfig) {
  const all = timeoutsOf(config)
  const limitMs = Math.min(all.connectTimeoutMs, all.networkTimeoutMs, config.heartBeatIntervalMs)
  return { ...all, connectTimeoutMs: limitMs, networkTimeoutMs: limitMs }
}
