import { Worker } from 'node:worker_threads'
import type { CommandServer } from '@cairn/dfs-core/server'
import type { StorageConfig } from '../config.ts'
import { clearLanes } from '../disk/disk-lanes.ts'
import type { FileStore } from '../disk/file-store.ts'
import { type StoreIdentity, temporaryPrefix } from '../disk/new-files.ts'
import type { CursorState } from '../engine/allocate.ts'
import { addCounts, type Counters } from '../engine/counters.ts'
import type { Logger } from '../handlers/context.ts'
import { PortStream } from '../streams/port-stream.ts'
import { keepYoungGenerationSmall } from '../young-generation.ts'
import { OutcomeSender } from './errands.ts'
import { LISTENING_DESCRIPTOR } from './listening-socket.ts'
import type { FromThread, SentRecord, ThreadStart, ToThread } from './messages.ts'
import { takeBack } from './take-back.ts'
import type { WorkSharing } from './work-sharing.ts'

export interface RequestThreadsOptions {
  readonly config: StorageConfig
  readonly identity: StoreIdentity
  readonly usesTrunkFiles: boolean
  readonly store: FileStore
  readonly counters: Counters
  readonly logger: Logger
  /** Serves what threads pass on. */
  readonly server: CommandServer
  readonly sharing: WorkSharing
  /** Where the main thread puts new files. */
  readonly cursor: CursorState
  answered(command: number, status: number, count: number): void
  /** Threads have deleted files: their names are to be taken over. */
  buried(): void
  /** A thread ended while it deleted files: their names are not in the list's file, perhaps. */
  saveBuried(): void
  /** Removes the file of a logic name that a thread has checked; `answer` gets the status for the client. */
  remove(logicName: string, answer: (status: number) => void): void
}

/** Young objects of a thread: with V8's own limit (48 MB) threads took 10 MB more each, and were no faster. */
const YOUNG_GENERATION_MB = 6
/** A thread that has not ended so long after its time to finish is ended. */
const CLOSE_MARGIN_MS = 1000
/** A thread that ended is started again after this time. */
const RESTART_MS = 1000
const PATHS_INTERVAL_MS = 1000

/** The threads beside the main one, each of which accepts connections at the socket of them all. */
export class RequestThreads {
  readonly #options: RequestThreadsOptions
  readonly #threads = new Map<number, RequestThread>()
  readonly #timer: NodeJS.Timeout
  #isClosing = false

