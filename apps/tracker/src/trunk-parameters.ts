import type { Conf, TrunkParameters } from '@cairn/dfs-core/conf'

const KIB = 1024
const MIB = 1024 * KIB

export const defaultTrunkParameters: TrunkParameters = {
  slotMinSize: 256,
  slotMaxSize: 8 * MIB,
  allocAlignmentSize: 0,
  fileSize: 64 * MIB,
  createFileAdvance: false,
  createFileTimeBase: { hour: 2, minute: 0 },
  createFileInterval: 86_400,
  createFileSpaceThreshold: 0,
  initCheckOccupying: false,
  initReloadFromBinlog: false,
  freeSpaceMerge: false,
  deleteUnusedFiles: false,
  compressBinlogMinInterval: 0,
  compressBinlogInterval: 0,
  compressBinlogTimeBase: { hour: 3, minute: 0 },
  binlogMaxBackups: 0,
}

export function readTrunkParameters(conf: Conf): TrunkParameters {
  const standard = defaultTrunkParameters
  const seconds = (key: string, fallback: number) => conf.integer(key, { min: 0, fallback })
  const allocAlignmentSize = conf.byteSize('trunk_alloc_alignment_size', { fallback: 0, max: 64 * KIB })
  const fileSize = conf.byteSize('trunk_file_size', { min: 4 * MIB, max: 2 ** 31 - 1, fallback: standard.fileSize })
  const slotMinSize = conf.byteSize('slot_min_size', { fallback: standard.slotMinSize, max: 64 * KIB })
  const slotMaxSize = conf.byteSize('slot_max_size', { min: slotMinSize + 1, fallback: fileSize / 8 })
  return {
    slotMinSize: Math.max(slotMinSize, allocAlignmentSize),
    slotMaxSize: Math.min(slotMaxSize, fileSize / 2),
    allocAlignmentSize,
    fileSize,
    createFileAdvance: conf.boolean('trunk_create_file_advance', false),
    createFileTimeBase: conf.timeOfDay('trunk_create_file_time_base', standard.createFileTimeBase),
    createFileInterval: seconds('trunk_create_file_interval', standard.createFileInterval),
    createFileSpaceThreshold: conf.byteSize('trunk_create_file_space_threshold', { fallback: 0 }),
    initCheckOccupying: conf.boolean('trunk_init_check_occupying', false),
    initReloadFromBinlog: conf.boolean('trunk_init_reload_from_binlog', false),
    freeSpaceMerge: conf.boolean('trunk_free_space_merge', false),
    deleteUnusedFiles: conf.boolean('delete_unused_trunk_files', false),
    compressBinlogMinInterval: seconds('trunk_compress_binlog_min_interval', 0),
    compressBinlogInterval: seconds('trunk_compress_binlog_interval', 0),
    compressBinlogTimeBase: conf.timeOfDay('trunk_compress_binlog_time_base', standard.compressBinlogTimeBase),
    binlogMaxBackups: conf.integer('trunk_binlog_max_backups', { min: 0, fallback: 0 }),
  }
}
