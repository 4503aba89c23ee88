import {
  type AddressWidth,
  type GroupRecord,
  olderGroups,
  olderStorages,
  type StatLayout,
  type StorageRecord,
  type StorageStat,
  trackerCommands,
} from '@cairn/dfs-core'
import { addressFor, formatHostPort } from '../cluster/address.ts'
import { type Cluster, type Group, requireGroup, requireServer, type StorageServer } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import { availableMb, groupHasSpace, groupHasTrunkSpace, reservedMb } from '../cluster/space.ts'
import { askerClass } from './answers.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// What monitors list (client protocol §3.3, §3.4, §3.11, §3.12).

const GROUP_RECORD_SIZE = 113
const CLUSTER_RECORD_SIZE = 106
const VOLUME_RECORD_SIZE = 59
const READ = 4
const WRITE = 2
const noConnections = { allocated: 0, current: 0, max: 0 }

export function listHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, config } = context
  const commands = trackerCommands
  const layouts = listLayouts(config.statLayout, config.addressWidth)
  return [
    handler(
      context,
      commands.listOneGroup,
      ({ group }) => groupRecordOf(cluster, requireGroup(cluster, group)),
      layouts.oneGroup,
    ),
    handler(
      context,
      commands.listAllGroups,
      () => {
        checkSize(context, 'full', cluster.groups.length * GROUP_RECORD_SIZE)
        return { groups: cluster.groups.map((group) => groupRecordOf(cluster, group)) }
      },
      layouts.allGroups,
    ),
    handler(
      context,
      commands.listStorages,
      ({ group: name, id }, session) => {
        const group = requireGroup(cluster, name)
        const servers = id === '' ? group.sorted : [requireServer(group, id)]
        return { storages: servers.map((server) => storageRecordOf(cluster, server, session)) }
      },
      layouts.storages,
    ),
    handler(context, commands.storageClusterStat, (filter, session) => {
      const servers = cluster.groups
        .flatMap((group) => group.sorted)
        .filter((server) => isWanted(cluster, server, filter))
      checkSize(context, 'malformed', servers.length * CLUSTER_RECORD_SIZE)
      const storages = servers.map((server) => clusterRecordOf(cluster, server, session))
      return { useStorageId: cluster.ids !== null, useTrunkFile: cluster.settings.useTrunkFile, storages }
    }),
    handler(context, commands.storageVolumnStat, (filter) => {
      const groups = cluster.groups.filter((group) => isVolumeWanted(cluster, group, filter))
      checkSize(context, 'malformed', groups.length * VOLUME_RECORD_SIZE)
      return {
        useTrunkFile: cluster.settings.useTrunkFile,
        groups: groups.map((group) => volumeRecordOf(cluster, group)),
      }
    }),
  ]
}

/** `stat_layout`: the records as an older FastDFS sent them. Those of 6.13.1 and 6.14 are today's with wide addresses. */
function listLayouts(version: StatLayout, width: AddressWidth) {
  const { listAllGroups, listOneGroup, listStorages } = trackerCommands
  if (version === '6.13' || version === '6.16') {
    const storages = listStorages.response.forWidth(version === '6.13' ? 46 : width)
    return { oneGroup: listOneGroup.response, allGroups: listAllGroups.response, storages }
  }
  const { one, all } = olderGroups[version]
  return { oneGroup: one, allGroups: all, storages: olderStorages[version] }
}

function checkSize({ config }: TrackerContext, reason: 'full' | 'malformed', size: number): void {
  if (size > config.answerBytesMax) throw new Refusal(reason, `the answer would have ${size} bytes`)
}

function groupRecordOf({ settings }: Cluster, group: Group): GroupRecord {
  return {
    group: group.name,
    totalMb: group.totalMb,
    freeMb: group.freeMb,
    reservedMb: reservedMb(settings.reservedSpace, group.totalMb),
    trunkFreeMb: settings.useTrunkFile ? group.trunk.freeMb : 0,
    storageCount: group.servers.length,
    storagePort: group.port,
    readableServerCount: group.readable.length,
    writableServerCount: group.writable.length,
    currentWriteServer: group.writeTurn,
    storePathCount: group.storePathCount,
    subdirCountPerPath: group.subdirCount,
    currentTrunkFileId: settings.useTrunkFile ? group.trunk.currentFileId : -1,
  }
}

