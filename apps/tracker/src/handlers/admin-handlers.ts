import { trackerCommands } from '@cairn/dfs-core'
import { addressFor, formatHostPort } from '../cluster/address.ts'
import { requireGroup } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import { deleteGroup, deleteStorage } from '../cluster/removal.ts'
import { isLeader, type TrackerAddress } from '../cluster/tracker-list.ts'
import type { Election } from '../election/election.ts'
import { isAlive } from '../election/followers.ts'
import { askerClass } from './answers.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// Removing members, and the trackers among themselves (client protocol §3.6–§3.10; internals §7.2).

export function adminHandlers(context: TrackerContext, election: Election): TrackerHandler[] {
  return [...removalHandlers(context, election), ...trackerHandlers(context)]
}

function removalHandlers(context: TrackerContext, { removals, trunk }: Election): TrackerHandler[] {
  const { cluster, logger, now } = context
  const commands = trackerCommands
  return [
    handler(context, commands.deleteStorage, ({ group, id }, session) => {
      deleteStorage(cluster, group, id, now())
      logger.warn({ group, storage: id, from: session.peerIp }, 'storage server deleted')
      removals.spread({ group, id })
      return {}
    }),
    handler(context, commands.deleteGroup, ({ group }, session) => {
      deleteGroup(cluster, group)
      logger.warn({ group, from: session.peerIp }, 'group deleted')
      return {}
    }),
    handler(context, commands.setTrunkServer, async ({ group, id }) => ({
      id: await trunk.appoint(requireGroup(cluster, group), id),
    })),
  ]
}

function trackerHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster } = context
  const { trackers } = cluster
  const commands = trackerCommands
  return [
    handler(context, commands.getLeader, (_, session) => {
      if (trackers.leader === null) throw new Refusal('unknown', 'no tracker is elected')
      return { address: formatHostPort(addressFor(trackers.leader.ips, askerClass(session)), trackers.leader.port) }
    }),
    handler(context, commands.trackerClusterStat, (filter) => {
      if (!isLeader(trackers)) throw new Refusal('unsupported', 'this tracker is not the leader')
      const records = trackers.addresses.map((address) => trackerRecord(context, address))
      return { trackers: records.filter((record) => isWanted(record, filter)) }
    }),
  ]
}

/** Of a tracker that has never followed this one only the address is known. */
const unknownTracker = {
  connections: { allocated: 0, current: 0, max: 0 },
  version: '',
  upTime: 0,
  lastHeartBeatTime: 0,
}

function trackerRecord(context: TrackerContext, address: TrackerAddress) {
  const { cluster, followers, now } = context
  const isSelf = address === cluster.trackers.self
  const follower = followers.get(address)
  return {
    host: formatHostPort(address.ips[0] ?? '', address.port),
    isLeader: address === cluster.trackers.leader,
    isActive: isSelf || isAlive(follower, now()),
    ...(isSelf ? ownRecord(context) : (follower ?? unknownTracker)),
  }
}

function ownRecord({ config, connections, upTime, version }: TrackerContext) {
  return {
    connections: { allocated: config.maxConnections, current: connections.current(), max: connections.max },
    version,
    upTime,
    lastHeartBeatTime: 0,
  }
}

function isWanted(
  record: { isActive: boolean; isLeader: boolean },
  filter: { filterBy: number; isActive: boolean; isLeader: boolean },
): boolean {
  if (filter.filterBy & 1 && record.isActive !== filter.isActive) return false
  return !(filter.filterBy & 2 && record.isLeader !== filter.isLeader)
}
