import { openConnection, StorageStatus, storageCommands } from '@cairn/dfs-core'
import { formatHostPort } from '../cluster/address.ts'
import type { Group, StorageServer } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import { isTombstone } from '../cluster/storage-status.ts'
import { isLeader } from '../cluster/tracker-list.ts'
import {
  recordTrunkServer,
  requestedTrunkServer,
  setTrunkServer,
  trunkCandidates,
  trunkServerOf,
} from '../cluster/trunk-server.ts'
import type { TrackerContext } from '../handlers/context.ts'

/** The trunk server may be silent for this many times check_active_interval before another one is elected … */
const SILENT_INTERVALS = 2
/** … and while it is loading its free blocks, for the first ten intervals after its start, for more. */
const STARTING_INTERVALS = 10
const SILENT_INTERVALS_STARTING = 3
const SILENT_INTERVALS_CHECKING = 5
/** A storage server is asked in the middle of a beat. */
const ANSWER_MS_MAX = 5000

/**
 * Gives every group a trunk server while this tracker leads (internals §6.6): the writable member with the longest log of
 * free blocks. A lost connection alone does not end the role; silence does.
 */
export class TrunkElection {
  readonly #context: TrackerContext
  readonly #running = new Map<Group, Promise<string>>()
  /** Since when this tracker leads without a break. */
  #leadsSince = 0
  #lastLook = 0

  constructor(context: TrackerContext) {
    this.#context = context
  }

  /** Meant to be called every second. */
  tick(): void {
    const { cluster, config, logger, now } = this.#context
    if (!this.#isResponsible()) {
      this.#leadsSince = 0
      return
    }
    if (this.#leadsSince === 0) {
      this.#leadsSince = now()
      this.#lastLook = 0
    }
    const isTime = now() - this.#lastLook >= config.cluster.checkActiveIntervalSeconds
    if (isTime) this.#lastLook = now()
    for (const group of cluster.groups) {
      const isLost = this.#isLost(group)
      if (isLost) {
        logger.warn({ group: group.name, storage: group.trunk.server }, 'the trunk server is lost')
        setTrunkServer(cluster, group, '')
      }
      if (isLost || isTime) void this.whenNeeded(group)
    }
  }

  /** Null when the group has a trunk server, or cannot have one now. */
  whenNeeded(group: Group): Promise<void> | null {
    if (!this.#isResponsible() || group.trunk.server !== '' || group.writable.length === 0) return null
    return this.#electQuietly(group)
  }

  /** SET_TRUNK_SERVER (94). `id` empty: the present one, or whoever is elected. */
  async appoint(group: Group, id: string): Promise<string> {
    if (!this.#isResponsible()) throw new Refusal('unsupported', 'use_trunk_file is off, or another tracker leads')
    if (id === '') {
      const present = trunkServerOf(group)
      return present?.status === StorageStatus.ACTIVE ? present.id : await this.elect(group)
    }
    return await this.#install(group, requestedTrunkServer(group, id))
  }

  elect(group: Group): Promise<string> {
    let running = this.#running.get(group)
    if (running === undefined) {
      running = this.#choose(group)
        .then((server) => this.#install(group, server))
        .finally(() => this.#running.delete(group))
      this.#running.set(group, running)
    }
    return running
  }

  #isResponsible(): boolean {
    const { cluster } = this.#context
    return cluster.settings.useTrunkFile && isLeader(cluster.trackers)
  }

  async #electQuietly(group: Group): Promise<void> {
    try {
      await this.elect(group)
    } catch (error) {
      this.#context.logger.warn({ err: error, group: group.name }, 'no trunk server could be elected')
    }
  }

  #isLost(group: Group): boolean {
    if (group.trunk.server === '') return false
    const server = trunkServerOf(group)
    if (server === undefined || isTombstone(server.status)) return true
    if (server.status === StorageStatus.ACTIVE) return false
    const { cluster, now } = this.#context
    const interval = cluster.settings.checkActiveIntervalSeconds
    const since = Math.max(server.lastHeartBeatTime, this.#leadsSince)
    return now() - since > interval * this.#silentIntervals(server, interval)
  }

  #silentIntervals(server: StorageServer, interval: number): number {
    const { now, config } = this.#context
    if (now() - server.lastStart > STARTING_INTERVALS * interval) return SILENT_INTERVALS
    const { initCheckOccupying, initReloadFromBinlog } = config.trunk
    return (initCheckOccupying ? SILENT_INTERVALS_CHECKING : SILENT_INTERVALS_STARTING) * (initReloadFromBinlog ? 2 : 1)
  }

  async #choose(group: Group): Promise<StorageServer> {
    const candidates = trunkCandidates(this.#context.cluster, group)
    const [first, ...others] = candidates
    if (first === undefined) throw new Refusal('unknown', `${group.name} has no ACTIVE, writable storage server`)
    let best = { server: first, size: await binlogSize(first) }
    const sizes = await Promise.allSettled(others.map(async (server) => ({ server, size: await binlogSize(server) })))
    for (const answer of sizes) {
      if (answer.status === 'fulfilled' && answer.value.size > best.size) best = answer.value
    }
    return best.server
  }

  /** A new trunk server forgets how far its log has got to the others: they have to take all of it. */
  async #install(group: Group, server: StorageServer): Promise<string> {
    const { cluster, logger, snapshots } = this.#context
    if (server.id !== group.trunk.lastServer) {
      await ask(server, async (connection) => {
        await connection.request({ command: storageCommands.trunkDeleteBinlogMarks.code, head: Buffer.alloc(0) })
      })
    }
    // Before anybody hears of it: a tracker that forgot it in a crash would let the one before it go on with its marks.
    recordTrunkServer(cluster, group, server.id)
    await snapshots.save()
    setTrunkServer(cluster, group, server.id)
    logger.info({ group: group.name, storage: server.id }, 'trunk server')
    return server.id
  }
}

async function binlogSize(server: StorageServer): Promise<number> {
  const { code, response } = storageCommands.trunkGetBinlogSize
  return await ask(server, async (connection) => {
    return response.decode(await connection.request({ command: code, head: Buffer.alloc(0) })).size
  })
}

async function ask<T>(
  { ips, port }: StorageServer,
  question: (connection: Awaited<ReturnType<typeof openConnection>>) => Promise<T>,
): Promise<T> {
  const timeouts = { connectTimeoutMs: ANSWER_MS_MAX, networkTimeoutMs: ANSWER_MS_MAX }
  const connection = await openConnection(formatHostPort(ips[0] ?? '', port), timeouts)
  try {
    return await question(connection)
  } finally {
    connection.close()
  }
}
