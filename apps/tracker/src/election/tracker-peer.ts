import { type Command, type Connection, openConnection, ServerError, Status, trackerCommands } from '@cairn/dfs-core'
import { formatHostPort } from '../cluster/address.ts'
import type { TrackerAddress } from '../cluster/tracker-list.ts'
import type { Candidate } from './leader-choice.ts'

interface PeerTimeouts {
  readonly connectTimeoutMs: number
  readonly networkTimeoutMs: number
  /** Other trackers know this one by its address. */
  readonly localAddress?: string
}

/** One connection to another tracker, opened when it is needed; one question at a time. */
export class TrackerPeer {
  readonly address: TrackerAddress
  readonly #timeouts: PeerTimeouts
  #connection: Connection | null = null
  /** The connection on which JOIN_LEADER was accepted. */
  #joined: Connection | null = null
  #turn: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(address: TrackerAddress, timeouts: PeerTimeouts) {
    this.address = address
    this.#timeouts = timeouts
  }

  /** Undefined for a tracker that has no groups yet: it cannot lead. Rejects when it does not answer. */
  async candidate(): Promise<Candidate | undefined> {
    try {
      return { address: this.address, ...(await this.ask(trackerCommands.getTrackerStatus, {})) }
    } catch (error) {
      if (error instanceof ServerError && error.status === Status.ENOENT) return
      throw error
    }
  }

  /** PING_LEADER, after JOIN_LEADER on the same connection. */
  async ping(
    me: { upTime: number; version: string; port: number },
    connections: { allocated: number; current: number; max: number },
  ): Promise<readonly { group: string; id: string }[]> {
    return await this.#inTurn(async (connection) => {
      if (this.#joined !== connection) {
        await joinLeader(connection, me)
        this.#joined = connection
      }
      return (await send(connection, trackerCommands.pingLeader, connections)).trunkServers
    })
  }

  /** Rejects with ServerError for a status other than 0, with ConnectionError when there is no answer. */
  ask<Q, R>(row: Command<Q, R>, value: Q): Promise<R> {
    return this.#inTurn((connection) => send(connection, row, value))
  }

  close(): void {
    this.#closed = true
    this.#connection?.close()
  }

  #inTurn<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => await work(await this.#connect()))
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #connect(): Promise<Connection> {
    if (this.#connection?.usable === true) return this.#connection
    const text = formatHostPort(this.address.ips[0] ?? '', this.address.port)
    const connection = await openConnection(text, this.#timeouts)
    // The tracker may have closed meanwhile; an open socket would keep it from ending.
    if (this.#closed) connection.close()
    this.#connection = connection
    return connection
  }
}

async function joinLeader(
  connection: Connection,
  me: { upTime: number; version: string; port: number },
): Promise<void> {
  try {
    await send(connection, trackerCommands.joinLeader, me)
  } catch (error) {
    if (!(error instanceof ServerError && error.status === Status.EEXIST)) throw error
  }
}

async function send<Q, R>(connection: Connection, row: Command<Q, R>, value: Q): Promise<R> {
  return row.response.decode(await connection.request({ command: row.code, head: row.request.encode(value) }))
}
