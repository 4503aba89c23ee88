import { type Command, ServerError, Status, trackerCommands } from '@cairn/dfs-core'
import { formatHostPort } from '../cluster/address.ts'
import { isLeader, setLeader } from '../cluster/tracker-list.ts'
import { takeTrunkServers } from '../cluster/trunk-server.ts'
import type { TrackerContext } from '../handlers/context.ts'
import { isAlive } from './followers.ts'
import { bestCandidate, type Candidate, compareCandidates, votesNeeded } from './leader-choice.ts'
import { ownCandidate } from './own-candidate.ts'
import type { Peers } from './peers.ts'

/** Pings that may fail in a row, with the ticks to wait after each; after one more there is no leader. */
const WAIT_AFTER_FAILURE = [2, 4]
/** Who does not lead and hears of nobody that does asks again after 1 to this many ticks. */
const RETRY_TICKS_MAX = 11
/** A leader looks this often whether it is alone, and whether somebody else leads as well. */
const LEADER_CHECK_TICKS = 10

/**
 * What a tracker does for its part in the cluster, once a second (internals §7.2): elect, follow, or lead. FastDFS's
 * messages, with two rules more: of three or more trackers a leader needs the greater part, to be elected and to stay;
 * and a leader that finds a better one steps down by itself.
 */
export class Relationship {
  readonly #context: TrackerContext
  readonly #peers: Peers
  /** The tick before which nothing is done. */
  #pauseUntil = 0
  #ticks = 0
  #failures = 0
  #seenLeaderChanges = 0
  #running: Promise<void> | null = null

  constructor(context: TrackerContext, peers: Peers) {
    this.#context = context
    this.#peers = peers
  }

  /** Meant to be called every second; a turn that takes longer is waited for. */
  tick(): void {
    this.#ticks++
    const { leaderChanges } = this.#context.cluster.trackers
    if (leaderChanges !== this.#seenLeaderChanges) {
      this.#seenLeaderChanges = leaderChanges
      this.#failures = 0
      this.#pauseUntil = 0
    }
    if (this.#running !== null || this.#ticks < this.#pauseUntil) return
    this.#running = this.#turn()
      .catch((error) => this.#context.logger.error({ err: error }, 'the election of a leader tracker failed'))
      .finally(() => {
        this.#running = null
      })
  }

  /** Resolves when no turn runs. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #turn(): Promise<void> {
    const { trackers } = this.#context.cluster
    if (trackers.self === null) return
    // Whoever is alone leads; it may have been asked to step down.
    if (trackers.addresses.length < 2) setLeader(trackers, trackers.self)
    else if (isLeader(trackers)) await this.#lead()
    else if (trackers.leader === null) await this.#elect()
    else await this.#follow()
  }

  async #elect(): Promise<void> {
    const { cluster } = this.#context
    const { trackers } = cluster
    const answers = await this.#askAll()
    if (trackers.leader !== null) return
    const own = ownCandidate(this.#context)
    const best = bestCandidate(own === undefined ? answers.candidates : [own, ...answers.candidates])
    if (best === undefined) return
    if (best.isLeader) this.#adopt(best)
    else if (best !== own) this.#pauseUntil = this.#ticks + 1 + Math.floor(Math.random() * RETRY_TICKS_MAX)
    else if (answers.reached + 1 >= votesNeeded(trackers.addresses.length)) await this.#handOver()
    else this.#pauseUntil = this.#ticks + 1 + Math.floor(Math.random() * RETRY_TICKS_MAX)
  }

  /** Tells all others who leads from now on: this tracker. One that cannot be reached has no say; a refusal ends it. */
  async #handOver(): Promise<void> {
    const { cluster, logger } = this.#context
    const { trackers } = cluster
    const { self } = trackers
    if (self === null) return
    const address = formatHostPort(self.ips[0] ?? '', self.port)
    trackers.next = self
    const steps = [trackerCommands.notifyNextLeader, trackerCommands.commitNextLeader]
    for (const step of steps) {
      const { accepted, refused } = await this.#sendAll(step, { address })
      const votes = accepted + 1
      if (refused || votes < votesNeeded(trackers.addresses.length) || trackers.next !== self) {
        logger.info({ step: step.name, votes, refused }, 'this tracker was not accepted as leader')
        return
      }
    }
    setLeader(trackers, self)
    logger.info({ leader: address }, 'this tracker leads')
  }

  async #sendAll(
    row: Command<{ address: string }, object>,
    value: { address: string },
  ): Promise<{ accepted: number; refused: boolean }> {
    const results = await Promise.allSettled(this.#peers.others().map((peer) => peer.ask(row, value)))
    const refused = results.some((result) => result.status === 'rejected' && result.reason instanceof ServerError)
    return { accepted: results.filter((result) => result.status === 'fulfilled').length, refused }
  }

  async #askAll(): Promise<{ candidates: Candidate[]; reached: number }> {
    const results = await Promise.allSettled(this.#peers.others().map((peer) => peer.candidate()))
    const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    return { candidates: answers.filter((answer) => answer !== undefined), reached: answers.length }
  }

  #adopt(leader: Candidate): void {
    const { cluster, logger } = this.#context
    setLeader(cluster.trackers, leader.address)
    logger.info({ leader: leader.address }, 'another tracker leads')
  }

  async #follow(): Promise<void> {
    const { cluster, config, connections, logger, tcpPort, upTime, version } = this.#context
    const { trackers } = cluster
    const { leader } = trackers
    if (leader === null) return
    try {
      const trunkServers = await this.#peers
        .at(leader)
        .ping(
          { upTime, version, port: tcpPort() },
          { allocated: config.maxConnections, current: connections.current(), max: connections.max },
        )
      this.#failures = 0
      if (trackers.leader === leader) takeTrunkServers(cluster, trunkServers)
    } catch (error) {
      if (trackers.leader !== leader) return
      const wait = hasStoppedLeading(error) ? undefined : WAIT_AFTER_FAILURE[this.#failures]
      this.#failures++
      this.#pauseUntil = this.#ticks + (wait ?? 1)
      if (wait !== undefined) return
      setLeader(trackers, null)
      logger.warn({ err: error, leader }, 'the leader tracker does not answer; another one is elected')
    }
  }

  async #lead(): Promise<void> {
    this.#pauseUntil = this.#ticks + LEADER_CHECK_TICKS
    const { cluster, followers, logger, now } = this.#context
    const { trackers } = cluster
    const alive = [...followers.values()].filter((follower) => isAlive(follower, now())).length
    const { candidates, reached } = await this.#askAll()
    if (!isLeader(trackers)) return
    const votes = 1 + Math.max(alive, reached)
    if (votes < votesNeeded(trackers.addresses.length)) {
      setLeader(trackers, null)
      logger.warn({ votes }, 'this tracker does not lead any more: it hears from too few of the others')
      return
    }
    const own = ownCandidate(this.#context)
    const better = bestCandidate(candidates.filter((candidate) => candidate.isLeader))
    if (own === undefined || better === undefined || compareCandidates(better, own) < 0) return
    logger.warn({ leader: better.address }, 'two trackers led; this one steps down')
    this.#adopt(better)
  }
}

/** A follower's answer to PING_LEADER: it will not change with time. */
function hasStoppedLeading(error: unknown): boolean {
  return error instanceof ServerError && error.status === Status.EOPNOTSUPP
}
