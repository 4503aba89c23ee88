import type { TimeOfDay } from '@cairn/dfs-core/conf'
import type { TrackerConfig } from '../config.ts'

/** The answer to PARAMETERS (75): FastDFS's keys in its order. The C client has 1024 bytes for it. */
export function parametersText(config: TrackerConfig): string {
  const { trunk, cluster } = config
  const values: [string, string | number | boolean][] = [
    ['use_storage_id', config.storageIds !== null],
    ['id_type_in_filename', cluster.idInFileName ? 'id' : 'ip'],
    ['trust_storage_server_id', cluster.trustStorageServerId],
    ['response_ip_addr_size', config.addressWidth],
    ['storage_ip_changed_auto_adjust', config.storageIpChangedAutoAdjust],
    ['storage_sync_file_max_delay', cluster.syncFileMaxDelaySeconds],
    ['store_path', cluster.storePath],
    ['reserved_storage_space', reservedText(config)],
    ['use_trunk_file', cluster.useTrunkFile],
    ['slot_min_size', trunk.slotMinSize],
    ['slot_max_size', trunk.slotMaxSize],
    ['trunk_alloc_alignment_size', trunk.allocAlignmentSize],
    ['trunk_file_size', trunk.fileSize],
    ['trunk_create_file_advance', trunk.createFileAdvance],
    ['trunk_create_file_time_base', timeText(trunk.createFileTimeBase)],
    ['trunk_create_file_interval', trunk.createFileInterval],
    ['trunk_create_file_space_threshold', trunk.createFileSpaceThreshold],
    ['trunk_init_check_occupying', trunk.initCheckOccupying],
    ['trunk_init_reload_from_binlog', trunk.initReloadFromBinlog],
    ['trunk_free_space_merge', trunk.freeSpaceMerge],
    ['delete_unused_trunk_files', trunk.deleteUnusedFiles],
    ['trunk_compress_binlog_min_interval', trunk.compressBinlogMinInterval],
    ['trunk_compress_binlog_interval', trunk.compressBinlogInterval],
    ['trunk_compress_binlog_time_base', timeText(trunk.compressBinlogTimeBase)],
    ['trunk_binlog_max_backups', trunk.binlogMaxBackups],
    ['store_slave_file_use_link', config.storeSlaveFileUseLink],
  ]
  return values.map(([key, value]) => `${key}=${typeof value === 'boolean' ? Number(value) : value}\n`).join('')
}

function reservedText({ cluster: { reservedSpace } }: TrackerConfig): string {
  return reservedSpace.kind === 'mb' ? `${reservedSpace.mb} MB` : `${(100 * reservedSpace.ratio).toFixed(2)}%`
}

function timeText({ hour, minute }: TimeOfDay): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}
