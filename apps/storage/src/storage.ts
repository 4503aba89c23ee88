import { ConnectionPool } from '@cairn/dfs-core'
import manifest from '../package.json' with { type: 'json' }
import { ClusterState } from './cluster/cluster-state.ts'
import { type Identity, learnIdentity, listenAddress, timeoutsOf } from './cluster/identity.ts'
import { createTrackerQueries } from './cluster/tracker-queries.ts'
import { startTrackerReporter } from './cluster/tracker-reporter.ts'
import type { StorageConfig } from './config.ts'
import { type DuplicateFinder, forgetContents, startDuplicateFinder } from './disk/duplicate-finder.ts'
import { createFileLocks } from './disk/file-locks.ts'
import type { FileStore } from './disk/file-store.ts'
import { openTombstones } from './disk/tombstones.ts'
import { StorageStatus } from './engine/members.ts'
import { createReceivedTimes } from './engine/received.ts'
import { createRefusals } from './engine/refusals.ts'
import { createSentRates } from './engine/sent-rate.ts'
import { type AccessLog, openAccessLog } from './handlers/access-log.ts'
import type { HandlerContext, Logger } from './handlers/context.ts'
import { storageHandlers } from './handlers/handlers.ts'
import { createStorageMetrics } from './http/metrics.ts'
import { MemberDirectory } from './member-directory.ts'
import { type DiskRecovery, startDiskRecovery } from './recovery/disk-recovery.ts'
import { type Scrubber, startScrubber } from './recovery/scrubber.ts'
import type { PeerProgress } from './replication/peer-replicator.ts'
import { createRemoteSources } from './replication/remote-source.ts'
import { type Replication, startReplication } from './replication/replication.ts'
import { StorageFiles, unixSeconds } from './storage-files.ts'
import { createStorageReport } from './storage-report.ts'
import { TrunkGroup } from './trunk/trunk-group.ts'
import { openWebDoor, type WebDoor } from './web-door.ts'
import { type CommandDoor, openCommandDoor } from './workers/command-door.ts'
import { createWorkSharing, type WorkSharing } from './workers/work-sharing.ts'

/** Times that a peer's content is refused because it is not what its name says, before the peer is let go on. */
const REFUSALS_MAX = 2
const MIB = 1024 * 1024

export interface RunningStorage {
  readonly tcpPort: number
  /** −1 when there is no HTTP server. */
  readonly httpPort: number
  readonly storageId: string
  /** How far each peer is behind this storage's log. */
  replication(): PeerProgress[]
  close(): Promise<void>
}

/**
 * Builds a storage from its configuration: opens the disk, asks the trackers what it is, repairs what a crash left,
 * serves, joins, replicates. Rejects when the disk or the configuration does not allow it; waits for trackers, unless
 * `signal` aborts.
 */
export async function startStorage(
  config: StorageConfig,
  logger: Logger,
  signal?: AbortSignal,
): Promise<RunningStorage> {
  for (const warning of config.warnings) logger.warn({}, warning)
  const storage = new Storage(config, logger)
  try {
    await storage.start(signal)
  } catch (error) {
    await storage.close()
    throw error
  }
  return storage
}

interface ContextParts {
  readonly identity: Identity
  readonly store: FileStore
  readonly state: ClusterState
  readonly pool: ConnectionPool
}

/** Everything that runs, and the order of its end. */
class Storage implements RunningStorage {
  tcpPort = 0
  httpPort = -1
  storageId = ''
  readonly #config: StorageConfig
  readonly #logger: Logger
  readonly #files: StorageFiles
  readonly #stop = new AbortController()
  readonly #received = createReceivedTimes()
  readonly #sent = createSentRates()
  /** What is to be closed, last opened first. */
  readonly #opened: Array<() => Promise<void> | void> = []
  readonly #metrics = createStorageMetrics()
  readonly #sharing: WorkSharing | null
  #door: CommandDoor | null = null
  #recovery: DiskRecovery | null = null
  #duplicates: DuplicateFinder | null = null
  #scrubber: Scrubber | null = null
  #replication: Replication | null = null

