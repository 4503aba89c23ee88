import {
  GROUP_NAME_FIELD_SIZE,
  IPV6_FIELD_SIZE,
  LOGIC_NAME_SIZE_MAX,
  QUERY_NAME_SIZE_MIN,
  STORAGE_ID_LENGTH_MAX,
  VERSION_SIZE,
} from '../limits.ts'
import { changeReply } from './change-reply.ts'
import type { Command } from './command.ts'
import { command } from './command.ts'
import {
  countOf,
  flag,
  i8,
  i64,
  nested,
  repeat,
  restBytes,
  restLines,
  restPaddedText,
  restTerminatedText,
  restText,
  text,
  u8,
  u32,
} from './fields.ts'
import { struct } from './layout.ts'
import { alsoAccept, optional, withAddressWidths } from './layout-variants.ts'
import { firstThatFits, olderGroups, olderStorages } from './older-lists.ts'
import {
  brief,
  connectionCounts,
  group,
  groupRecord,
  storageClusterRecord,
  storageId,
  storageRecord,
  storageStat,
  syncSource,
  trackerClusterRecord,
  volumeRecord,
} from './records.ts'

// Every command that a tracker takes (client protocol §2.1, §3, appendix B; internals §1, §7.2).

const nothing = struct('empty body', {})
const groupAndName = { group, name: restText(QUERY_NAME_SIZE_MIN, LOGIC_NAME_SIZE_MAX) }
const groupAndId = (idSizeMin: number) => ({ group, id: restPaddedText(idSizeMin, STORAGE_ID_LENGTH_MAX) })
/** `address` is `ip:port`; before 6.16 the bare ip, or nothing for the caller's own (§3.15). */
const groupAndAddress = { group, address: restText() }

const storeOne = withAddressWidths('QUERY_STORE response', (address) => ({
  group,
  ip: address.query,
  port: i64,
  storePathIndex: u8,
}))
const storeAll = withAddressWidths('QUERY_STORE_ALL response', (address) => ({
  group,
  servers: repeat(struct('server', { ip: address.query, port: i64 })),
  storePathIndex: u8,
}))
const fetchOne = withAddressWidths('QUERY_FETCH response', (address) => ({ group, ip: address.query, port: i64 }))
const fetchAll = withAddressWidths('QUERY_FETCH_ALL response', (address) => ({
  group,
  ip: address.query,
  port: i64,
  others: repeat(struct('server', { ip: address.query, port: i64 })),
}))
const presentStorages = withAddressWidths('LIST_STORAGE response', (address) => ({
  storages: repeat(storageRecord(address.list)),
}))
const { '5.x': storages5, '6.11': storages611, '6.12': storages612, '6.13.0': storages6130 } = olderStorages
const storages = {
  ...firstThatFits(presentStorages, [storages6130, storages612, storages611, storages5]),
  forWidth: presentStorages.forWidth,
}

const groups = struct('LIST_ALL_GROUPS response', { groups: repeat(groupRecord) })

const getMyIp = alsoAccept(
  struct('GET_MY_IP request', { group: text(GROUP_NAME_FIELD_SIZE), port: u32 }),
  struct('GET_MY_IP request before 6.16', { group }),
  (older) => ({ ...older, port: 0 }),
)
const fetchStorageIds = alsoAccept(
  struct('FETCH_STORAGE_IDS request', { start: u32, allowEmpty: flag }),
  struct('FETCH_STORAGE_IDS request before 6.11', { start: u32 }),
  (older) => ({ ...older, allowEmpty: false }),
)

/** 145 bytes and one line `ip[,ip]:port` for each tracker. `status` is −1 while it is unknown (internals §1.4). */
const join = {
  group: text(GROUP_NAME_FIELD_SIZE),
  storagePort: i64,
  storePathCount: i64,
  subdirCountPerPath: i64,
  uploadPriority: i64,
  joinTime: i64,
  upTime: i64,
  version: text(VERSION_SIZE),
  initFlag: u8,
  status: i8,
  storageId,
  trackerIp: text(IPV6_FIELD_SIZE),
  trackerCount: countOf('trackers'),
  trackers: restLines,
}

