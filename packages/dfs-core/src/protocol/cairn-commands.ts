import { GROUP_NAME_SIZE, LOGIC_NAME_SIZE_MAX, LOGIC_NAME_SIZE_MIN } from '../limits.ts'
import { command } from './command.ts'
import { bytes, countOf, i64, restBytes, sizedBytes, sizedText, text, u8, u32 } from './fields.ts'
import { struct } from './layout.ts'
import { storageId } from './records.ts'
import { repeatSized } from './repeat-sized.ts'
import { statusAnswer } from './status-answer.ts'

/**
 * Codes that FastDFS does not use, taken for Cairn's own commands between its storages and from the web server.
 * A C storage answers EINVAL to all of them and closes the connection.
 */
export const CairnCommand = {
  HELLO: 200,
  PART_WRITE: 201,
  PART_COMMIT: 202,
  PART_DROP: 203,
  PART_STAT: 204,
  WATERMARK: 205,
  STATUS: 206,
  SYNC_CREATE_FILES: 207,
} as const

/** Bytes of content in one PART_WRITE. */
export const PART_DATA_SIZE_MAX = 1024 * 1024

/** Bytes of content of one file in SYNC_CREATE_FILES, of all together, and how many they may be. */
export const SMALL_FILE_SIZE_MAX = 64 * 1024
export const SMALL_FILES_SIZE_MAX = 1024 * 1024
export const SMALL_FILES_COUNT_MAX = 256

/** `state` in the answer to PART_STAT: bytes are missing, all are there, it is a file, its file is settled. */
export const PartState = { open: 0, complete: 1, linked: 2, acked: 3 } as const

const CONTENT_TYPE_SIZE_MAX = 255
const ABOUT_SIZE_MAX = 16 * 1024
const SHA256_SIZE = 32

const nothing = struct('empty body', {})
/** 32 hexadecimal digits in bytes. */
const uploadId = bytes(16)
const part = { uploadId, epoch: u32 }
const smallFile = struct('SYNC_CREATE_FILES file', {
  nameLength: countOf('name', u8),
  contentLength: countOf('content', u32),
  timestamp: u32,
  name: sizedText(LOGIC_NAME_SIZE_MIN, LOGIC_NAME_SIZE_MAX),
  content: sizedBytes(SMALL_FILE_SIZE_MAX),
})

export const cairnCommands = {
  /** Is this a Cairn storage of the group? `version` of the commands 201 to 204; the answer names its id. */
  hello: command(
    CairnCommand.HELLO,
    'HELLO',
    { group: text(GROUP_NAME_SIZE), id: storageId },
    { version: u32, id: storageId },
  ),
  /**
   * Bytes of an unfinished upload from `offset` on, which replace what is there from `offset` on. The answer is how many bytes are
   * there now. When there were fewer than `offset`, nothing is written. `about` (see AboutPart) makes the part where it is not there; where
   * it is empty, ENOENT. The CRC-32 is that of `data` (else EIO). ESTALE: this member has seen a higher epoch.
   */
  partWrite: command(
    CairnCommand.PART_WRITE,
    'PART_WRITE',
    {
      ...part,
      offset: i64,
      dataLength: countOf('data'),
      crc32: u32,
      aboutLength: countOf('about', u32),
      about: sizedBytes(ABOUT_SIZE_MAX),
      data: sizedBytes(PART_DATA_SIZE_MAX),
    },
    { offset: i64 },
  ),
  /**
   * The upload is a file of this name now: the receiver compares size and CRC-32 and links its own copy. ENOENT: it has no whole
   * copy; EIO: its copy is another one, and was thrown away; ESTALE as above. Unix seconds.
   */
  partCommit: command(
    CairnCommand.PART_COMMIT,
    'PART_COMMIT',
    {
      ...part,
      size: i64,
      crc32: u32,
      sha256: bytes(SHA256_SIZE),
      /** SHA-256 of the first 64 KiB. */
      head: bytes(SHA256_SIZE),
      timestamp: u32,
      nameLength: countOf('name'),
      contentTypeLength: countOf('contentType', u32),
      name: sizedText(LOGIC_NAME_SIZE_MIN, LOGIC_NAME_SIZE_MAX),
      contentType: sizedText(0, CONTENT_TYPE_SIZE_MAX),
    },
    nothing,
  ),
  /** The upload was ended: its copy is thrown away. Harmless when there is none. */
  partDrop: command(CairnCommand.PART_DROP, 'PART_DROP', part, nothing),
  /** How much of an upload is here; ENOENT when nothing is known of it. `state`: see PartState. */
  partStat: command(CairnCommand.PART_STAT, 'PART_STAT', { uploadId }, { epoch: u32, offset: i64, state: u8 }),
  /** Everything that the sender (REPORT_SERVER_ID) has up to this unix second is delivered. */
  watermark: command(CairnCommand.WATERMARK, 'WATERMARK', { timestamp: i64 }, nothing),
  status: command(CairnCommand.STATUS, 'STATUS', nothing, statusAnswer),
  /**
   * Small files, each as by SYNC_CREATE_FILE, with a status for each in the same order. Whatever connection it comes on, it
   * says nothing of how far the sender has come.
   */
  syncCreateFiles: command(
    CairnCommand.SYNC_CREATE_FILES,
    'SYNC_CREATE_FILES',
    { group: text(GROUP_NAME_SIZE), files: repeatSized(smallFile) },
    { statuses: restBytes },
  ),
}
