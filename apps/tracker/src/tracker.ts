import { HEADER_SIZE } from '@cairn/dfs-core'
import { createCommandServer } from '@cairn/dfs-core/server'
import type { Logger } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import { disconnect, scan } from './cluster/activity.ts'
import { changeStorageIds } from './cluster/changed-ids.ts'
import { type Cluster, createCluster } from './cluster/cluster.ts'
import { createSession, type Session } from './cluster/session.ts'
import type { TrackerConfig } from './config.ts'
import { Election } from './election/election.ts'
import { adminHandlers } from './handlers/admin-handlers.ts'
import { logStatusChanges, type TrackerContext } from './handlers/context.ts'
import { electionHandlers } from './handlers/election-handlers.ts'
import { joinHandlers } from './handlers/join-handlers.ts'
import { listHandlers } from './handlers/list-handlers.ts'
import { lookupHandlers } from './handlers/lookup-handlers.ts'
import { queryHandlers } from './handlers/query-handlers.ts'
import { storageHandlers } from './handlers/storage-handlers.ts'
import { systemFileHandlers } from './handlers/system-file-handlers.ts'
import { startHttp } from './http/http-server.ts'
import { openSnapshotStore, type SnapshotStore } from './snapshot/snapshot-store.ts'
import { StorageIdsWatch } from './storage-ids-file.ts'

const SCAN_INTERVAL_MS = 1000
const STATUS_INTERVAL_MS = 300_000
/** How long requests that are being answered may take when the tracker stops. */
const CLOSE_GRACE_MS = 1000

export interface RunningTracker {
  readonly tcpPort: number
  /** −1 when there is no HTTP server. */
  readonly httpPort: number
  close(): Promise<void>
}

/** `clock` gives unix seconds. */
export async function startTracker(
  config: TrackerConfig,
  logger: Logger,
  clock: () => number = () => Math.floor(Date.now() / 1000),
): Promise<RunningTracker> {
  for (const warning of config.warnings) logger.warn(warning)
  const cluster = createCluster(config.cluster, config.storageIds)
  const snapshots = await openSnapshotStore(config.basePath, cluster, logger)
  const parts = new Parts({ config, cluster, snapshots, logger, clock })
  try {
    await parts.start()
  } catch (error) {
    await parts.close()
    throw error
  }
  return parts
}

interface Surroundings {
  config: TrackerConfig
  cluster: Cluster
  snapshots: SnapshotStore
  logger: Logger
  clock: () => number
}

/** Everything that runs, and the order of its end. */
class Parts implements RunningTracker {
  tcpPort = 0
  httpPort = -1
  readonly #context: TrackerContext
  readonly #election: Election
  readonly #servers: ReturnType<typeof createCommandServer<Session>>[] = []
  readonly #timers: NodeJS.Timeout[] = []
  #http: { port: number; close(): Promise<void> } | null = null
  #started = false

  constructor({ config, cluster, snapshots, logger, clock }: Surroundings) {
    this.#context = {
      config,
      cluster,
      snapshots,
      logger,
      now: clock,
      tcpPort: () => this.tcpPort,
      connections: { current: () => this.#servers.reduce((sum, server) => sum + server.connections, 0), max: 0 },
      upTime: clock(),
      version: manifest.version,
      requestCounts: new Map(),
      refusalCounts: new Map(),
      followers: new Map(),
    }
    this.#election = new Election(this.#context)
  }

  async start(): Promise<void> {
    const { bindAddresses, http, port } = this.#context.config
    this.tcpPort = port
    for (const address of bindAddresses) {
      const server = this.#createServer()
      this.#servers.push(server)
      this.tcpPort = await server.listen(this.tcpPort, address)
    }
    if (http.port >= 0) {
      this.#http = await startHttp(this.#context, http)
      this.httpPort = this.#http.port
    }
    this.#started = true
    scan(this.#context.cluster, this.#context.now())
    this.#timers.push(setInterval(() => this.#scan(), SCAN_INTERVAL_MS))
    this.#timers.push(setInterval(() => this.#election.tick(), this.#context.config.electionIntervalMs))
    this.#watchStorageIds()
    this.#timers.push(setInterval(() => void this.#saveStatusQuietly(), STATUS_INTERVAL_MS))
    // Killed in its first minutes, it would seem to have been away for ever, and take the state of another one for its own.
    if (this.#context.snapshots.lastCheckTime === 0) await this.#saveStatusQuietly()
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#election.close()
    await this.#http?.close()
    await Promise.all(this.#servers.map((server) => server.close(CLOSE_GRACE_MS)))
    await this.#context.snapshots.close()
    // Whoever could not even listen does not say that it ran.
    if (this.#started) await this.#saveStatus()
  }

  #createServer() {
    const context = this.#context
    const { config, cluster, connections, logger } = context
    return createCommandServer<Session>({
      handlers: new Map([
        ...queryHandlers(context),
        ...joinHandlers(context, this.#election),
        ...storageHandlers(context, this.#election),
        ...lookupHandlers(context),
        ...listHandlers(context),
        ...adminHandlers(context, this.#election),
        ...electionHandlers(context, this.#election),
        ...systemFileHandlers(context),
      ]),
      newState() {
        connections.max = Math.max(connections.max, connections.current() + 1)
        return createSession()
      },
      connectionClosed(session) {
        session.closed = true
        disconnect(cluster, session)
        logStatusChanges(context)
      },
      limits: {
        maxConnections: config.maxConnections,
        headBytesMax: config.requestBytesMax - HEADER_SIZE,
        networkTimeoutMs: config.networkTimeoutMs,
      },
      ...(config.allowHosts && { allowHosts: config.allowHosts }),
      unknownCommand: 'answer',
      closeOnEinval: false,
      logger,
    })
  }

  #watchStorageIds(): void {
    const { cluster, config, logger } = this.#context
    if (config.storageIdsFile === null) return
    const watch = new StorageIdsWatch(config.storageIdsFile, logger, (ids) => changeStorageIds(cluster, ids))
    void watch.look()
    this.#timers.push(setInterval(() => void watch.look(), SCAN_INTERVAL_MS))
  }

  #scan(): void {
    const { cluster, logger } = this.#context
    for (const { group, id } of scan(cluster, this.#context.now())) {
      logger.warn({ group: group.name, storage: id }, 'no beat within check_active_interval')
    }
    logStatusChanges(this.#context)
    this.#saveUrgentQuietly()
  }

  /** What no request made urgent has no answer that waits for it: a trunk server that the leader named, for one. */
  #saveUrgentQuietly(): void {
    const { cluster, snapshots } = this.#context
    // The error is in the log, and the next second tries again.
    if (cluster.unsaved.urgent) snapshots.save().catch(() => undefined)
  }

  async #saveStatus(): Promise<void> {
    const { snapshots, upTime } = this.#context
    await snapshots.saveTrackerStatus({ upTime, lastCheckTime: this.#context.now() })
  }

  #saveStatusQuietly(): Promise<void> {
    return this.#saveStatus().catch((error) =>
      this.#context.logger.error({ err: error }, 'the status could not be saved'),
    )
  }
}