const fromClients = {
  quit: command(82, 'QUIT', nothing, nothing),
  listOneGroup: command(90, 'LIST_ONE_GROUP', { group }, firstThatFits(groupRecord, [olderGroups['5.x'].one])),
  listAllGroups: command(91, 'LIST_ALL_GROUPS', nothing, firstThatFits(groups, [olderGroups['5.x'].all])),
  /** `id` empty = all members. */
  listStorages: command(92, 'LIST_STORAGE', groupAndId(0), storages),
  deleteStorage: command(93, 'DELETE_STORAGE', groupAndId(1), nothing),
  /** `id` empty = elect one, or name the present one. FastDFS closes the answer with a NUL (§3.8). */
  setTrunkServer: command(94, 'SET_TRUNK_SERVER', groupAndId(0), {
    id: restTerminatedText(STORAGE_ID_LENGTH_MAX + 1),
  }),
  /** `ip:port` */
  getLeader: command(95, 'GET_LEADER', nothing, { address: restText() }),
  trackerClusterStat: command(
    96,
    'TRACKER_CLUSTER_STAT',
    { filterBy: u8, isActive: flag, isLeader: flag },
    { count: countOf('trackers', u8), trackers: repeat(trackerClusterRecord) },
  ),
  /** `operator` is the character code of `=` or `!`. */
  storageClusterStat: command(
    97,
    'STORAGE_CLUSTER_STAT',
    { filterBy: u8, operator: u8, status: u8, isTrunkServer: flag },
    { useStorageId: flag, useTrunkFile: flag, count: countOf('storages', u32), storages: repeat(storageClusterRecord) },
  ),
  /** FastDFS spells it so. */
  storageVolumnStat: command(
    98,
    'STORAGE_VOLUMN_STAT',
    { filterBy: u8, isDiskAvailable: flag, isTrunkAvailable: flag, isSpaceAvailable: flag },
    { useTrunkFile: flag, count: countOf('groups', u32), groups: repeat(volumeRecord) },
  ),
  queryStoreWithoutGroupOne: command(101, 'QUERY_STORE_WITHOUT_GROUP_ONE', nothing, storeOne),
  queryFetchOne: command(102, 'QUERY_FETCH_ONE', groupAndName, fetchOne),
  queryUpdate: command(103, 'QUERY_UPDATE', groupAndName, fetchOne),
  queryStoreWithGroupOne: command(104, 'QUERY_STORE_WITH_GROUP_ONE', { group }, storeOne),
  queryFetchAll: command(105, 'QUERY_FETCH_ALL', groupAndName, fetchAll),
  queryStoreWithoutGroupAll: command(106, 'QUERY_STORE_WITHOUT_GROUP_ALL', nothing, storeAll),
  queryStoreWithGroupAll: command(107, 'QUERY_STORE_WITH_GROUP_ALL', { group }, storeAll),
  deleteGroup: command(108, 'DELETE_GROUP', { group }, nothing),
  activeTest: command(111, 'ACTIVE_TEST', nothing, nothing),
}

