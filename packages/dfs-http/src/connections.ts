import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void

/** Part of the connections that may be open before idle ones are closed. */
const CROWDED = 0.75

/** The connections of one server: each has one request at a time, and those without any make room for new ones. */
export class Connections {
  /** Those without a request, the one that has had none for the longest first. */
  readonly #idle = new Set<Socket>()
  readonly #last = new WeakMap<Socket, ServerResponse>()
  #open = 0

  /** Nobody is turned away for the sake of connections that only wait: browsers keep six of them for a minute. */
  limit(server: Server, connectionsMax: number): void {
    server.maxConnections = connectionsMax
    server.on('connection', (socket: Socket) => {
      this.#open += 1
      socket.once('close', () => {
        this.#open -= 1
        this.#idle.delete(socket)
      })
      if (this.#open > connectionsMax * CROWDED) this.#closeOldest()
    })
  }

  /**
   * Requests of one connection follow each other, also where a client sends the next one before it has the answer to the last (RFC 9112,
   * 9.3.2): Node.js would hand over all at once.
   */
  inOrder(handle: RequestHandler): RequestHandler {
    return (request, response) => {
      const { socket } = request
      const before = this.#last.get(socket)
      this.#last.set(socket, response)
      this.#idle.delete(socket)
      response.once('close', () => {
        if (this.#last.get(socket) === response && !socket.destroyed) this.#idle.add(socket)
      })
      if (before === undefined || before.writableFinished) return handle(request, response)
      before.once('close', () => {
        if (!socket.destroyed) handle(request, response)
      })
    }
  }

  #closeOldest(): void {
    const [oldest] = this.#idle
    if (oldest === undefined) return
    this.#idle.delete(oldest)
    oldest.destroySoon()
  }
}
