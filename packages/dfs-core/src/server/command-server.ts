import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Status } from '../errors.ts'
import { CommandConnection, type ConnectionContext } from './command-connection.ts'
import type { BufferedHandler, CommandHandler, CommandServer, CommandServerOptions } from './handler.ts'
import { type HostFilter, hostFilter, plainAddress } from './host-filter.ts'

const ACTIVE_TEST = 111
const HEAD_BYTES_MAX = 256 * 1024
const COMMAND_CODES = 256
/** A connection is swept four times per network timeout; it takes a few sweeps without progress to end one. */
const SWEEPS_PER_TIMEOUT = 4
/** Another thread accepts within some microseconds, unless it is busy. */
const REST_MS = 5
/** A peer that vanished while idle is found out by TCP: idle connections have no timeout of ours. */
const KEEP_ALIVE_DELAY_MS = 60_000

/**
 * The TCP server of both daemons: FastDFS frames in, handlers of a table, one answer each, in order. See `handler.ts`
 * for what handlers and limits mean; framing and closing follow client protocol §1.1 and §1.5–1.7.
 * Throws RangeError for a bad address in `allowHosts` or a command code that is not 0 … 255.
 */
export function createCommandServer<S>(options: CommandServerOptions<S>): CommandServer {
  return new TcpCommandServer(options)
}

class TcpCommandServer<S> implements CommandServer {
  readonly #options: CommandServerOptions<S>
  readonly #context: ConnectionContext<S>
  readonly #isAllowed: HostFilter | undefined
  readonly #server: Server
  readonly #connections = new Set<CommandConnection<S>>()
  readonly #sweeper: NodeJS.Timeout
  #accepted = 0
  #onEmpty: (() => void) | null = null
  #resting: NodeJS.Timeout | null = null

  constructor(options: CommandServerOptions<S>) {
    const { limits, allowHosts, logger } = options
    this.#options = options
    this.#context = {
      handlers: handlerTable(options.handlers),
      headBytesMax: limits.headBytesMax ?? HEAD_BYTES_MAX,
      closeOnUnknown: options.unknownCommand === 'close',
      closeOnEinval: options.closeOnEinval,
      answered: options.answered ?? (() => undefined),
      logger,
    }
    this.#isAllowed = allowHosts === undefined ? undefined : hostFilter(allowHosts)
    // Half-open, so that a peer which ends its side after a request still gets the answer.
    const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true }
    this.#server = createServer({ ...socketOptions, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS }, (socket) =>
      this.#accept(socket),
    )
    // Without a listener a failed accept (no descriptors left) would end the process.
    this.#server.on('error', (error) => logger?.error({ err: error }, 'listening or accepting failed'))
    this.#sweeper = setInterval(() => this.#sweep(), limits.networkTimeoutMs / SWEEPS_PER_TIMEOUT).unref()
  }

  get connections(): number {
    return this.#accepted
  }

  async listen(port: number, host: string): Promise<number> {
    await this.#listen({ port, host })
    return (this.#server.address() as AddressInfo).port
  }

  listenAt(descriptor: number): Promise<void> {
    return this.#listen({ fd: descriptor })
  }

  serve(stream: Duplex, remoteAddress: string): void {
    this.#connect(stream, remoteAddress, () => undefined)
  }

  async close(graceMs: number): Promise<void> {
    if (this.#resting !== null) clearTimeout(this.#resting)
    const listenerClosed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
    const deadline = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy()
    }, graceMs)
    for (const connection of this.#connections) connection.drain()
    await listenerClosed
    if (this.#connections.size > 0) await empty
    clearTimeout(deadline)
    clearInterval(this.#sweeper)
  }

  #listen(where: { readonly port: number; readonly host: string } | { readonly fd: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(where, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  #accept(socket: Socket): void {
    const remoteAddress = plainAddress(socket.remoteAddress ?? '')
    if (this.#isFull()) {
      socket.destroy()
      return
    }
    if (this.#isAllowed?.(remoteAddress) === false) {
      this.#options.logger?.debug({ remoteAddress }, 'host is not allowed')
      socket.destroy()
      return
    }
    this.#count(1)
    this.#connect(socket, remoteAddress, () => this.#count(-1))
    if (this.#options.sharedSocket?.isAhead()) this.#rest(this.#options.sharedSocket.descriptor)
  }

  /** Lets the others accept for a moment: whoever wakes first would take all that come at once. */
  #rest(descriptor: number): void {
    if (this.#resting !== null) return
    this.#server.close()
    this.#resting = setTimeout(() => {
      this.#resting = null
      this.#listen({ fd: descriptor }).catch((error: unknown) =>
        this.#options.logger?.error({ err: error }, 'listening again failed'),
      )
    }, REST_MS)
  }

  #isFull(): boolean {
    const { maxConnections, connectionsElsewhere } = this.#options.limits
    return this.#accepted + (connectionsElsewhere?.() ?? 0) >= maxConnections
  }

  #count(change: 1 | -1): void {
    this.#accepted += change
    this.#options.connectionsChanged?.(this.#accepted)
  }

  #connect(stream: Duplex, remoteAddress: string, ended: () => void): void {
    const state = this.#options.newState()
    const connection = new CommandConnection(stream, this.#context, { remoteAddress, state })
    this.#connections.add(connection)
    stream.once('close', () => {
      ended()
      this.#forget(connection, state)
    })
  }

  #forget(connection: CommandConnection<S>, state: S): void {
    this.#connections.delete(connection)
    try {
      this.#options.connectionClosed?.(state)
    } catch (error) {
      this.#options.logger?.error({ err: error }, 'the end of a connection could not be handled')
    }
    if (this.#connections.size === 0) this.#onEmpty?.()
  }

  #sweep(): void {
    for (const connection of this.#connections) connection.sweep()
  }
}

function handlerTable<S>(
  handlers: ReadonlyMap<number, CommandHandler<S>>,
): ReadonlyArray<CommandHandler<S> | undefined> {
  const table = new Array<CommandHandler<S> | undefined>(COMMAND_CODES).fill(undefined)
  table[ACTIVE_TEST] = activeTest
  for (const [command, handler] of handlers) {
    if (!Number.isInteger(command) || command < 0 || command >= COMMAND_CODES)
      throw new RangeError(`bad command code ${command}`)
    table[command] = handler
  }
  return table
}

const activeTest: BufferedHandler<unknown> = {
  kind: 'buffered',
  bodyMax: HEAD_BYTES_MAX,
  handle(request, reply) {
    if (request.bodyLength === 0) reply.ok()
    else reply.fail(Status.EINVAL)
  },
}
