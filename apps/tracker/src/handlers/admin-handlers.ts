import { Status, trackerCommands } from '@cairn/dfs-core'
import { addressFor, formatHostPort } from '../cluster/address.ts'
import { requireGroup } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import { deleteGroup, deleteStorage } from '../cluster/removal.ts'
import { isLeader, type TrackerAddress } from '../cluster/tracker-list.ts'
import { askerClass } from './answers.ts'
import { count, handler, type TrackerContext, type TrackerHandler } from './context.ts'

// Removing members, and the trackers among themselves (client protocol §3.6–§3.10; internals §7.2).

/** Trackers compare their running times in steps of this, so that small differences of clocks do not matter. */
const RUNNING_TIME_STEP = 300

export function adminHandlers(context: TrackerContext): TrackerHandler[] {
  return [...removalHandlers(context), ...trackerHandlers(context), ...electionHandlers(context)]
}

function removalHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, logger, now } = context
  const commands = trackerCommands
  return [
    handler(context, commands.deleteStorage, ({ group, id }, session) => {
      deleteStorage(cluster, group, id, now())
      logger.warn({ group, storage: id, from: session.peerIp }, 'storage server deleted')
      return {}
    }),
    handler(context, commands.deleteGroup, ({ group }, session) => {
      deleteGroup(cluster, group)
      logger.warn({ group, from: session.peerIp }, 'group deleted')
      return {}
    }),
    handler(context, commands.setTrunkServer, ({ group }) => {
      requireGroup(cluster, group)
      throw new Refusal('unsupported', 'use_trunk_file is off')
    }),
  ]
}

function trackerHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, now, snapshots, upTime } = context
  const { trackers } = cluster
  const commands = trackerCommands
  return [
    handler(context, commands.getLeader, (_, session) => {
      if (trackers.leader === null) throw new Refusal('unknown', 'no storage server has joined yet')
      return { address: formatHostPort(addressFor(trackers.leader.ips, askerClass(session)), trackers.leader.port) }
    }),
    handler(context, commands.getTrackerStatus, () => {
      if (cluster.groups.length === 0) throw new Refusal('unknown', 'there are no groups yet')
      const restartInterval = snapshots.lastCheckTime === 0 ? 0 : upTime - snapshots.lastCheckTime
      return {
        isLeader: isLeader(trackers),
        runningTime: inSteps(now() - upTime),
        restartInterval: inSteps(restartInterval),
      }
    }),
    handler(context, commands.trackerClusterStat, (filter) => {
      if (!isLeader(trackers)) throw new Refusal('unsupported', 'this tracker is not the leader')
      const records = trackers.addresses.map((address) => trackerRecord(context, address))
      return { trackers: records.filter((record) => isWanted(record, filter)) }
    }),
  ]
}

function inSteps(seconds: number): number {
  return Math.max(0, seconds - (seconds % RUNNING_TIME_STEP))
}

/** Of other trackers only the address is known. */
function trackerRecord({ cluster, config, connections, upTime, version }: TrackerContext, address: TrackerAddress) {
  const isSelf = address === cluster.trackers.self
  return {
    host: formatHostPort(address.ips[0] ?? '', address.port),
    isLeader: address === cluster.trackers.leader,
    isActive: isSelf,
    connections: isSelf
      ? { allocated: config.maxConnections, current: connections.current(), max: connections.max }
      : { allocated: 0, current: 0, max: 0 },
    version: isSelf ? version : '',
    upTime: isSelf ? upTime : 0,
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

/**
 * Trackers of Cairn do not elect: the lowest address leads (see tracker-list.ts). A FastDFS tracker that tries gets a
 * clear answer instead of silence.
 */
function electionHandlers(context: TrackerContext): TrackerHandler[] {
  const commands = trackerCommands
  const refused = [
    commands.joinLeader,
    commands.getSysFilesStart,
    commands.getSysFilesEnd,
    commands.getOneSysFile,
    commands.pingLeader,
    commands.notifyNextLeader,
    commands.commitNextLeader,
    commands.notifyReselectLeader,
  ]
  return refused.map(({ code }) => [
    code,
    {
      kind: 'buffered',
      bodyMax: context.config.requestBytesMax,
      handle: (_request, reply) => {
        count(context.requestCounts, code)
        reply.fail(Status.EOPNOTSUPP)
      },
    },
  ])
}
