import { trackerCommands } from '@cairn/dfs-core'
import { isIpAddress, parseHostsPort } from '../cluster/address.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import { findTracker, isLeader, setLeader, type TrackerAddress } from '../cluster/tracker-list.ts'
import type { Election } from '../election/election.ts'
import { ownCandidate } from '../election/own-candidate.ts'
import type { Removals } from '../election/removals.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// What trackers ask each other (internals §7.2, §7.3). Storage servers ask 64 and send 68 when they see two leaders.

const NOTHING = {}

export function electionHandlers(context: TrackerContext, { removals }: Election): TrackerHandler[] {
  return [...leaderHandlers(context, removals), ...candidateHandlers(context)]
}

/** What a leader is told by its followers. */
function leaderHandlers(context: TrackerContext, removals: Removals): TrackerHandler[] {
  const { cluster, followers, now } = context
  const { trackers } = cluster
  const commands = trackerCommands
  return [
    handler(context, commands.joinLeader, ({ upTime, version, port }, session) => {
      requireLeader(context)
      if (session.follower !== null) throw new Refusal('exists', 'this connection has joined before')
      const follower = findTracker(trackers, { ips: [session.peerIp], port })
      if (follower === undefined || follower === trackers.self) {
        throw new Refusal('unknown', `${session.peerIp}:${port} is none of the other trackers`)
      }
      session.follower = follower
      session.trunkServersSeen = 0
      const connections = { allocated: 0, current: 0, max: 0 }
      followers.set(follower, { upTime, version, connections, lastHeartBeatTime: now() })
      removals.repeat(follower)
      return NOTHING
    }),
    handler(context, commands.pingLeader, (connections, session) => {
      requireLeader(context)
      const follower = session.follower === null ? undefined : followers.get(session.follower)
      if (follower === undefined) throw new Refusal('malformed', 'PING_LEADER before JOIN_LEADER')
      follower.connections = connections
      follower.lastHeartBeatTime = now()
      return { trunkServers: newTrunkServers(context, session) }
    }),
  ]
}

function requireLeader({ cluster }: TrackerContext): void {
  if (!isLeader(cluster.trackers)) throw new Refusal('unsupported', 'this tracker is not the leader')
}

/** All of them when any has changed since the last ping on this connection. */
function newTrunkServers({ cluster }: TrackerContext, session: Session): { group: string; id: string }[] {
  if (session.trunkServersSeen === cluster.trunkChanges) return []
  session.trunkServersSeen = cluster.trunkChanges
  return cluster.groups.map(({ name, trunk }) => ({ group: name, id: trunk.server }))
}

function candidateHandlers(context: TrackerContext): TrackerHandler[] {
  const { trackers } = context.cluster
  const commands = trackerCommands
  return [
    handler(context, commands.getTrackerStatus, () => {
      const own = ownCandidate(context)
      if (own === undefined) throw new Refusal('unknown', 'no storage server has joined yet')
      const { isLeader: leads, runningTime, restartInterval } = own
      return { isLeader: leads, runningTime, restartInterval }
    }),
    handler(context, commands.notifyNextLeader, ({ address }) => {
      const next = readTracker(context, address)
      if (isLeader(trackers) && next !== trackers.self) {
        setLeader(trackers, null)
        context.logger.warn({ next: address }, 'two trackers lead; this one steps down')
        throw new Refusal('malformed', 'this tracker led until now')
      }
      trackers.next = next
      return NOTHING
    }),
    handler(context, commands.commitNextLeader, ({ address }) => {
      const next = readTracker(context, address)
      if (trackers.next !== next) throw new Refusal('malformed', `${address} was not named before`)
      setLeader(trackers, next)
      return NOTHING
    }),
    handler(context, commands.notifyReselectLeader, (_, session) => {
      requireLeader(context)
      setLeader(trackers, null)
      context.logger.warn({ from: session.peerIp }, 'asked to step down: two trackers lead')
      return NOTHING
    }),
  ]
}

function readTracker({ cluster }: TrackerContext, text: string): TrackerAddress {
  const address = parseHostsPort(text)
  if (address === undefined || !address.ips.every(isIpAddress)) {
    throw new Refusal('malformed', `"${text}" is not ip:port`)
  }
  const tracker = findTracker(cluster.trackers, address)
  if (tracker === undefined) throw new Refusal('unknown', `${text} is none of the trackers`)
  return tracker
}