const fromStorages = {
  /** My new status, as the leader has it. */
  storageChangeStatus: command(59, 'STORAGE_CHANGE_STATUS', { status: u8 }, nothing),
  /** The address that the tracker sees, or all that it has for this storage, joined by a comma. */
  getMyIp: command(60, 'STORAGE_GET_MY_IP', getMyIp, { ips: restText() }),
  /** A page of storage_ids.conf, from the line `start`; clients ask it too. */
  fetchStorageIds: command(69, 'STORAGE_FETCH_STORAGE_IDS', fetchStorageIds, {
    total: u32,
    count: countOf('lines', u32),
    lines: restLines,
  }),
  getServerId: command(70, 'STORAGE_GET_SERVER_ID', groupAndAddress, { id: restText() }),
  getStorageStatus: command(71, 'STORAGE_GET_STATUS', groupAndAddress, brief),
  fetchTrunkFid: command(72, 'STORAGE_FETCH_TRUNK_FID', nothing, { trunkFileId: u32 }),
  reportTrunkFid: command(73, 'STORAGE_REPORT_TRUNK_FID', { trunkFileId: u32 }, nothing),
  reportTrunkFree: command(74, 'STORAGE_REPORT_TRUNK_FREE', { freeMb: i64 }, nothing),
  /** The tracker's settings as INI text (§3.14), at most 1023 bytes: the C client's buffer. Clients ask it too. */
  parameters: command(75, 'STORAGE_PARAMETER_REQ', nothing, { ini: restText() }),
  /** What I know about the status of another member. */
  reportStatus: command(76, 'STORAGE_REPORT_STATUS', { group, server: nested(brief) }, nothing),
  /** The request is empty on a joined connection. */
  changelog: command(77, 'STORAGE_CHANGELOG_REQ', optional(struct('CHANGELOG request', { group, id: storageId })), {
    lines: restBytes,
  }),
  reportIpChanged: command(
    78,
    'STORAGE_REPORT_IP_CHANGED',
    { group, oldIp: text(IPV6_FIELD_SIZE), newIp: text(IPV6_FIELD_SIZE) },
    nothing,
  ),
  syncDestQuery: command(79, 'STORAGE_SYNC_DEST_QUERY', nothing, optional(syncSource)),
  join: command(81, 'STORAGE_JOIN', join, { status: u8, sourceId: storageId }),
  /** The request is empty when no counter has changed. */
  beat: command(83, 'STORAGE_BEAT', optional(storageStat), changeReply),
  /** One entry for each store path of the group. */
  reportDiskUsage: command(
    84,
    'STORAGE_REPORT_DISK_USAGE',
    { paths: repeat(struct('path', { totalMb: i64, freeMb: i64 })) },
    changeReply,
  ),
  replicaChange: command(85, 'STORAGE_REPLICA_CHG', { servers: repeat(brief) }, nothing),
  syncSourceRequest: command(86, 'STORAGE_SYNC_SRC_REQ', { group, id: storageId }, optional(syncSource)),
  syncDestRequest: command(87, 'STORAGE_SYNC_DEST_REQ', nothing, optional(syncSource)),
  syncNotify: command(88, 'STORAGE_SYNC_NOTIFY', syncSource, nothing),
  /** Up to which second each member's files have arrived here; 0 = none since the start. */
  syncReport: command(
    89,
    'STORAGE_SYNC_REPORT',
    { sources: repeat(struct('source', { id: storageId, timestamp: u32 })) },
    changeReply,
  ),
  /** The group of a storage by its address; `ip` empty = the caller's own. */
  getGroupName: command(109, 'STORAGE_GET_GROUP_NAME', { ip: restText(), port: u32 }, { group }),
}

const fromTrackers = {
  joinLeader: command(58, 'TRACKER_JOIN_LEADER', { upTime: i64, version: text(VERSION_SIZE), port: i64 }, nothing),
  getSysFilesStart: command(61, 'TRACKER_GET_SYS_FILES_START', nothing, nothing),
  getSysFilesEnd: command(62, 'TRACKER_GET_SYS_FILES_END', nothing, nothing),
  /** Index 0 groups, 1 storages, 2 sync timestamps, 3 change log. */
  getOneSysFile: command(
    63,
    'TRACKER_GET_ONE_SYS_FILE',
    { index: u8, offset: i64 },
    { fileSize: i64, chunk: restBytes },
  ),
  /** Both times in seconds, rounded down to 300. Storages ask it too. */
  getTrackerStatus: command(64, 'TRACKER_GET_STATUS', nothing, {
    isLeader: flag,
    runningTime: i64,
    restartInterval: i64,
  }),
  /** The leader answers with the trunk servers of all groups when they have changed. */
  pingLeader: command(65, 'TRACKER_PING_LEADER', connectionCounts, {
    trunkServers: repeat(struct('trunk server', { group, id: storageId })),
  }),
  notifyNextLeader: command(66, 'TRACKER_NOTIFY_NEXT_LEADER', { address: restText() }, nothing),
  commitNextLeader: command(67, 'TRACKER_COMMIT_NEXT_LEADER', { address: restText() }, nothing),
  notifyReselectLeader: command(68, 'TRACKER_NOTIFY_RESELECT_LEADER', nothing, nothing),
}

/** Every command that a tracker takes. A row is the encoder, the decoder and the type of its bodies. */
export const trackerCommands = {
  ...fromClients,
  ...fromStorages,
  ...fromTrackers,
} satisfies Record<string, Command<unknown, unknown>>
