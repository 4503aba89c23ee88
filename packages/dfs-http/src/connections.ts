import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void

/** Part of the connections that may be open before idle ones are closed. */
const CROWDED = 0.75
/** Requests of one connection that may wait for their turn: they are kept in memory, and nobody who reads answers sends so many ahead. */
const WAITING_MAX = 100

/** The connections of one server: each has one request at a time, and those without any make room for new ones. */
export class Connections {
  /** Those without a request, the one that has had none for the longest first. */
  readonly #idle = new Set<Socket>()
  /** Those that were told to end. */
  readonly #leaving = new Set<Socket>()
  /** What each of the others answers last. An answer that was never begun is forgotten with its connection. */
  readonly #last = new WeakMap<Socket, ServerResponse>()
  readonly #waiting = new WeakMap<Socket, number>()
  #open = 0
  #onEmpty: (() => void) | null = null

  get open(): number {
    return this.#open
  }

  /** Nobody is turned away for the sake of connections that only wait: browsers keep six of them for a minute. */
  limit(server: Server, connectionsMax: number): void {
    server.maxConnections = connectionsMax
    server.on('connection', (socket: Socket) => {
      this.#open += 1
      socket.once('close', () => {
        this.#open -= 1
        this.#idle.delete(socket)
        this.#leaving.delete(socket)
        if (this.#open === 0) this.#onEmpty?.()
      })
      // The server itself counts only those that it has accepted; and the end of one that another thread holds takes a while.
      const busy = this.#open - this.#idle.size - this.#leaving.size
      if (busy > connectionsMax || this.#open > 2 * connectionsMax) socket.destroy()
      else if (this.#open > connectionsMax * CROWDED) this.#closeOldest()
    })
  }

  /** Resolves when none is open. */
  async empty(): Promise<void> {
    if (this.#open === 0) return
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
  }

  /**
   * Requests of one connection follow each other, also where a client sends the next one before it has the answer to the last (RFC 9112,
   * 9.3.2): Node.js would hand over all at once. Whoever sends too many ahead loses the connection.
   */
  inOrder(handle: RequestHandler): RequestHandler {
    return (request, response) => {
      const { socket } = request
      const before = this.#last.get(socket)
      this.#last.set(socket, response)
      this.#idle.delete(socket)
      response.once('close', () => {
        if (this.#last.get(socket) !== response) return
        this.#last.delete(socket)
        if (!socket.destroyed) this.#idle.add(socket)
      })
      if (before === undefined) return handle(request, response)
      if (this.#wait(socket, 1) > WAITING_MAX) socket.destroy()
      before.once('close', () => {
        this.#wait(socket, -1)
        if (!socket.destroyed) handle(request, response)
      })
    }
  }

  #wait(socket: Socket, more: 1 | -1): number {
    const waiting = (this.#waiting.get(socket) ?? 0) + more
    this.#waiting.set(socket, waiting)
    return waiting
  }

  #closeOldest(): void {
    const [oldest] = this.#idle
    if (oldest === undefined) return
    this.#idle.delete(oldest)
    this.#leaving.add(oldest)
    oldest.destroySoon()
  }
}
