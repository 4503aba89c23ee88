// The door @cairn/dfs-core/tickets: tickets and receipts between browser, web server and storages, and their keys.

export type { KeyRing, Kid, MasterFile, MasterKeys, StorageKeyFile, StorageKeyRings, StorageKeys } from './keys.ts'
export {
  addMasterKey,
  createMasterKeys,
  dropMasterKey,
  formatKeyFile,
  KeyFileError,
  openMasterKeys,
  openStorageKeys,
  switchMasterKey,
} from './keys.ts'
export type {
  DownloadTicket,
  Durability,
  Payload,
  PayloadOf,
  PayloadType,
  Receipt,
  ServiceOp,
  ServiceTicket,
  UploadOp,
  UploadTicket,
} from './payloads.ts'
export type { TicketErrorCode } from './ticket-error.ts'
export { TicketError } from './ticket-error.ts'
export { sign, verify } from './token.ts'
