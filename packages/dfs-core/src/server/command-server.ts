import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Status } from '../errors.ts'
import { CommandConnection, type ConnectionContext } from './command-connection.ts'
import type { BufferedHandler, CommandHandler, CommandServer, CommandServerOptions } from './handler.ts'
import { hostFilter, plainAddress } from './host-filter.ts'

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
  const context: ConnectionContext<S> = {
    handlers: handlerTable(options.handlers),
    headBytesMax: options.limits.headBytesMax ?? HEAD_BYTES_MAX,
    closeOnUnknown: options.unknownCommand === 'close',
    closeOnEinval: options.closeOnEinval,
    logger: options.logger,
  }
  const isAllowed = options.allowHosts === undefined ? undefined : hostFilter(options.allowHosts)
  const connections = new Set<CommandConnection<S>>()

  const accept = (socket: Socket): void => {
    const remoteAddress = plainAddress(socket.remoteAddress ?? '')
    if (isAllowed?.(remoteAddress) === false) {
      options.logger?.debug({ remoteAddress }, 'host is not allowed')
      socket.destroy()
      return
    }
    const state = options.newState()
    const connection = new CommandConnection(socket, context, { remoteAddress, state })
    connections.add(connection)
    socket.once('close', () => {
      connections.delete(connection)
      options.connectionClosed?.(state)
    })
  }

  // Half-open, so that a peer which ends its side after a request still gets the answer.
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS },
    accept,
  )
  // Without a listener a failed accept (no descriptors left) would end the process.
  server.on('error', (error) => options.logger?.error({ err: error }, 'listening or accepting failed'))
  server.maxConnections = options.limits.maxConnections
  const sweeper = setInterval(() => {
    for (const connection of connections) connection.sweep()
  }, options.limits.networkTimeoutMs / SWEEPS_PER_TIMEOUT)
  sweeper.unref()

  return {
    listen: (port, host) => listen(server, port, host),
    close: async (graceMs) => {
      await closeServer(server, connections, graceMs)
      clearInterval(sweeper)
    },
    get connections() {
      return connections.size
    },
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

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function closeServer<S>(server: Server, connections: Set<CommandConnection<S>>, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, graceMs)
    server.close(() => {
      clearTimeout(deadline)
      resolve()
    })
    for (const connection of connections) connection.drain()
  })
}
