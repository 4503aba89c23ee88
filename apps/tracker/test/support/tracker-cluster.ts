import { trackerCommands } from '@cairn/dfs-core'
import { freePorts } from '../../../../scripts/lib/ports.mjs'
import type { TrackerConfig } from '../../src/config.ts'
import type { RunningTracker } from '../../src/tracker.ts'
import { Trackers, testConfig } from './running-tracker.ts'
import { StoragePeer } from './storage-peer.ts'
import { until } from './until.ts'
import { Wire } from './wire.ts'

interface Member {
  readonly port: number
  readonly config: TrackerConfig
  readonly clock: (() => number) | undefined
  running: RunningTracker | null
}

/** How often the trackers of a test elect: what takes seconds in earnest takes a fifth of one here. */
const ELECTION_INTERVAL_MS = 25

/** Several trackers of one cluster in this process, and storage servers that join all of them. */
export class TrackerCluster {
  readonly #trackers = new Trackers()
  readonly #members: Member[] = []
  readonly #peers: StoragePeer[] = []

  /** Starts one more; the storage servers hear of it when they join the next time. */
  async add(ids: string, changes: Partial<TrackerConfig> = {}, clock?: () => number): Promise<number> {
    // Nobody else is given this one while the tracker is restarted on it.
    const [port = 0] = await freePorts(1)
    const own = { port, electionIntervalMs: ELECTION_INTERVAL_MS, ...changes }
    const config = testConfig(this.#trackers.folder(), ids, own)
    const running = await this.#trackers.start(config, clock)
    this.#members.push({ port: running.tcpPort, config, clock, running })
    return running.tcpPort
  }

  /** Of those that run, in the order of their start. */
  get ports(): number[] {
    return this.#members.filter(({ running }) => running !== null).map(({ port }) => port)
  }

  httpPort(port: number): number {
    return this.#at(port).running?.httpPort ?? -1
  }

  /** Its `base_path`. */
  folder(port: number): string {
    return this.#at(port).config.basePath
  }

  async stop(port: number): Promise<void> {
    const member = this.#at(port)
    if (member.running === null) return
    const { running } = member
    member.running = null
    await this.#trackers.stop(running)
  }

  /** On its port, with what it saved. */
  async restart(port: number): Promise<void> {
    const member = this.#at(port)
    member.running = await this.#trackers.start({ ...member.config, port }, member.clock)
  }

  /** A storage server that has joined the tracker at `port` and is ACTIVE there. */
  async join(port: number, id: string, more: { port?: number; isNew?: boolean } = {}): Promise<StoragePeer> {
    const lines = this.#members.map((member) => `127.0.0.1:${member.port}`)
    const own = `127.0.0.1:${port}`
    const peer = await StoragePeer.active({
      trackerPort: port,
      id,
      tracker: { ip: '127.0.0.1', line: own },
      otherTrackers: lines.filter((line) => line !== own),
      ...more,
    })
    this.#peers.push(peer)
    return peer
  }

  /** The greatest address first: until it knows of the cluster, too, another one may be elected. */
  async joinAll(id: string, more: { port?: number } = {}): Promise<StoragePeer[]> {
    const peers: StoragePeer[] = []
    for (const port of this.ports.toSorted((a, b) => b - a)) peers.push(await this.join(port, id, more))
    return peers
  }

  /** What the tracker at `port` says who leads; null when it knows nobody. */
  async leaderAt(port: number): Promise<number | null> {
    const { status, body } = await this.ask(port, trackerCommands.getLeader.code)
    return status === 0 ? Number(body.toString().split(':')[1]) : null
  }

  /** Resolves once all that run name the same of them as leader. */
  async leader(): Promise<number> {
    let agreed: number | null = null
    await until(async () => {
      const leaders = await Promise.all(this.ports.map((port) => this.leaderAt(port)))
      agreed = leaders[0] ?? null
      return agreed !== null && this.ports.includes(agreed) && leaders.every((leader) => leader === agreed)
    })
    return agreed ?? 0
  }

  async ask(port: number, command: number, body?: Buffer): Promise<{ status: number; body: Buffer }> {
    const wire = await Wire.open(port)
    try {
      return await wire.ask(command, body)
    } finally {
      wire.close()
    }
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close()
    await this.#trackers.cleanUp()
  }

  #at(port: number): Member {
    const member = this.#members.find((candidate) => candidate.port === port)
    if (member === undefined) throw new Error(`no tracker at port ${port}`)
    return member
  }
}
