import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
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
  connections(): Promise<number>
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
  return { port, connections: () => countConnections(server), close: () => closeServer(server) }
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
    server.once('error', reject)
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
