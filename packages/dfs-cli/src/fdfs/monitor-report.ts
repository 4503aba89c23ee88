import { formatAddress, type GroupRecord, type StorageRecord, storageStatusName } from '@cairn/dfs-core'
import { humanSize } from '../human-size.ts'
import { localTime } from '../local-time.ts'

const MIB = 1024 * 1024
const MODES: Readonly<Record<number, string>> = {
  0: 'none (disabled)',
  2: 'writeonly',
  4: 'readonly',
  6: 'both (normal)',
}

/** One group of fdfs_monitor with its members, as the C tool prints it. `number` counts from 1. */
export function groupReport(number: number, group: GroupRecord, storages: readonly StorageRecord[]): string {
  const trunkServer = storages.find(({ isTrunkServer }) => isTrunkServer)
  const trunkLines =
    trunkServer === undefined
      ? []
      : [
          `current trunk server = ${trunkServer.id} (${trunkServer.ip})`,
          `current trunk file id = ${group.currentTrunkFileId}`,
        ]
  const lines = [
    `Group ${number}:`,
    `group name = ${group.group}`,
    ...diskLines(group),
    ...(group.currentTrunkFileId >= 0 ? [`trunk free space = ${size(group.trunkFreeMb)}`] : []),
    `storage server count = ${group.storageCount}`,
    `readable server count = ${group.readableServerCount}`,
    `writable server count = ${group.writableServerCount}`,
    `storage server port = ${group.storagePort}`,
    `store path count = ${group.storePathCount}`,
    `subdir count per path = ${group.subdirCountPerPath}`,
    `current write server index = ${group.currentWriteServer}`,
    ...trunkLines,
    '',
    ...storages.flatMap((storage, index) => storageLines(index + 1, storage, storages)),
  ]
  return `${lines.join('\n')}\n`
}

interface Space {
  readonly totalMb: number
  readonly freeMb: number
  readonly reservedMb: number
}

function diskLines({ totalMb, freeMb, reservedMb }: Space): string[] {
  return [
    `disk total space     = ${size(totalMb)}`,
    `disk free space      = ${size(freeMb)}`,
    `disk reserved space  = ${size(reservedMb)}`,
    `disk available space = ${size(Math.max(0, freeMb - reservedMb))}`,
  ]
}

function size(mebibytes: number): string {
  return humanSize(mebibytes * MIB).padStart(7)
}

function storageLines(number: number, storage: StorageRecord, members: readonly StorageRecord[]): string[] {
  const { connections, lastSourceUpdate, lastSyncUpdate, lastSyncedTimestamp, lastHeartBeatTime, ...counters } =
    storage.stat
  const fields = [
    `id = ${storage.id}`,
    `host = ${formatAddress(storage.ip, storage.storagePort)}  ${storageStatusName(storage.status)}`,
    `read write mode = ${MODES[storage.rwMode] ?? 'unknown'}`,
    `version = ${storage.version}`,
    `join time = ${localTime(storage.joinTime)}`,
    `up time = ${storage.upTime === 0 ? '' : localTime(storage.upTime)}`,
    ...diskLines(storage),
    `upload priority = ${storage.uploadPriority}`,
    `store_path_count = ${storage.storePathCount}`,
    `subdir_count_per_path = ${storage.subdirCountPerPath}`,
    `current_write_path = ${storage.currentWritePath}`,
    `source storage id = ${storage.sourceId}`,
    `if_trunk_server = ${storage.isTrunkServer ? 1 : 0}`,
    `connection.alloc_count = ${connections.allocated}`,
    `connection.current_count = ${connections.current}`,
    `connection.max_count = ${connections.max}`,
    ...Object.entries(counters).map(([name, value]) => `${counterName(name)} = ${value}`),
    `last_heart_beat_time = ${localTime(lastHeartBeatTime)}`,
    `last_source_update = ${localTime(lastSourceUpdate)}`,
    `last_sync_update = ${localTime(lastSyncUpdate)}`,
    `last_synced_timestamp = ${localTime(lastSyncedTimestamp)} ${delayText(storage, members)}`,
  ]
  return [`\tStorage ${number}:`, ...fields.map((field) => `\t\t${field}`)]
}

/** `totalSetMetaCount` → `total_set_meta_count`. One has a slip of the pen in the C tool, which scripts know. */
function counterName(key: string): string {
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return name === 'total_download_bytes' ? 'stotal_download_bytes' : name
}

const UNITS = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
  ['seconds', 1],
] as const

/** How far a member is behind the last change that any other took. */
function delayText(storage: StorageRecord, members: readonly StorageRecord[]): string {
  const others = members.filter(({ id }) => id !== storage.id)
  const last = Math.max(0, ...others.map(({ stat }) => stat.lastSourceUpdate))
  if (last === 0) return ''
  const own = storage.stat.lastSyncedTimestamp
  if (own === 0) return '(never synced)'
  let rest = Math.max(0, last - own)
  const parts = UNITS.flatMap(([unit, seconds]) => {
    const count = Math.floor(rest / seconds)
    rest -= count * seconds
    return count > 0 || unit === 'seconds' ? [`${count} ${unit}`] : []
  })
  return `(${parts.join(' ')} delay)`
}
