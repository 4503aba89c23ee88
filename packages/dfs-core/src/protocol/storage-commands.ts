import {
  EXTENSION_SIZE,
  LOGIC_NAME_SIZE,
  LOGIC_NAME_SIZE_MAX,
  LOGIC_NAME_SIZE_MIN,
  SLAVE_PREFIX_SIZE,
} from '../limits.ts'
import { cairnCommands } from './cairn-commands.ts'
import type { Command, StreamedCommand } from './command.ts'
import { command, streamedCommand } from './command.ts'
import { countOf, i64, i64Capped, restBytes, restText, sizedBytes, sizedText, text, u8, u32 } from './fields.ts'
import { struct } from './layout.ts'
import { ignoringTail, withAddressWidths } from './layout-variants.ts'
import { group, storageId, trunkSlot, trunkSlotFields } from './records.ts'

// Every command that a storage takes (client protocol §2.2, §4, appendix B; internals §4.3, §6.5).

const nothing = struct('empty body', {})
// C echoes the request in its answer to an append or modify of no bytes, to a truncate to the present size and to a
// successful rename (internals §4.5): whatever comes is ignored.
const echo = ignoringTail(nothing)

const SIGNATURE_SIZE_MAX = 64

const extension = text(EXTENSION_SIZE)
const prefix = text(SLAVE_PREFIX_SIZE)
/** A logic name: `M00/00/00/…`, without the group. */
const name = sizedText(LOGIC_NAME_SIZE_MIN, LOGIC_NAME_SIZE_MAX)
const appenderName = sizedText(LOGIC_NAME_SIZE, LOGIC_NAME_SIZE_MAX)
const nameLength = countOf('name')
const nameAtEnd = restText(LOGIC_NAME_SIZE_MIN, LOGIC_NAME_SIZE_MAX)
const groupAndName = { group, name: nameAtEnd }

const upload = { storePathIndex: u8, fileSize: i64, extension }
const syncContent = { nameLength, fileSize: i64, timestamp: u32, group, name }
const syncRange = { nameLength, offset: i64, size: i64, timestamp: u32, group, name }
const syncTwoNames = {
  nameLength,
  sourceNameLength: countOf('sourceName'),
  timestamp: u32,
  group,
  name,
  sourceName: name,
}

const fileInfo = withAddressWidths('QUERY_FILE_INFO response', (address) => ({
  size: i64,
  /** Unix seconds. */
  mtime: i64,
  /** Sign-extended from 32 bits: take `crc32 >>> 0` (§4.11). */
  crc32: i64,
  sourceIp: address.list,
}))

/** Bits of the status byte of a QUERY_FILE_INFO request (§4.11). */
export const FileInfoFlag = { noCrc32: 1, silent: 2 } as const

/** The two values of `flag` in SET_METADATA (§4.9). */
export const MetadataFlag = { overwrite: 'O', merge: 'M' } as const

const fromClients = {
  /** `storePathIndex` 0xFF = the storage chooses. `extension` has no dot. */
  uploadFile: streamedCommand(11, 'UPLOAD_FILE', { head: upload, stream: 'fileSize' }, groupAndName),
  deleteFile: command(12, 'DELETE_FILE', groupAndName, nothing),
  setMetadata: command(
    13,
    'SET_METADATA',
    {
      nameLength,
      metadataLength: countOf('metadata'),
      flag: text(1),
      group,
      name,
      metadata: sizedBytes(Number.MAX_SAFE_INTEGER),
    },
    nothing,
  ),
  /** `size` 0 = to the end. The response is the content itself, of any length. */
  downloadFile: command(
    14,
    'DOWNLOAD_FILE',
    { offset: i64, size: i64Capped, group, name: nameAtEnd },
    { content: restBytes },
  ),
  getMetadata: command(15, 'GET_METADATA', groupAndName, { metadata: restBytes }),
  /** `masterName` and `prefix` are empty, or the link gets the name of a slave. */
  createLink: command(
    20,
    'CREATE_LINK',
    {
      masterNameLength: countOf('masterName'),
      sourceNameLength: countOf('sourceName'),
      signatureLength: countOf('signature'),
      group,
      prefix,
      extension,
      masterName: sizedText(0, LOGIC_NAME_SIZE_MAX),
      sourceName: name,
      signature: sizedBytes(SIGNATURE_SIZE_MAX),
    },
    groupAndName,
  ),
  uploadSlaveFile: streamedCommand(
    21,
    'UPLOAD_SLAVE_FILE',
    {
      head: { masterNameLength: countOf('masterName'), fileSize: i64, prefix, extension, masterName: name },
      stream: 'fileSize',
    },
    groupAndName,
  ),
  /** The status byte of the request holds FileInfoFlag bits. */
  queryFileInfo: command(22, 'QUERY_FILE_INFO', groupAndName, fileInfo),
  uploadAppenderFile: streamedCommand(23, 'UPLOAD_APPENDER_FILE', { head: upload, stream: 'fileSize' }, groupAndName),
  appendFile: streamedCommand(
    24,
    'APPEND_FILE',
    { head: { nameLength, size: i64, name: appenderName }, stream: 'size' },
    echo,
  ),
  modifyFile: streamedCommand(
    34,
    'MODIFY_FILE',
    { head: { nameLength, offset: i64, size: i64, name: appenderName }, stream: 'size' },
    echo,
  ),
  /** Bytes behind the name are ignored (§4.5). */
  truncateFile: command(
    36,
    'TRUNCATE_FILE',
    ignoringTail(struct('TRUNCATE_FILE request', { nameLength, newSize: i64, name: appenderName })),
    echo,
  ),
  /** The request has no group. */
  regenerateAppenderFilename: command(
    38,
    'REGENERATE_APPENDER_FILENAME',
    { name: restText(LOGIC_NAME_SIZE, LOGIC_NAME_SIZE_MAX) },
    groupAndName,
  ),
  quit: command(82, 'QUIT', nothing, nothing),
  activeTest: command(111, 'ACTIVE_TEST', nothing, nothing),
}

