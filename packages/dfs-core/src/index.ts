// The public door of @cairn/dfs-core. The command server, tickets and configuration files have doors of their own:
// ./server, ./tickets, ./conf.

// Client
export { formatAddress, parseAddress } from './client/address.ts'
export { ClusterAdmin } from './client/cluster-admin.ts'
export { Connection, openConnection, UnreachableError } from './client/connection.ts'
export type { DfsClientOptions } from './client/dfs-client.ts'
export { DfsClient } from './client/dfs-client.ts'
export { extensionOf, fileBody } from './client/local-file.ts'
export type { PoolOptions } from './client/pool.ts'
export { ConnectionPool } from './client/pool.ts'
export type { CallOptions, Request, Timeouts } from './client/request.ts'
export type { RequestBody, StreamBody } from './client/request-body.ts'
export type { Download } from './client/response.ts'
export type { SaveOptions } from './client/save-file.ts'
export type {
  ByteRange,
  FileInfo,
  LinkOptions,
  Metadata,
  MetadataMode,
  PartStat,
  RequestOptions,
  UploadOptions,
} from './client/storage-client.ts'
export { StorageClient } from './client/storage-client.ts'
export type { UploadFileOptions } from './client/stored-upload.ts'
export type {
  FetchTarget,
  StorageAddress,
  StorageStats,
  StoreTarget,
  StoreTargets,
  TrackerStat,
  VolumeStats,
} from './client/tracker-client.ts'
export { addressOf, TrackerClient } from './client/tracker-client.ts'
// File IDs and content
export { combineCrc32, crc32 } from './crc32.ts'
// Errors and limits
export type { StatusName } from './errors.ts'
export { ConnectionError, ProtocolError, ServerError, Status, statusName, statusOfSystemError } from './errors.ts'
export type { FileId, FileKind, LogicNameParts } from './file-id/file-id.ts'
export { formatLogicName, logicNameToTrueName, parseFileId, slaveName, splitFileId } from './file-id/file-id.ts'
export type { FileSource, NameFacts, NewName, TrunkPlace } from './file-id/file-name.ts'
export { decodeFileName, encodeFileName, encodeNameBody, encodeTrunkFileName } from './file-id/file-name.ts'
export {
  BUFFERED_BODY_SIZE_MAX,
  DEFAULT_STORAGE_PORT,
  DEFAULT_TRACKER_PORT,
  EXTENSION_SIZE,
  GROUP_NAME_SIZE,
  LOGIC_NAME_SIZE_MAX,
  SLAVE_PREFIX_SIZE,
  STORAGES_PER_GROUP_MAX,
  STORE_PATH_ANY,
  STORE_PATHS_MAX,
  SUBDIRS_PER_LEVEL_MAX,
  TRACKERS_MAX,
} from './limits.ts'
// Protocol
export type { AboutPart } from './protocol/about-part.ts'
export { decodeAboutPart, encodeAboutPart } from './protocol/about-part.ts'
export {
  CairnCommand,
  PART_DATA_SIZE_MAX,
  PartState,
  SMALL_FILE_SIZE_MAX,
  SMALL_FILES_COUNT_MAX,
  SMALL_FILES_SIZE_MAX,
} from './protocol/cairn-commands.ts'
export type { ChangeReply } from './protocol/change-reply.ts'
export type { Command, StreamedCommand, StreamHead } from './protocol/command.ts'
export { decodeStreamHead } from './protocol/command.ts'
export type { Header } from './protocol/frame.ts'
export {
  encodeEmptyFrame,
  encodeFrame,
  HEADER_SIZE,
  RESPONSE_COMMAND,
  readHeader,
  writeHeader,
} from './protocol/frame.ts'
export type { Layout, StructLayout } from './protocol/layout.ts'
export type { AddressLayout, AddressWidth } from './protocol/layout-variants.ts'
export { decodeMetadata, encodeMetadata, mergeMetadata, normalizeMetadata } from './protocol/metadata.ts'
export type { StatLayout } from './protocol/older-lists.ts'
export { olderGroups, olderStorages, statLayouts } from './protocol/older-lists.ts'
export type {
  Brief,
  GroupRecord,
  StorageRecord,
  StorageStat,
  SyncSource,
  TrunkSlot,
} from './protocol/records.ts'
export type { StatusAnswer } from './protocol/status-answer.ts'
export { FileInfoFlag, MetadataFlag, storageCommands } from './protocol/storage-commands.ts'
export {
  isStorageStatus,
  STORAGE_STATUS_NONE,
  StorageStatus,
  storageStatusName,
} from './protocol/storage-status.ts'
export { trackerCommands } from './protocol/tracker-commands.ts'
