import { setTimeout as sleep } from 'node:timers/promises'
import { type MessagePort, Worker } from 'node:worker_threads'
import type { Listener } from '@cairn/dfs-http'
import { clearLanes, type SharedLanes } from '../disk/disk-lanes.ts'
import type { Logger } from '../handlers/context.ts'
import { BODY_BYTES_MAX } from '../parts/body-budget.ts'
import { CarriedSocket } from '../streams/carried-socket.ts'
import { keepYoungGenerationSmall } from '../young-generation.ts'
import type { CarrierStart, FromCarrier } from './carrier-thread.ts'
import { listeningDescriptor } from './shared-listener.ts'

export interface CarriersOptions {
  readonly count: number
  /** Of the main thread. It accepts connections while no other thread does. */
  readonly server: Pick<Listener, 'port' | 'serve' | 'leaveAccepting' | 'acceptAgain'>
  readonly logger: Logger
  readonly lanes: SharedLanes
  /** The number of the first one among all threads that go to the disks. */
  readonly firstThread: number
  /** What the threads run; there is no reason for another one but that it was built elsewhere. */
  readonly program?: URL
}

const PROGRAM = new URL('./carrier-worker.mjs', import.meta.url)
/** Young objects of a thread, as of those that serve FastDFS's port. */
const YOUNG_GENERATION_MB = 6
/** A thread that ended is started again after this time; one that never served, after the longer one. */
const RESTART_MS = 1000
const RETRY_MS = 60_000
/** The socket is in the hands of a thread that is just starting, or ending. */
const LISTEN_AGAIN_MS = 50

/** The threads that hold HTTP connections in place of the main one, and write what large uploads bring. */
export class Carriers {
  readonly #options: CarriersOptions
  readonly #threads = new Map<number, Carrier>()
  #mainAccepts = true
  #isClosing = false

  private constructor(options: CarriersOptions) {
    this.#options = options
  }

  /** Resolves when they accept. Without any the main thread serves alone. */
  static async start(options: CarriersOptions): Promise<Carriers> {
    const carriers = new Carriers(options)
    const started = Array.from({ length: options.count }, (_, index) => carriers.#startOne(index + 1))
    await Promise.all(started)
    return carriers
  }

  /** How many connections each of them holds, by its number (1 …). */
  get connections(): ReadonlyMap<number, number> {
    return new Map(this.#serving().map((carrier) => [carrier.index, carrier.connections]))
  }

  /** No more connections are accepted. */
  async stopAccepting(): Promise<void> {
    this.#isClosing = true
    await Promise.all([...this.#threads.values()].map((carrier) => carrier.stopAccepting()))
  }

  /** Whatever they hold must have ended before. */
  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.all([...this.#threads.values()].map((carrier) => carrier.close()))
  }

  #serving(): Carrier[] {
    return [...this.#threads.values()].filter(({ isServing }) => isServing)
  }

  async #startOne(index: number): Promise<void> {
    const { logger, server, lanes, count } = this.#options
    const descriptor = listeningDescriptor(server.port)
    if (descriptor === null) {
      logger.warn({ port: server.port }, 'the socket of HTTP cannot be shared with another thread')
      return
    }
    const start = {
      listener: { descriptor, port: server.port },
      bodyBytesMax: Math.floor(BODY_BYTES_MAX / count),
      lanes,
      thread: this.#laneOf(index),
    }
    const carrier = new Carrier({ ...this.#options, index }, start, (hasServed) => void this.#onEnd(index, hasServed))
    this.#threads.set(index, carrier)
    await carrier.started
    this.#leaveToOthers()
  }

  /** Not while one of them is still to get the socket, which may be the main thread's. */
  #leaveToOthers(): void {
    const all = this.#threads.size === this.#serving().length
    if (!all || this.#threads.size === 0 || !this.#mainAccepts || this.#isClosing) return
    this.#mainAccepts = false
    this.#options.server.leaveAccepting()
  }

  #laneOf(index: number): number {
    return this.#options.firstThread + index - 1
  }

  async #onEnd(index: number, hasServed: boolean): Promise<void> {
    this.#threads.delete(index)
    clearLanes(this.#options.lanes, this.#laneOf(index))
    if (this.#isClosing) return
    this.#options.logger.error({ thread: index }, 'a thread that holds connections ended; another one takes its place')
    this.#leaveToOthers()
    await this.#acceptAgain()
    await sleep(hasServed ? RESTART_MS : RETRY_MS, undefined, { ref: false })
    if (!this.#isClosing) await this.#startOne(index)
  }

  /** In the main thread, unless another one does. */
  async #acceptAgain(): Promise<void> {
    while (!this.#isClosing && !this.#mainAccepts && this.#serving().length === 0) {
      try {
        await this.#options.server.acceptAgain()
        this.#mainAccepts = true
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'the main thread cannot listen for HTTP yet')
        await sleep(LISTEN_AGAIN_MS)
      }
    }
  }
}

/** One thread, seen from the main one. */
class Carrier {
  /** It accepts connections, or has ended. */
  readonly started: Promise<void>
  connections = 0
  isServing = false
  readonly index: number
  readonly #options: CarriersOptions
  readonly #worker: Worker
  readonly #ended: Promise<void>
  #markStarted: () => void = () => undefined
  #markClosed: () => void = () => undefined

  constructor(options: CarriersOptions & { index: number }, start: CarrierStart, onEnd: (hasServed: boolean) => void) {
    this.#options = options
    this.index = options.index
    this.#worker = new Worker(options.program ?? PROGRAM, {
      workerData: start,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.#worker.on('message', (message: FromCarrier) => this.#receive(message))
    this.#worker.on('error', (error) => options.logger.error({ err: error }, 'a thread that holds connections failed'))
    let hasServed = false
    const started = new Promise<void>((resolve) => {
      this.#markStarted = () => {
        this.isServing = true
        hasServed = true
        resolve()
      }
    })
    // 'exit' follows an 'error', too.
    this.#ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve())).then(() => {
      this.isServing = false
      onEnd(hasServed)
    })
    this.started = Promise.race([started, this.#ended])
  }

  async stopAccepting(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#markClosed = resolve
    })
    this.#worker.postMessage('stop accepting')
    await Promise.race([closed, this.#ended])
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
    await this.#ended
  }

  #receive(message: FromCarrier): void {
    switch (message.kind) {
      case 'ready':
        keepYoungGenerationSmall()
        this.#markStarted()
        break
      case 'closed':
        this.#markClosed()
        break
      case 'failed':
        this.#options.logger.error({ err: message.message }, 'a thread cannot accept connections')
        break
      case 'connection':
        this.#serve(message.port, message.remoteAddress)
        break
    }
  }

  #serve(port: MessagePort, remoteAddress: string): void {
    const connection = new CarriedSocket(port, { remoteAddress, thread: this.index, threadEnded: this.#ended })
    this.connections += 1
    connection.once('close', () => {
      this.connections -= 1
    })
    this.#options.server.serve(connection)
  }
}