const fromStorages = {
  /** Names the sender: later sync commands of this connection count for its progress. */
  reportServerId: command(9, 'REPORT_SERVER_ID', { id: storageId }, nothing),
  /** With request status 17 (EEXIST) the size is announced, but no content follows. */
  syncCreateFile: streamedCommand(16, 'SYNC_CREATE_FILE', { head: syncContent, stream: 'fileSize' }, nothing),
  syncDeleteFile: command(17, 'SYNC_DELETE_FILE', { timestamp: u32, group, name: nameAtEnd }, nothing),
  /** Request status as in SYNC_CREATE_FILE. */
  syncUpdateFile: streamedCommand(18, 'SYNC_UPDATE_FILE', { head: syncContent, stream: 'fileSize' }, nothing),
  /** `name` is the link, `sourceName` what it points to. */
  syncCreateLink: command(19, 'SYNC_CREATE_LINK', syncTwoNames, nothing),
  syncAppendFile: streamedCommand(25, 'SYNC_APPEND_FILE', { head: syncRange, stream: 'size' }, nothing),
  syncModifyFile: streamedCommand(35, 'SYNC_MODIFY_FILE', { head: syncRange, stream: 'size' }, nothing),
  syncTruncateFile: command(
    37,
    'SYNC_TRUNCATE_FILE',
    { nameLength, oldSize: i64, newSize: i64, timestamp: u32, group, name },
    nothing,
  ),
  /** `name` is the new name, `sourceName` the old one. */
  syncRenameFile: command(40, 'SYNC_RENAME_FILE', syncTwoNames, echo),
  fetchOnePathBinlog: command(26, 'FETCH_ONE_PATH_BINLOG', { group, storePathIndex: u8 }, { binlog: restBytes }),
}

const forTrunkFiles = {
  trunkAllocSpace: command(27, 'TRUNK_ALLOC_SPACE', { group, size: u32, storePathIndex: u8 }, trunkSlot),
  /** The status byte of the request is the outcome of the write. */
  trunkAllocConfirm: command(28, 'TRUNK_ALLOC_CONFIRM', { group, ...trunkSlotFields }, nothing),
  trunkFreeSpace: command(29, 'TRUNK_FREE_SPACE', { group, ...trunkSlotFields }, nothing),
  trunkSyncBinlog: command(30, 'TRUNK_SYNC_BINLOG', { binlog: restBytes }, nothing),
  trunkGetBinlogSize: command(31, 'TRUNK_GET_BINLOG_SIZE', nothing, { size: i64 }),
  trunkDeleteBinlogMarks: command(32, 'TRUNK_DELETE_BINLOG_MARKS', nothing, nothing),
  trunkTruncateBinlogFile: command(33, 'TRUNK_TRUNCATE_BINLOG_FILE', nothing, nothing),
}

/** Every command that a storage takes. Rows with `stream` end with content of any length: see decodeStreamHead. */
export const storageCommands = {
  ...fromClients,
  ...fromStorages,
  ...forTrunkFiles,
  ...cairnCommands,
} satisfies Record<string, Command<unknown, unknown> | StreamedCommand<unknown, unknown, never>>
