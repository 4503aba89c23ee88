import type { Conf, TrunkParameters } from '@cairn/dfs-core/conf'

const MIB = 1024 * 1024

/** From the answer to PARAMETERS (75); null when use_trunk_file is off. Absent keys: internals §1.11. */
export function readTrunkParameters(parameters: Conf): TrunkParameters | null {
  if (!parameters.boolean('use_trunk_file', false)) return null
  const number = (key: string, fallback: number) => parameters.integer(key, { min: 0, fallback })
  const on = (key: string) => parameters.boolean(key, false)
  const fileSize = number('trunk_file_size', 64 * MIB)
  return {
    slotMinSize: number('slot_min_size', 256),
    slotMaxSize: number('slot_max_size', fileSize / 4),
    allocAlignmentSize: number('trunk_alloc_alignment_size', 0),
    fileSize,
    createFileAdvance: on('trunk_create_file_advance'),
    createFileTimeBase: parameters.timeOfDay('trunk_create_file_time_base', { hour: 2, minute: 0 }),
    createFileInterval: number('trunk_create_file_interval', 86_400),
    createFileSpaceThreshold: number('trunk_create_file_space_threshold', 0),
    initCheckOccupying: on('trunk_init_check_occupying'),
    initReloadFromBinlog: on('trunk_init_reload_from_binlog'),
    freeSpaceMerge: on('trunk_free_space_merge'),
    deleteUnusedFiles: on('delete_unused_trunk_files'),
    compressBinlogMinInterval: number('trunk_compress_binlog_min_interval', 0),
    compressBinlogInterval: number('trunk_compress_binlog_interval', 0),
    compressBinlogTimeBase: parameters.timeOfDay('trunk_compress_binlog_time_base', { hour: 3, minute: 0 }),
    binlogMaxBackups: number('trunk_binlog_max_backups', 0),
  }
}
