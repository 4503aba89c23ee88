import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Status } from '../errors.ts'
import { CommandConnection, type ConnectionContext } from './command-connection.ts'
import type { BufferedHandler, CommandHandler, CommandServer, CommandServerOptions } from './handler.ts'
import { type HostFilter, hostFilter, plainAddress } from './host-filter.ts'

const ACTIVE_TEST = 111
const HEAD_BYTES_MAX = 256 * 1024
const COMMAND_CODES = 256
/** A connection is swept four times per network timeout; it takes a few sweeps without progress to end one. */
const SWEEPS_PER_TIMEOUT = 4
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
  #onEmpty: (() => void) | null = null

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
    this.#server.maxConnections = limits.maxConnections
    // Without a listener a failed accept (no descriptors left) would end the process.
    this.#server.on('error', (error) => logger?.error({ err: error }, 'listening or accepting failed'))
    this.#sweeper = setInterval(() => this.#sweep(), limits.networkTimeoutMs / SWEEPS_PER_TIMEOUT).unref()
  }

  get connections(): number {
    return this.#connections.size
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  async close(graceMs: number): Promise<void> {
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

  #accept(socket: Socket): void {
    const remoteAddress = plainAddress(socket.remoteAddress ?? '')
    if (this.#isAllowed?.(remoteAddress) === false) {
      this.#options.logger?.debug({ remoteAddress }, 'host is not allowed')
      socket.destroy()
      return
    }
    const state = this.#options.newState()
    const connection = new CommandConnection(socket, this.#context, { remoteAddress, state })
    this.#connections.add(connection)
    socket.once('close', () => this.#forget(connection, state))
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