  private constructor(options: RequestThreadsOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tellFailedPaths(), PATHS_INTERVAL_MS).unref()
  }

  /** Resolves when all of them accept; rejects, and leaves none, when one cannot. */
  static async start(options: RequestThreadsOptions): Promise<RequestThreads> {
    const threads = new RequestThreads(options)
    const { size } = options.sharing
    const started = Array.from({ length: size.threads - 1 }, (_, index) => threads.#startOne(index + 1).ready)
    try {
      await Promise.all(started)
    } catch (error) {
      await threads.close(0)
      throw error
    }
    return threads
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#timer)
    await Promise.all([...this.#threads.values()].map((thread) => thread.close(graceMs)))
  }

  #startOne(index: number): RequestThread {
    const thread = new RequestThread(index, this.#options, () => this.#onEnd(index))
    this.#threads.set(index, thread)
    return thread
  }

  #onEnd(index: number): void {
    this.#threads.delete(index)
    if (this.#isClosing) return
    this.#options.logger.error({ thread: index }, 'a thread ended; another one takes its place')
    setTimeout(() => {
      // What goes wrong is logged where it ends.
      if (!this.#isClosing) this.#startOne(index).ready.catch(() => undefined)
    }, RESTART_MS)
  }

  /** Which paths take no new files is noticed where it happens, and told to all. */
  #tellFailedPaths(): void {
    for (const { index, health } of this.#options.store.storePaths) {
      if (health.failure === null) continue
      for (const thread of this.#threads.values()) thread.post({ kind: 'pathFailed', index, message: health.failure })
    }
  }
}

/** One thread, seen from the main one. */
class RequestThread {
  /** It accepts connections. Rejects when it ends before that. */
  readonly ready: Promise<void>
  readonly #index: number
  readonly #options: RequestThreadsOptions
  readonly #worker: Worker
  /** Of the files that it was writing under temporary names. */
  readonly #temporaryPrefix: string
  readonly #ended: Promise<unknown>
  #markReady: () => void = () => undefined
  readonly #written = new OutcomeSender<Error | undefined>((written) => this.post({ kind: 'written', written }))
  readonly #removed = new OutcomeSender<number>((removed) => this.post({ kind: 'removed', removed }))

  constructor(index: number, options: RequestThreadsOptions, onEnd: () => void) {
    this.#index = index
    this.#options = options
    this.#worker = new Worker(new URL('./request-worker.mjs', import.meta.url), {
      workerData: this.#start(),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.#temporaryPrefix = temporaryPrefix(this.#worker.threadId)
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    this.#worker.on('error', (error) => options.logger.error({ err: error, thread: index }, 'a thread failed'))
    // It follows an 'error', too, which `once` of node:events would reject with.
    this.#ended = new Promise((resolve) => this.#worker.once('exit', resolve))
      .then(() => this.#takeBack())
      // Another thread takes its place all the same.
      .catch((error) => options.logger.error({ err: error, thread: index }, 'what a thread left is not all taken back'))
      .then(() => {
        options.sharing.shared.setConnections(index, 0)
        onEnd()
      })
    this.ready = new Promise((resolve, reject) => {
      this.#markReady = resolve
      this.#ended.then(() => reject(new Error('the thread ended before it served')), reject)
    })
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  async close(graceMs: number): Promise<void> {
    this.post({ kind: 'close', graceMs })
    const overdue = setTimeout(() => void this.#worker.terminate(), graceMs + CLOSE_MARGIN_MS)
    await this.#ended
    clearTimeout(overdue)
  }

  /** Every thread fills folders of its own. */
  #start(): ThreadStart {
    const { config, identity, usesTrunkFiles, sharing, cursor } = this.#options
    const { memory, size, removalsMemory, lanes } = sharing
    const { high, low } = cursor
    const share = Math.floor((config.subdirCount * this.#index) / size.threads)
    return {
      thread: this.#index,
      config,
      identity,
      usesTrunkFiles,
      descriptor: LISTENING_DESCRIPTOR,
      names: { memory, size },
      removals: removalsMemory,
      lanes,
      cursor: { high: (high + share) % config.subdirCount, low, count: 0 },
    }
  }

  #takeBack(): void {
    const { sharing, remove, saveBuried } = this.#options
    clearLanes(sharing.lanes, this.#index)
    // First the locks, which others wait for.
    const removed = sharing.removals.giveUp(this.#index)
    takeBack(this.#options, this.#index, this.#temporaryPrefix)
    if (removed.length > 0) saveBuried()
    // Their records may be written already.
    for (const name of removed) remove(name, () => undefined)
  }

  #receive(message: FromThread): void {
    const { logger, server, counters, store, answered } = this.#options
    switch (message.kind) {
      case 'ready':
        keepYoungGenerationSmall()
        this.#markReady()
        break
      case 'records':
        for (const [i, record] of message.records.errands.entries()) this.#append(message.records.first + i, record)
        break
      case 'logged':
        store.log.othersHaveWritten()
        this.#options.buried()
        break
      case 'removals':
        for (const [i, name] of message.removals.errands.entries()) this.#remove(message.removals.first + i, name)
        break
      case 'connection':
        server.serve(new PortStream(message.port), message.remoteAddress)
        break
      case 'figures':
        addCounts(counters, message.counters)
        store.groupSync.countElsewhere(message.syncs.group.rounds, message.syncs.group.served)
        store.singleSync.countElsewhere(message.syncs.single.rounds, message.syncs.single.served)
        for (const [command, status, count] of message.answered) answered(command, status, count)
        break
      case 'log':
        logger[message.level](message.details, message.message)
        break
      case 'pathFailed':
        store.storePaths[message.index]?.health.syncFailed(new Error(message.message))
        break
    }
  }

  #append(number: number, { op, name, slot, extra, durable, timestamp }: SentRecord): void {
    const { store, sharing } = this.#options
    const options = { extra, durable, ...(timestamp !== undefined && { timestamp }) }
    store.log.append(op, name, (error) => this.#written.send(number, error), options)
    // From here on the log itself keeps later times back.
    if (slot >= 0) sharing.shared.free(this.#index, slot)
  }

  #remove(number: number, name: string): void {
    this.#options.remove(name, (status) => this.#removed.send(number, status))
  }
}
