import { ConnectionError } from '../errors.ts'
import { type Connection, openConnection } from './connection.ts'
import type { Request, Timeouts } from './request.ts'
import type { Download } from './response.ts'

const DEFAULTS = {
  connectTimeoutMs: 5000,
  networkTimeoutMs: 30_000,
  idleMax: 16,
  openMax: 128,
  idleTimeoutMs: 60_000,
}
/** A connection idle for this long is looked at before a request that must not be sent twice. */
const LOOK_AFTER_IDLE_MS = 1000

/** All limits are per address. */
export interface PoolOptions extends Partial<Timeouts> {
  /** Idle connections kept; default 16. */
  readonly idleMax?: number
  /** Connections open at once, default 128; more requests wait, at most `connectTimeoutMs`. */
  readonly openMax?: number
  /** Idle connections are closed after this; default 60 s. */
  readonly idleTimeoutMs?: number
}

interface IdleConnection {
  readonly connection: Connection
  readonly since: number
}

interface Host {
  readonly address: string
  readonly idle: IdleConnection[]
  readonly waiting: Array<() => void>
  open: number
}

/**
 * Connections to any number of servers, kept between requests, the last used first. Idle ones are used again without a
 * test: when a server has closed one meanwhile, a request that can be repeated is sent once more on a new connection. A
 * connection that failed never comes back.
 */
export class ConnectionPool {
  readonly #options: PoolOptions & typeof DEFAULTS
  /** Those that have a connection, or are about to. */
  readonly #hosts = new Map<string, Host>()
  #sweeper: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: PoolOptions = {}) {
    this.#options = { ...DEFAULTS, ...options }
  }

  /** Open connections to `address`, busy and idle. */
  open(address: string): number {
    return this.#hosts.get(address)?.open ?? 0
  }

  /**
   * Sends a request to `address` and collects the answer; errors as `Connection.request`. `repeatable` says that the
   * request changes nothing, so that it may be sent again when a kept connection turns out to be closed. Any request
   * without a stream is sent again when not a byte of it had left.
   */
  async request(address: string, request: Request, repeatable = false): Promise<Buffer> {
    request.signal?.throwIfAborted()
    const connection = await this.#acquire(address, !repeatable)
    try {
      return await connection.request(request)
    } catch (error) {
      if (!mayRepeat(connection, request, repeatable)) throw error
    } finally {
      this.#release(connection)
    }
    const fresh = await this.#acquire(address, false, true)
    try {
      return await fresh.request(request)
    } finally {
      this.#release(fresh)
    }
  }

  /** Sends a request without side effects and gives its answer as a stream; errors as `Connection.download`. */
  async download(address: string, request: Request): Promise<Download> {
    request.signal?.throwIfAborted()
    const connection = await this.#acquire(address, false)
    try {
      return await connection.download(request, () => this.#release(connection))
    } catch (error) {
      if (!mayRepeat(connection, request, true)) throw error
    }
    const fresh = await this.#acquire(address, false, true)
    return await fresh.download(request, () => this.#release(fresh))
  }

  /** Closes idle connections now and busy ones after their request. Later requests are refused. */
  close(): void {
    this.#closed = true
    clearInterval(this.#sweeper)
    for (const host of this.#hosts.values()) {
      for (const { connection } of [...host.idle]) connection.close()
      for (const wake of host.waiting.splice(0)) wake()
    }
  }

  async #acquire(address: string, mustNotRepeat: boolean, fresh = false): Promise<Connection> {
    for (;;) {
      if (this.#closed) throw new ConnectionError('the connection pool is closed')
      const kept = fresh ? null : await takeIdle(this.#host(address), mustNotRepeat)
      if (kept !== null) return kept
      // Asked again: a host whose last connection went meanwhile is another one now.
      const host = this.#host(address)
      if (host.open < this.#options.openMax) return this.#open(host)
      await this.#slot(host)
    }
  }

  async #open(host: Host): Promise<Connection> {
    host.open += 1
    try {
      const connection = await openConnection(host.address, this.#options)
      connection.onDead = () => this.#forget(host, connection)
      return connection
    } catch (error) {
      this.#forget(host, null)
      throw error
    }
  }

  /** One connection less: room for a request that waits. Of addresses that nobody is connected to nothing is kept. */
  #forget(host: Host, lost: Connection | null): void {
    host.open -= 1
    const at = host.idle.findIndex(({ connection }) => connection === lost)
    if (at >= 0) host.idle.splice(at, 1)
    const wake = host.waiting.shift()
    if (host.open === 0 && host.waiting.length === 0) this.#hosts.delete(host.address)
    wake?.()
  }

  #release(connection: Connection): void {
    if (!connection.usable) return
    const host = this.#host(connection.address)
    if (this.#closed || host.idle.length >= this.#options.idleMax) {
      connection.close()
      return
    }
    connection.reused = true
    connection.setIdle(true)
    host.idle.push({ connection, since: Date.now() })
    this.#sweeper ??= setInterval(() => this.#sweep(), this.#options.idleTimeoutMs / 2).unref()
    host.waiting.shift()?.()
  }

  #sweep(): void {
    const oldest = Date.now() - this.#options.idleTimeoutMs
    for (const host of this.#hosts.values()) {
      // A connection that closes takes itself off the list.
      for (const { connection, since } of [...host.idle]) if (since <= oldest) connection.close()
    }
  }

  /** Resolves when a connection to the host was released or lost. */
  #slot(host: Host): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        host.waiting.splice(host.waiting.indexOf(wake), 1)
        reject(new ConnectionError(`all ${this.#options.openMax} connections to ${host.address} are busy`))
      }, this.#options.connectTimeoutMs)
      host.waiting.push(wake)
    })
  }

  #host(address: string): Host {
    let host = this.#hosts.get(address)
    if (host === undefined) {
      host = { address, idle: [], waiting: [], open: 0 }
      this.#hosts.set(address, host)
    }
    return host
  }
}

async function takeIdle(host: Host, mustNotRepeat: boolean): Promise<Connection | null> {
  for (let kept = host.idle.pop(); kept !== undefined; kept = host.idle.pop()) {
    const { connection, since } = kept
    connection.setIdle(false)
    // The end of a connection that the server closed is seen by the next poll; two turns are sure to contain one.
    if (mustNotRepeat && Date.now() - since >= LOOK_AFTER_IDLE_MS) {
      await turn()
      await turn()
    }
    if (connection.usable) return connection
  }
  return null
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function mayRepeat(connection: Connection, request: Request, repeatable: boolean): boolean {
  const isStream = request.body !== undefined && !Buffer.isBuffer(request.body)
  if (!connection.reused || isStream) return false
  return connection.failure === 'unsent' || (repeatable && connection.failure === 'unanswered')
}
