import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Status, storageCommands } from '@cairn/dfs-core'
import {
  type CommandHandler,
  type CommandServer,
  createCommandServer,
  createRelay,
  type Relay,
  type RelayState,
} from '@cairn/dfs-core/server'
import { binlogFolder } from '../disk/binlog-files.ts'
import { openLane } from '../disk/disk-lanes.ts'
import type { GroupSync } from '../disk/group-sync.ts'
import type { LogDone } from '../disk/log-done.ts'
import { NewFiles } from '../disk/new-files.ts'
import { openStorePath, type StorePath } from '../disk/store-path.ts'
import { createDirectoryCursor } from '../engine/allocate.ts'
import { newCounters, takeCounts } from '../engine/counters.ts'
import { openAccessLog } from '../handlers/access-log.ts'
import type { ConnectionState, FileContext, Logger } from '../handlers/context.ts'
import { downloadHandler } from '../handlers/download.ts'
import { noteFailure } from '../handlers/failure.ts'
import { removeHandler } from '../handlers/remove.ts'
import { inFileOfItsOwn, newFileHandler } from '../handlers/upload.ts'
import { PortStream } from '../streams/port-stream.ts'
import { ErrandSender } from './errands.ts'
import type { FromThread, LogLevel, SyncFigures, ThreadStart, ToThread } from './messages.ts'
import { SharedNames } from './shared-names.ts'
import { SharedRemovals } from './shared-removals.ts'
import { ThreadLog } from './thread-log.ts'
import { ThreadRemovals } from './thread-removals.ts'

const FIGURES_INTERVAL_MS = 1000
const COMMAND_CODES = 256
/** The server itself answers these. */
const BUILT_IN: ReadonlySet<number> = new Set([82, 111])
const STATUSES = 128

type Connection = ConnectionState & RelayState

/**
 * A thread that serves clients beside the main one: it reads files and stores new ones by itself. Its log is the main
 * thread's; whatever else clients ask is passed on to the main thread, so that it is done in one place.
 */
export async function runRequestThread(port: MessagePort, start: ThreadStart): Promise<void> {
  const thread = new RequestThread(port, start)
  port.on('message', (message: ToThread) => thread.receive(message))
  await thread.listen()
}

class RequestThread {
  readonly #port: MessagePort
  readonly #start: ThreadStart
  readonly #names: SharedNames
  readonly #log: ThreadLog
  readonly #storePaths: readonly StorePath[]
  readonly #server: CommandServer
  readonly #timer: NodeJS.Timeout
  readonly #closeAccessLog: () => void
  readonly #groupSyncs: () => SyncFigures
  readonly #singleSyncs: () => SyncFigures
  readonly #counters = newCounters()
  /** Null where deletions are the main thread's alone. */
  readonly #ownRemovals: ThreadRemovals | null
  readonly #removals = new ErrandSender<string, number>((removals) => this.#send({ kind: 'removals', removals }))
  #answered = new Map<number, number>()