  constructor(config: StorageConfig, logger: Logger) {
    this.#config = config
    this.#logger = logger
    this.#sharing = createWorkSharing(config)
    const { shared, removals: locks, lanes } = this.#sharing ?? {}
    this.#files = new StorageFiles(config, logger, { clock: shared?.clock, end: shared?.logEnd, locks, lanes })
    this.#opened.push(() => this.#files.close())
    this.#opened.push(() => this.#metrics.close())
  }

  async start(signal?: AbortSignal): Promise<void> {
    const stopped = AbortSignal.any([this.#stop.signal, ...(signal === undefined ? [] : [signal])])
    const [lastAddress = ''] = this.#files.initFlag.flag.lastIp.split(',')
    const identity = await learnIdentity(this.#config, this.#logger, lastAddress, stopped)
    const store = this.#files.openStore(identity)
    const state = new ClusterState(identity.storageId)
    this.storageId = identity.storageId
    const pool = new ConnectionPool(timeoutsOf(this.#config))
    this.#opened.push(() => pool.close())
    const context = this.#context({ identity, store, state, pool })
    const report = createStorageReport({
      version: manifest.version,
      store,
      state,
      received: this.#received,
      sent: this.#sent,
      peers: () => this.#replication?.peers() ?? [],
      now: unixSeconds,
      scrub: () => this.#scrubber?.progress ?? null,
    })
    const web = await openWebDoor(context, {
      pool,
      state,
      lanes: this.#files.lanes,
      sent: this.#sent,
      report,
      settleAside: (action, ids) => (this.#replication?.peers() ?? []).flatMap((peer) => peer.settleAside(action, ids)),
      beginCheck: () => this.#scrubber?.begin() ?? false,
      metrics: this.#metrics,
      tcpConnections: () => this.#door?.connections ?? 0,
    })
    this.#opened.push(() => web.close())
    this.#files.removeOrphans(store)
    await this.#shareContents(context)
    this.#restoreDisks(context, { state, pool })
    this.#scrubFiles(context, { state, pool })
    this.httpPort = await web.listen()
    const door = await this.#serve({ ...context, status: () => this.#status(identity, web) }, { identity, web })
    this.#report(identity, context, { state, door })
    const timer = setInterval(() => this.#files.saveStatistics(), this.#config.statFileIntervalMs)
    this.#opened.push(() => clearInterval(timer))
  }

  replication(): PeerProgress[] {
    return this.#replication?.progress() ?? []
  }

  /** Leaves the group first, then stops serving; whatever fails, everything is closed. */
  async close(): Promise<void> {
    this.#stop.abort()
    const failures: unknown[] = []
    for (const close of this.#opened.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'the storage did not close cleanly')
  }

  #context({ identity, store, state, pool }: ContextParts): HandlerContext & { members: MemberDirectory } {
    const members = new MemberDirectory(identity, state, (index) => this.#recovery?.helperFor(index) ?? null)
    const remote = createRemoteSources({ store, pool })
    const { initFlag, counters } = this.#files
    const shared = { config: this.#config, logger: this.#logger, store }
    const trunk = new TrunkGroup({ ...shared, identity, state, initFlag, pool, now: unixSeconds })
    this.#opened.push(() => trunk.close())
    const tombstones = openTombstones(store.log.folder, unixSeconds, this.#sharing?.removals)
    this.#opened.push(() => tombstones.close())
    return {
      ...shared,
      trunk,
      locks: createFileLocks(this.#sharing?.removals),
      counters,
      tombstones,
      received: this.#received,
      refusals: createRefusals(REFUSALS_MAX),
      addressWidth: identity.addressWidth,
      members,
      addressOf: (source) => members.addressOf(source),
      sourceOf(logicName) {
        const member = members.livingSourceOf(logicName)
        return member === null ? null : remote(member)
      },
      isRestoring: (index) => this.#recovery?.isRestoring(index) ?? false,
      peerSeen(peerId) {
        // A peer that sends is up; if the list says otherwise it is out of date.
        if (state.members.size > 0 && state.statusOf(peerId) !== StorageStatus.ACTIVE) state.requestBeat()
      },
      status: () => this.#status(identity, null),
    }
  }

  /** As FastDFS writes it, where the configuration asks for it. */
  #accessLog(): Pick<AccessLog, 'watch'> {
    const { accessLog, basePath } = this.#config
    if (accessLog === null) return { watch: (handlers) => handlers }
    const report = (message: string, error: unknown) => this.#logger.warn({ err: error }, message)
    const log = openAccessLog({ basePath, precision: accessLog.precision, report })
    this.#opened.push(() => log.close())
    return log
  }

  #restoreDisks(context: HandlerContext, shared: { state: ClusterState; pool: ConnectionPool }): void {
    const recovery = startDiskRecovery({ ...context, ...shared, restored: () => this.#duplicates?.again() })
    this.#recovery = recovery
    this.#opened.push(() => recovery.close())
  }

  #scrubFiles(context: HandlerContext, shared: { state: ClusterState; pool: ConnectionPool }): void {
    const scrubber = startScrubber({ ...context, ...shared })
    this.#scrubber = scrubber
    this.#opened.push(() => scrubber.close())
  }

  async #shareContents({ store, locks }: HandlerContext): Promise<void> {
    if (!this.#config.checkFileDuplicate) {
      await forgetContents(store)
      return
    }
    const report = (message: string, error: unknown) => this.#logger.warn({ err: error }, message)
    const finder = startDuplicateFinder({ store, locks, report })
    this.#duplicates = finder
    this.#opened.push(() => finder.close())
  }

  async #serve(context: HandlerContext, { identity, web }: { identity: Identity; web: WebDoor }): Promise<CommandDoor> {
    const door = await openCommandDoor({
      context,
      handlers: this.#accessLog().watch(new Map([...storageHandlers(context), ...web.commands])),
      identity,
      host: listenAddress(this.#config, identity),
      usesTrunkFiles: identity.trunk !== null,
      sharing: this.#sharing,
      cursor: this.#files.cursor,
      answered: (command, status, times) => this.#metrics.command(command, status, times),
    })
    this.#door = door
    this.#opened.push(() => door.close())
    this.tcpPort = door.port
    return door
  }

  /** Joins the group and sends it this storage's log. */
  #report(
    identity: Identity,
    { store, trunk }: HandlerContext,
    { state, door }: { state: ClusterState; door: CommandDoor },
  ): void {
    const shared = { config: this.#config, identity, state, logger: this.#logger, counters: this.#files.counters }
    const { initFlag } = this.#files
    const { tcpPort } = this
    const reporter = startTrackerReporter({
      ...shared,
      initFlag,
      received: this.#received,
      tcpPort,
      upTime: unixSeconds(),
      connections: () => ({
        allocated: this.#config.maxConnections,
        current: door.connections,
        max: door.connectionsMax,
      }),
      trunkFigures: () => trunk.figures(),
      diskUsage: () =>
        store.space().map(({ totalBytes, freeBytes }) => ({
          totalMb: Math.floor(totalBytes / MIB),
          freeMb: Math.floor(freeBytes / MIB),
        })),
    })
    this.#opened.push(() => reporter.close())
    const queries = createTrackerQueries(this.#config, state, this.#logger)
    this.#opened.push(() => queries.close())
    const replication = startReplication({
      ...shared,
      initFlag,
      store,
      queries,
      tcpPort,
      sent: this.#sent,
      isRestoring: () => this.#recovery?.isActive ?? false,
    })
    this.#replication = replication
    this.#opened.push(() => replication.close())
  }

  #status(identity: Identity, web: WebDoor | null) {
    const { storageId, group } = identity
    return { version: manifest.version, httpPort: this.httpPort, kids: web?.kids() ?? [], storageId, group }
  }
}