function storageRecordOf(cluster: Cluster, server: StorageServer, session: Session): StorageRecord {
  const { settings } = cluster
  return {
    status: server.status,
    rwMode: (server.rw.read ? READ : 0) + (server.rw.write ? WRITE : 0),
    id: server.id,
    ip: addressFor(server.ips, askerClass(session)),
    sourceId: server.syncSource,
    version: server.version,
    joinTime: server.joinTime,
    upTime: server.upTime,
    totalMb: server.totalMb,
    freeMb: server.freeMb,
    reservedMb: reservedMb(settings.reservedSpace, server.totalMb),
    uploadPriority: server.uploadPriority,
    storePathCount: server.storePathCount,
    subdirCountPerPath: server.subdirCount,
    currentWritePath: server.currentWritePath,
    storagePort: server.port,
    stat: {
      ...(server.stat ?? emptyStat),
      lastSyncedTimestamp: server.lastSyncedTimestamp,
      lastHeartBeatTime: server.lastHeartBeatTime,
    },
    isTrunkServer: isTrunkServer(cluster, server),
  }
}

function isTrunkServer({ settings }: Cluster, server: StorageServer): boolean {
  return settings.useTrunkFile && server.group.trunk.server === server.id
}

/** Every counter 0: of a server that has not sent a beat. */
const emptyStat: StorageStat = emptyStatOf()

function emptyStatOf(): StorageStat {
  const stat = trackerCommands.beat.request.decode(Buffer.alloc(348))
  if (stat === null) throw new TypeError('a beat of 348 bytes has counters')
  return stat
}

interface StatusFilter {
  filterBy: number
  operator: number
  status: number
  isTrunkServer: boolean
}

/** Bit 0 asks for trunk servers, or for all others; bit 1 for a status: `=` this one, `!` any other. */
function isWanted(cluster: Cluster, server: StorageServer, filter: StatusFilter): boolean {
  const { filterBy, operator, status } = filter
  const asksForRole = (filterBy & 1) !== 0 && cluster.settings.useTrunkFile
  if (asksForRole && isTrunkServer(cluster, server) !== filter.isTrunkServer) return false
  if ((filterBy & 2) === 0) return true
  if (operator === '='.charCodeAt(0)) return server.status === status
  return operator === '!'.charCodeAt(0) && server.status !== status
}

function clusterRecordOf(cluster: Cluster, server: StorageServer, session: Session) {
  return {
    id: server.id,
    host: formatHostPort(addressFor(server.ips, askerClass(session)), server.port),
    isTrunkServer: isTrunkServer(cluster, server),
    status: server.status,
    connections: server.stat?.connections ?? noConnections,
    version: server.version,
    upTime: server.upTime,
    lastHeartBeatTime: server.lastHeartBeatTime,
  }
}

interface VolumeFilter {
  filterBy: number
  isDiskAvailable: boolean
  isTrunkAvailable: boolean
  isSpaceAvailable: boolean
}

/** Bits: disk space, trunk space, any space. Without trunk files there is never trunk space. */
function isVolumeWanted({ settings }: Cluster, group: Group, filter: VolumeFilter): boolean {
  const hasSpace = groupHasSpace(settings.reservedSpace, group)
  if (filter.filterBy & 1 && hasSpace !== filter.isDiskAvailable) return false
  const hasTrunkSpace = groupHasTrunkSpace(settings, group)
  if (filter.filterBy & 2 && hasTrunkSpace !== filter.isTrunkAvailable) return false
  return !(filter.filterBy & 4 && (hasSpace || hasTrunkSpace) !== filter.isSpaceAvailable)
}

function volumeRecordOf({ settings }: Cluster, group: Group) {
  return {
    group: group.name,
    totalMb: group.totalMb,
    freeMb: group.freeMb,
    reservedMb: reservedMb(settings.reservedSpace, group.totalMb),
    availableMb: availableMb(settings.reservedSpace, group),
    trunkFreeMb: settings.useTrunkFile ? group.trunk.freeMb : 0,
    isDiskAvailable: groupHasSpace(settings.reservedSpace, group),
    isTrunkAvailable: groupHasTrunkSpace(settings, group),
  }
}