  constructor(port: MessagePort, start: ThreadStart) {
    const { config, thread, identity, names, cursor, removals, lanes } = start
    this.#port = port
    this.#start = start
    this.#names = new SharedNames(names.memory, names.size)
    const now = () => Math.floor(Date.now() / 1000)
    this.#log = new ThreadLog({
      thread,
      names: this.#names,
      folder: binlogFolder(config.basePath),
      now,
      send: (records) => this.#send({ kind: 'records', records }),
      beforeWriting: () => this.#ownRemovals?.writeNames(),
      hasWritten: () => this.#send({ kind: 'logged' }),
    })
    // Names that share their bytes are one thread's business, and what must be durable waits for the log's one sync.
    const isShared = config.checkFileDuplicate || config.uploadDurability !== 'none'
    this.#ownRemovals = isShared
      ? null
      : new ThreadRemovals({
          thread,
          shared: new SharedRemovals(removals, names.size.threads, this.#names.logEnd.locked),
          log: this.#log,
          folder: binlogFolder(config.basePath),
          source: identity.source,
          now,
        })
    this.#storePaths = config.storePaths.map(({ path, readonly }, index) =>
      openStorePath(index, path, readonly, {
        report: (_message, error) => this.#send({ kind: 'pathFailed', index, message: String(error) }),
        lane: openLane(lanes, index, thread),
      }),
    )
    const { subdirCount, rotateCount, distribution } = config
    const store = new NewFiles({
      identity,
      storePaths: this.#storePaths,
      log: this.#log,
      cursor: distribution === 'rotate' ? createDirectoryCursor(cursor, subdirCount, rotateCount) : null,
      subdirCount,
    })
    this.#groupSyncs = newlyCounted(store.groupSync)
    this.#singleSyncs = newlyCounted(store.singleSync)
    const context = { config, store, counters: this.#counters, logger: this.#logger() }
    const relay = createRelay<Connection>((remoteAddress) => this.#openStream(remoteAddress))
    const { handlers, close } = this.#watched(this.#handlers(context, relay))
    this.#closeAccessLog = close
    this.#server = this.#createServer(context.logger, relay, handlers)
    this.#timer = setInterval(() => this.#sendFigures(), FIGURES_INTERVAL_MS)
  }

  async listen(): Promise<void> {
    await this.#server.listenAt(this.#start.descriptor)
    this.#send({ kind: 'ready' })
  }

  receive(message: ToThread): void {
    if (message.kind === 'written') this.#log.written(message.written)
    else if (message.kind === 'removed') this.#removals.settle(message.removed)
    else if (message.kind === 'pathFailed') {
      this.#storePaths[message.index]?.health.syncFailed(new Error(message.message))
    } else void this.#close(message.graceMs)
  }

  async #close(graceMs: number): Promise<void> {
    await this.#server.close(graceMs)
    clearInterval(this.#timer)
    this.#closeAccessLog()
    this.#log.close()
    this.#ownRemovals?.close()
    this.#sendFigures()
    this.#port.close()
  }

  /** The main thread's commands, but for the ones that are done here. */
  #handlers(context: FileContext, relay: Relay<Connection>): Map<number, CommandHandler<Connection>> {
    const handlers = new Map<number, CommandHandler<Connection>>()
    for (let code = 0; code < COMMAND_CODES; code += 1) if (!BUILT_IN.has(code)) handlers.set(code, relay.handler)
    const { deleteFile, downloadFile, uploadFile } = storageCommands
    handlers.set(
      downloadFile.code,
      downloadHandler<Connection>(context, (request, reply) => relay.pass(request, reply)),
    )
    handlers.set(
      deleteFile.code,
      removeHandler<Connection>(context, (file, answer) => {
        const done: LogDone = (error) =>
          answer(error === undefined ? Status.OK : noteFailure(context, deleteFile.code, error))
        if (this.#ownRemovals?.remove(file, done) !== true) this.#removals.send(file.logicName, answer)
      }),
    )
    if (!this.#start.usesTrunkFiles) handlers.set(uploadFile.code, newFileHandler(context, 'normal', inFileOfItsOwn))
    return handlers
  }

  /** The main thread writes the lines of what is passed on. */
  #watched(handlers: Map<number, CommandHandler<Connection>>) {
    const { accessLog, basePath } = this.#start.config
    if (accessLog === null) return { handlers, close: () => undefined }
    const report = (message: string, error: unknown) => this.#tell('warn', { err: error }, message)
    const log = openAccessLog({ basePath, precision: accessLog.precision, report })
    const own = [...handlers].filter(([, handler]) => handler !== handlers.get(0))
    return { handlers: new Map([...handlers, ...log.watch(new Map(own))]), close: () => log.close() }
  }

  #createServer(
    logger: Logger,
    relay: Relay<Connection>,
    handlers: Map<number, CommandHandler<Connection>>,
  ): CommandServer {
    const { config, thread } = this.#start
    const { maxConnections, networkTimeoutMs, allowHosts } = config
    const names = this.#names
    return createCommandServer<Connection>({
      handlers,
      newState: () => ({ peerId: null, relayed: null }),
      connectionsChanged: (count) => names.setConnections(thread, count),
      sharedSocket: { descriptor: this.#start.descriptor, isAhead: () => names.isAhead(thread) },
      connectionClosed: (state) => relay.connectionClosed(state),
      limits: {
        maxConnections,
        networkTimeoutMs,
        connectionsElsewhere: () => names.connectionsExcept(thread),
      },
      ...(allowHosts !== null && { allowHosts }),
      unknownCommand: 'close',
      closeOnEinval: true,
      answered: (command, status) => {
        const key = command * STATUSES + status
        this.#answered.set(key, (this.#answered.get(key) ?? 0) + 1)
      },
      logger,
    })
  }

  #openStream(remoteAddress: string): PortStream {
    const { port1, port2 } = new MessageChannel()
    this.#port.postMessage({ kind: 'connection', port: port2, remoteAddress } satisfies FromThread, [port2])
    return new PortStream(port1)
  }

  #sendFigures(): void {
    const answered = [...this.#answered].map(
      ([key, count]) => [Math.floor(key / STATUSES), key % STATUSES, count] as const,
    )
    const isQuiet = answered.length === 0 && Object.values(this.#counters).every((count) => count === 0)
    if (isQuiet) return
    this.#answered = new Map()
    const syncs = { group: this.#groupSyncs(), single: this.#singleSyncs() }
    this.#send({ kind: 'figures', counters: takeCounts(this.#counters), syncs, answered })
  }

  #logger(): Logger {
    const write = (level: LogLevel) => (details: object, message: string) => this.#tell(level, details, message)
    const isDebug = this.#start.config.logLevel === 'debug'
    return {
      debug: isDebug ? write('debug') : () => undefined,
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    }
  }

  #tell(level: LogLevel, details: object, message: string): void {
    this.#send({ kind: 'log', level, details, message })
  }

  #send(message: FromThread): void {
    this.#port.postMessage(message)
  }
}

/** What was counted since the last call. */
function newlyCounted(sync: GroupSync): () => SyncFigures {
  let known = { rounds: 0, served: 0 }
  return () => {
    const { rounds, served } = sync
    const more = { rounds: rounds - known.rounds, served: served - known.served }
    known = { rounds, served }
    return more
  }
}
