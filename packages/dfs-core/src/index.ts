// The public door of @cairn/dfs-core. The command server, tickets and configuration files have doors of their own:
// ./server, ./tickets, ./conf.

// Errors and limits
export type { StatusName } from './errors.ts'
export { ConnectionError, ProtocolError, ServerError, Status, statusName, statusOfSystemError } from './errors.ts'
export * as limits from './limits.ts'

// Protocol
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
export type {
  Brief,
  GroupRecord,
  StorageRecord,
  StorageStat,
  SyncSource,
  TrunkSlot,
} from './protocol/records.ts'
export type { StatusAnswer } from './protocol/status-answer.ts'
export { CairnCommand, FileInfoFlag, MetadataFlag, storageCommands } from './protocol/storage-commands.ts'
export { trackerCommands } from './protocol/tracker-commands.ts'

// Client
