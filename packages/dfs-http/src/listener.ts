import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Connections, type RequestHandler } from './connections.ts'
import { forwardedReader } from './forwarded.ts'

export interface ListenerOptions {
  /** 0 takes a free one. */
  port: number
  /** '' for all addresses. */
  host: string
  maxConnections: number
  /** Addresses and blocks of the proxies in front, whose `X-Forwarded-` headers are believed. */
  trustedProxies: readonly string[]
  handle: RequestHandler
  /** Whether `handle` itself decides when a client that asks may send its body. */
  continuesLater?(request: IncomingMessage): boolean
  /** A connection could not be accepted, since no descriptor was free, say; the listener goes on. */
  acceptFailed(error: Error): void
}

/** A running HTTP server for large bodies. */
export interface Listener {
  readonly port: number
  /** Open now. */
  readonly connections: number
  /** A connection that somebody else has accepted: a stream with the properties of a socket that a server asks for. */
  serve(connection: Duplex): void
  /** Others accept at its socket: those connections are served, and it accepts none itself. */
  leaveAccepting(): void
  /** Nobody else has the socket any more. Rejects when somebody has. */
  acceptAgain(): Promise<void>
  /** Takes no more requests, gives running ones a moment and then ends their connections. */
  close(): Promise<void>
}

/** The first byte to the last byte of a request's head. */
const HEADERS_TIMEOUT_MS = 15_000
/** Nothing is read or written on a connection for so long: it ends. */
const IDLE_TIMEOUT_MS = 60_000
const KEEP_ALIVE_MS = 65_000
/** Tickets have at most 1 KiB; a browser adds cookies of the same host. */
const HEADER_BYTES_MAX = 32 * 1024
const CLOSE_GRACE_MS = 1000

/** Listens with the limits that uploads and downloads of any size need: on silence, not on duration. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { handle, continuesLater, maxConnections, trustedProxies } = options
  const readForwarded = forwardedReader(trustedProxies)
  const connections = new Connections()
  const receive = connections.inOrder((request, response) => {
    readForwarded(request)
    handle(request, response)
  })
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 0,
    },
    receive,
  )
  server.setTimeout(IDLE_TIMEOUT_MS)
  connections.limit(server, maxConnections)
  server.on('clientError', answerClientError)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (continuesLater?.(request) !== true) response.writeContinue()
    receive(request, response)
  })
  const port = await listen(server, options)
  // Without a listener a failed accept would end the process.
  server.on('error', (error) => options.acceptFailed(error))
  let isClosing = false
  return {
    port,
    get connections() {
      return connections.open
    },
    serve(connection) {
      if (isClosing) connection.destroy()
      else server.emit('connection', connection as Socket)
    },
    // An HTTP server's own `close` would end connections, too.
    leaveAccepting: () => void NetServer.prototype.close.call(server),
    async acceptAgain() {
      await listen(server, { ...options, port })
    },
    async close() {
      isClosing = true
      await closeServer(server, connections)
    },
  }
}

/** What is not HTTP, or too large a head, never becomes a request. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = JSON.stringify({ code: 'bad_request', message: 'this is not a request that can be understood' })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function listen(server: Server, { port, host }: ListenerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      server.off('listening', onListening)
      reject(error)
    }
    const onListening = () => {
      server.off('error', onError)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    }
    server.once('error', onError).once('listening', onListening)
    server.listen({ port, ...(host === '' ? {} : { host }) })
  })
}

async function closeServer(server: Server, connections: Connections): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await Promise.all([closed, connections.empty()])
  clearTimeout(timer)
}
