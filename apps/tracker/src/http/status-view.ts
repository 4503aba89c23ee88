import { storageStatusName } from '@cairn/dfs-core'
import { formatHostPort } from '../cluster/address.ts'
import type { Group, StorageServer } from '../cluster/cluster.ts'
import { syncLagSeconds, whyNotReadable, whyNotWritable, whyNoUploads } from '../cluster/explain.ts'
import { reservedMb } from '../cluster/space.ts'
import { isLeader, type TrackerAddress } from '../cluster/tracker-list.ts'
import type { TrackerContext } from '../handlers/context.ts'

// GET /status: the cluster for people and scripts. Space in MB (MiB, as FastDFS counts), times in unix seconds.

export function statusView(context: TrackerContext) {
  const { cluster, connections, snapshots, upTime, version } = context
  return {
    version,
    now: context.now(),
    upTime,
    tcpPort: context.tcpPort(),
    connections: { current: connections.current(), max: connections.max },
    isLeader: isLeader(cluster.trackers),
    leader: cluster.trackers.leader === null ? null : hostPort(cluster.trackers.leader),
    trackers: cluster.trackers.addresses.map((address) => trackerView(context, address)),
    saveError: snapshots.lastError?.message ?? null,
    groups: cluster.groups.map((group) => groupView(context, group)),
  }
}

function trackerView({ cluster, followers, now }: TrackerContext, address: TrackerAddress) {
  const { ips, port } = address
  const follower = followers.get(address)
  return {
    ips,
    port,
    isSelf: address === cluster.trackers.self,
    isLeader: address === cluster.trackers.leader,
    /** Since its last ping; null for all but the followers of this tracker. */
    secondsSincePing: follower === undefined ? null : now() - follower.lastHeartBeatTime,
  }
}

function hostPort({ ips, port }: TrackerAddress): string {
  return formatHostPort(ips[0] ?? '', port)
}

function groupView(context: TrackerContext, group: Group) {
  const { settings } = context.cluster
  return {
    name: group.name,
    totalMb: group.totalMb,
    freeMb: group.freeMb,
    reservedMb: reservedMb(settings.reservedSpace, group.totalMb),
    port: group.port,
    storePathCount: group.storePathCount,
    readable: group.readable.length,
    writable: group.writable.length,
    trunk: settings.useTrunkFile ? trunkView(group) : null,
    whyNoUploads: whyNoUploads(context.cluster, group),
    storages: group.sorted.map((server) => serverView(context, server)),
  }
}

function trunkView({ trunk }: Group) {
  return { server: trunk.server || null, freeMb: trunk.freeMb, newestFile: trunk.currentFileId }
}

function serverView({ cluster, now }: TrackerContext, server: StorageServer) {
  const { id, ips, port, rw, version, joinTime, upTime, totalMb, freeMb, paths, syncSource, syncUntil } = server
  return {
    id,
    ips,
    port,
    status: storageStatusName(server.status),
    rw,
    version,
    joinTime,
    upTime,
    secondsSinceBeat: server.lastHeartBeatTime === 0 ? null : now() - server.lastHeartBeatTime,
    totalMb,
    freeMb,
    storePaths: paths,
    fullSync: syncSource === '' ? null : { source: syncSource, until: syncUntil },
    syncedFrom: Object.fromEntries(server.syncedFrom),
    syncLagSeconds: syncLagSeconds(server),
    whyNotReadable: whyNotReadable(server),
    whyNotWritable: whyNotWritable(cluster, server),
    connections: server.stat?.connections ?? null,
  }
}
