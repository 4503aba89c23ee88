import type { ConnectionPool } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { buddyHandlers } from './buddy/buddy-handlers.ts'
import { PartShipper } from './buddy/part-shipper.ts'
import type { ClusterState } from './cluster/cluster-state.ts'
import type { SharedLanes } from './disk/disk-lanes.ts'
import type { AsideAction } from './disk/quarantine.ts'
import { countBytes, countOperation } from './engine/counters.ts'
import type { SentRates } from './engine/sent-rate.ts'
import type { ConnectionState, HandlerContext } from './handlers/context.ts'
import { KeysFile } from './http/keys-file.ts'
import type { StorageMetrics } from './http/metrics.ts'
import { type RunningHttpServer, startHttpServer } from './http/server.ts'
import { createFindAtSource } from './http/source-files.ts'
import type { MemberDirectory } from './member-directory.ts'
import { DiskPartStore } from './parts/disk-part-store.ts'
import type { StorageReport } from './storage-report.ts'
import { Carriers } from './workers/carriers.ts'

/** The HTTP side of a storage: uploads in progress, keys and the server. */
export interface WebDoor {
  /** Kids that tickets may be signed with. */
  kids(): readonly string[]
  /** Commands of other members about the uploads in progress. */
  readonly commands: ReadonlyArray<[number, CommandHandler<ConnectionState>]>
  /** Starts to serve; resolves with the port, −1 when HTTP is off. */
  listen(): Promise<number>
  close(): Promise<void>
}

export interface WebDoorOptions {
  readonly pool: ConnectionPool
  readonly state: ClusterState
  readonly lanes: SharedLanes
  readonly sent: SentRates
  readonly metrics: StorageMetrics
  /** Open connections of the FastDFS protocol. */
  tcpConnections(): number
  report(openUploads: number): Promise<StorageReport>
  /** Decides on changes that members did not take; says which of them there were. */
  settleAside(action: AsideAction, ids: readonly string[]): string[]
  /** Has all files compared with their names now; false: that is turned off. */
  beginCheck(): boolean
}

/** A client waits so long at most for a member that takes nothing. */
const BUDDY_ANSWER_MS = 10_000

const CLOSED: WebDoor = {
  kids: () => [],
  commands: [],
  listen: () => Promise.resolve(-1),
  close: () => Promise.resolve(),
}

/** Takes up the uploads that were under way; what a crash stopped at its end is finished. Nothing is served yet. */
export async function openWebDoor(
  context: HandlerContext & { members: MemberDirectory },
  options: WebDoorOptions,
): Promise<WebDoor> {
  const { config, store, counters, logger } = context
  if (config.http.port < 0) return CLOSED
  const keys = openKeys(context)
  const parts = await openParts(context, options)
  let server: RunningHttpServer | null = null
  let carriers: Carriers | null = null
  return {
    kids: () => keys?.kids ?? [],
    commands: buddyHandlers(context, parts.copies),
    async listen() {
      server = await startHttpServer({
        config: config.http,
        uploadSizeMax: config.uploadSizeMax,
        maxConnections: config.maxConnections,
        store,
        parts,
        keys,
        logger,
        findAtSource: createFindAtSource(options.pool, (name) => context.members.sourceAddress(name)),
        elsewhere: (name) => elsewhere(context, name),
        isDeleted: (name) => context.tombstones.has(name),
        onDownload(bytes, succeeded) {
          countOperation(counters, 'Download', succeeded)
          countBytes(counters, 'Download', bytes, succeeded ? bytes : 0)
        },
        counters,
        metrics: options.metrics,
        tcpConnections: options.tcpConnections,
        status: () => options.report(parts.openCount),
        settleAside: options.settleAside,
        beginCheck: options.beginCheck,
      })
      carriers = await Carriers.start({
        ...{ server, logger, lanes: options.lanes },
        count: config.http.threads,
        firstThread: config.workThreads,
      })
      void parts.finishComplete()
      return server.port
    },
    async close() {
      await carriers?.stopAccepting()
      await server?.close()
      await carriers?.close()
      await parts.close()
      keys?.close()
    },
  }
}

function openParts(context: HandlerContext, options: WebDoorOptions): Promise<DiskPartStore> {
  const { config, store, counters, logger, tombstones } = context
  const report = (message: string, error?: unknown) => logger.warn({ err: error }, message)
  return DiskPartStore.open({
    store,
    durability: config.http.tusDurability,
    report,
    isBuried: (name, timestamp) => tombstones.refuses(name, timestamp),
    startShipping: (superseded) =>
      new PartShipper({
        pool: options.pool,
        group: store.group,
        storageId: store.storageId,
        answerMs: Math.min(config.networkTimeoutMs, BUDDY_ANSWER_MS),
        members: () => options.state.members,
        shipped(member, bytes) {
          countBytes(counters, 'SyncOut', bytes, bytes)
          options.sent.of(member).add(bytes, performance.now())
        },
        report,
        superseded,
      }),
    onFinished({ size }, seconds) {
      options.metrics.finished(seconds)
      countOperation(counters, 'Upload', true)
      countBytes(counters, 'Upload', size, size)
    },
  })
}

function elsewhere({ members, isRestoring }: HandlerContext & { members: MemberDirectory }, logicName: string) {
  const member = members.sourceOf(logicName)
  if (member === null) return null
  return { host: member.ip, isHelper: isRestoring(Number.parseInt(logicName.slice(1, 3), 16)) }
}

function openKeys({ config, logger }: HandlerContext): KeysFile | null {
  const { keysFile, access } = config.http
  if (keysFile !== null) return new KeysFile(keysFile, logger)
  if (access !== 'ticket') return null
  throw new Error('http_access = ticket needs a keys_file')
}
