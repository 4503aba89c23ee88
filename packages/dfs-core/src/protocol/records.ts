import {
  GROUP_NAME_FIELD_SIZE,
  GROUP_NAME_SIZE,
  HOST_FIELD_SIZE,
  IPV6_FIELD_SIZE,
  STORAGE_ID_SIZE,
  VERSION_SIZE,
} from '../limits.ts'
import type { FixedField } from './fields.ts'
import { flag, i64, nested, text, u8, u32 } from './fields.ts'
import type { StructLayout, ValueOf } from './layout.ts'
import { struct } from './layout.ts'

// Records that several commands share. Offsets and widths: client protocol §3.3, §3.4, §3.10–§3.12, appendix B.

export const group = text(GROUP_NAME_SIZE)
export const storageId = text(STORAGE_ID_SIZE)
const version = text(VERSION_SIZE)

/** Connection counters of a server: slots allocated, used now, most ever used. */
export const connectionCounts = struct('connections', { allocated: u32, current: u32, max: u32 })

/** 67 bytes: one member as trackers and storages tell each other (appendix B). */
export const brief = struct('brief', { status: u8, port: u32, id: storageId, ip: text(IPV6_FIELD_SIZE) })

/** The server that a storage takes the group's history from, and up to which unix second (24 bytes). */
export const syncSource = struct('sync source', { sourceId: storageId, until: i64 })

const statFields = {
  connections: nested(connectionCounts),
  totalUploadCount: i64,
  successUploadCount: i64,
  totalAppendCount: i64,
  successAppendCount: i64,
  totalModifyCount: i64,
  successModifyCount: i64,
  totalTruncateCount: i64,
  successTruncateCount: i64,
  totalSetMetaCount: i64,
  successSetMetaCount: i64,
  totalDeleteCount: i64,
  successDeleteCount: i64,
  totalDownloadCount: i64,
  successDownloadCount: i64,
  totalGetMetaCount: i64,
  successGetMetaCount: i64,
  totalCreateLinkCount: i64,
  successCreateLinkCount: i64,
  totalDeleteLinkCount: i64,
  successDeleteLinkCount: i64,
  totalUploadBytes: i64,
  successUploadBytes: i64,
  totalAppendBytes: i64,
  successAppendBytes: i64,
  totalModifyBytes: i64,
  successModifyBytes: i64,
  totalDownloadBytes: i64,
  successDownloadBytes: i64,
  totalSyncInBytes: i64,
  successSyncInBytes: i64,
  totalSyncOutBytes: i64,
  successSyncOutBytes: i64,
  totalFileOpenCount: i64,
  successFileOpenCount: i64,
  totalFileReadCount: i64,
  successFileReadCount: i64,
  totalFileWriteCount: i64,
  successFileWriteCount: i64,
  /** Unix seconds, as the three below. */
  lastSourceUpdate: i64,
  lastSyncUpdate: i64,
  /** 0 in a beat; the tracker fills it and the next in when it lists storages. */
  lastSyncedTimestamp: i64,
  lastHeartBeatTime: i64,
}

/** 348 bytes: the counters of a storage, in BEAT and in the storage record (§3.4). */
export const storageStat = struct('stat', statFields)

/** 113 bytes: one group (§3.3). Sizes in MiB; `currentTrunkFileId` is −1 without trunk files. */
export const groupRecord = struct('group record', {
  group: text(GROUP_NAME_FIELD_SIZE),
  totalMb: i64,
  freeMb: i64,
  reservedMb: i64,
  trunkFreeMb: i64,
  storageCount: i64,
  storagePort: i64,
  readableServerCount: i64,
  writableServerCount: i64,
  currentWriteServer: i64,
  storePathCount: i64,
  subdirCountPerPath: i64,
  currentTrunkFileId: i64,
})

const storageRecordFields = (ip: FixedField<string>) => ({
  status: u8,
  /** 0 none, 2 write, 4 read, 6 both. */
  rwMode: u8,
  id: storageId,
  ip,
  sourceId: storageId,
  version,
  joinTime: i64,
  upTime: i64,
  totalMb: i64,
  freeMb: i64,
  reservedMb: i64,
  uploadPriority: i64,
  storePathCount: i64,
  subdirCountPerPath: i64,
  currentWritePath: i64,
  storagePort: i64,
  stat: nested(storageStat),
  isTrunkServer: flag,
})

export type StorageRecord = ValueOf<ReturnType<typeof storageRecordFields>>

/** 487 or 517 bytes: one member of a group (§3.4). */
export function storageRecord(ip: FixedField<string>): StructLayout<StorageRecord> {
  return struct('storage record', storageRecordFields(ip))
}

/** 90 bytes: one tracker of the cluster (§3.10). `host` is `ip:port`. */
export const trackerClusterRecord = struct('tracker record', {
  host: text(HOST_FIELD_SIZE),
  isLeader: flag,
  isActive: flag,
  connections: nested(connectionCounts),
  version,
  upTime: i64,
  lastHeartBeatTime: i64,
})

/** 106 bytes: one storage of the cluster (§3.11). */
export const storageClusterRecord = struct('storage cluster record', {
  id: storageId,
  host: text(HOST_FIELD_SIZE),
  isTrunkServer: flag,
  status: u8,
  connections: nested(connectionCounts),
  version,
  upTime: i64,
  lastHeartBeatTime: i64,
})

/** 59 bytes: the space of one group (§3.12), in MiB. */
export const volumeRecord = struct('volume record', {
  group: text(GROUP_NAME_FIELD_SIZE),
  totalMb: i64,
  freeMb: i64,
  reservedMb: i64,
  availableMb: i64,
  trunkFreeMb: i64,
  isDiskAvailable: flag,
  isTrunkAvailable: flag,
})

/** 15 bytes: a slot inside a trunk file (appendix B). Offset and size in bytes. */
export const trunkSlotFields = {
  storePathIndex: u8,
  high: u8,
  low: u8,
  trunkFileId: u32,
  offset: u32,
  size: u32,
}
export const trunkSlot = struct('trunk slot', trunkSlotFields)

export type Brief = ReturnType<typeof brief.decode>
export type SyncSource = ReturnType<typeof syncSource.decode>
export type StorageStat = ReturnType<typeof storageStat.decode>
export type GroupRecord = ReturnType<typeof groupRecord.decode>
export type TrunkSlot = ReturnType<typeof trunkSlot.decode>
