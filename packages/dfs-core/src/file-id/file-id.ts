import { ProtocolError } from '../errors.ts'
import {
  EXTENSION_SIZE,
  LOGIC_NAME_SIZE,
  LOGIC_NAME_SIZE_MAX,
  LOGIC_NAME_SIZE_MIN,
  SLAVE_PREFIX_SIZE,
  TRUNK_LOGIC_NAME_SIZE,
} from '../limits.ts'
import type { NameFacts, TrunkPlace } from './file-name.ts'
import { decodeFileName, decodeTrunkSuffix, extensionOf, NAME_TAIL_LENGTH } from './file-name.ts'

// File ids: `<group>/M<PP>/<HH>/<LL>/<name>`, the logic name being what follows the group (client protocol §5).

/** Characters in front of the name: `Mxx/HH/HH/`, and without the store path `HH/HH/`. */
const LOGIC_PREFIX_LENGTH = 10
const TRUE_PREFIX_LENGTH = 6
const STORE_PATH_PREFIX_LENGTH = 4
/** Shortest true name that can be the master of a slave (§4.2). */
const MASTER_TRUE_NAME_LENGTH_MIN = 34

const GROUP_NAME = /^[A-Za-z0-9]{1,16}$/
const LOGIC_NAME = /^M[0-9A-F]{2}\/[0-9A-F]{2}\/[0-9A-F]{2}\/[A-Za-z0-9_.-]+$/
const NAME_PART = /^[A-Za-z0-9_.-]*$/

/**
 * The kind by which FastDFS treats a file (§5.5). A slave of an appender counts as an appender; a slave whose name
 * happens to have the length of a normal one cannot be told from it.
 */
export type FileKind = 'normal' | 'appender' | 'slave' | 'trunk'

export interface LogicNameParts {
  /** 0 … 255 */
  readonly storePathIndex: number
  /** First and second directory level, 0 … 255. */
  readonly high: number
  readonly low: number
  readonly fileName: string
}

/** A file id taken apart. For a slave, `size`, `timestamp` and `crc32` are its master's. */
export interface FileId extends LogicNameParts, Pick<NameFacts, 'source' | 'timestamp' | 'size' | 'crc32'> {
  readonly group: string
  readonly logicName: string
  readonly kind: FileKind
  /** The content may grow or change: size and CRC-32 must be asked from the storage. */
  readonly isAppender: boolean
  /** Without the dot; empty when there is none. */
  readonly extension: string
  /** Where the content lies, for files in a trunk slot. */
  readonly trunk?: TrunkPlace
}

/**
 * Parses and checks a file id by the recipe of §5.8. It is stricter than servers are with names (see
 * logicNameToTrueName): upper-case hexadecimal, no characters that FastDFS never writes.
 * ProtocolError with what is wrong.
 */
export function parseFileId(fileId: string): FileId {
  const { group, logicName } = splitFileId(fileId)
  if (!LOGIC_NAME.test(logicName)) throw malformed(fileId, 'is not M00/00/00/<name>')
  if (logicName.length < LOGIC_NAME_SIZE || logicName.length > LOGIC_NAME_SIZE_MAX) {
    throw malformed(fileId, `has a name of ${logicName.length} characters`)
  }
  const fileName = logicName.slice(LOGIC_PREFIX_LENGTH)
  const { isAppender, isTrunk, source, timestamp, size, crc32 } = decodeFileName(fileName)
  const kind = classify(logicName.length, isAppender, isTrunk)
  if (kind === 'trunk' && logicName.length !== TRUNK_LOGIC_NAME_SIZE) throw malformed(fileId, 'is cut short')
  return {
    group,
    logicName,
    storePathIndex: Number.parseInt(logicName.slice(1, 3), 16),
    high: Number.parseInt(logicName.slice(4, 6), 16),
    low: Number.parseInt(logicName.slice(7, 9), 16),
    fileName,
    source,
    timestamp,
    size,
    crc32,
    kind,
    isAppender,
    extension: extensionOf(fileName),
    ...(kind === 'trunk' && { trunk: decodeTrunkSuffix(fileName) }),
  }
}

function classify(logicNameLength: number, isAppender: boolean, isTrunk: boolean): FileKind {
  if (isAppender) return 'appender'
  if (logicNameLength > TRUNK_LOGIC_NAME_SIZE || (logicNameLength > LOGIC_NAME_SIZE && !isTrunk)) return 'slave'
  return isTrunk ? 'trunk' : 'normal'
}

/** Group and logic name of a file id, as they travel apart in requests. ProtocolError when there is no group. */
export function splitFileId(fileId: string): { group: string; logicName: string } {
  const slash = fileId.indexOf('/')
  const group = fileId.slice(0, Math.max(slash, 0))
  if (!GROUP_NAME.test(group)) throw malformed(fileId, 'has no group')
  return { group, logicName: fileId.slice(slash + 1) }
}

/** `M00/1A/2F/<name>` from its parts. */
export function formatLogicName(parts: LogicNameParts): string {
  return `M${hexByte(parts.storePathIndex)}/${hexByte(parts.high)}/${hexByte(parts.low)}/${parts.fileName}`
}

/**
 * The logic name of a slave file of `masterName` (a logic name): the master's name up to its extension, the prefix,
 * a dot and `ext`; nothing after the prefix when `ext` is empty (§4.2). Clients may compute it without asking.
 * ProtocolError for a master that is too short, characters outside A–Z a–z 0–9 - _ . , an empty prefix, the prefix
 * `-m` without extension (it would be the metadata file) and a result of more than 127 characters.
 */
export function slaveName(masterName: string, prefix: string, ext: string): string {
  const { trueName } = logicNameToTrueName(masterName)
  if (trueName.length < MASTER_TRUE_NAME_LENGTH_MIN) throw malformed(masterName, 'is too short for a master')
  if (prefix === '' || prefix.length > SLAVE_PREFIX_SIZE || !NAME_PART.test(prefix)) {
    throw new ProtocolError(`slave prefix ${JSON.stringify(prefix)} is not 1 to 16 of A-Z a-z 0-9 - _ .`)
  }
  if (ext.length > EXTENSION_SIZE || !NAME_PART.test(ext)) {
    throw new ProtocolError(`extension ${JSON.stringify(ext)} is not 0 to 6 of A-Z a-z 0-9 - _ .`)
  }
  if (prefix === '-m' && ext === '') throw new ProtocolError('slave prefix -m without an extension names the metadata')
  const dot = masterName.indexOf('.', masterName.length - NAME_TAIL_LENGTH)
  const name = `${dot < 0 ? masterName : masterName.slice(0, dot)}${prefix}${ext === '' ? '' : `.${ext}`}`
  if (name.length > LOGIC_NAME_SIZE_MAX) throw malformed(name, 'is too long for a slave')
  return name
}

/**
 * Store path index and path below its `data` folder of a logic name from outside, by the rules that every file
 * command of a storage shares (§4.0). The result is `XX/XX/` with upper-case hexadecimal digits and one more
 * component, so it cannot leave the folder. Names without `Mxx/` (before FastDFS 1.12) belong to store path 0.
 * The index is not compared with the number of store paths: that is the caller's.
 * ProtocolError (status EINVAL) otherwise. Beyond FastDFS it refuses control characters, `.`, `..` and names of more
 * than 127 characters in every command.
 */
export function logicNameToTrueName(logicName: string): { storePathIndex: number; trueName: string } {
  if (logicName.length < LOGIC_NAME_SIZE_MIN || logicName.length > LOGIC_NAME_SIZE_MAX) {
    throw new ProtocolError(`logic name of ${logicName.length} characters`)
  }
  const hasStorePath = logicName.charCodeAt(0) === 0x4d
  const storePathIndex = hasStorePath ? storePathIndexOf(logicName) : 0
  const trueName = hasStorePath ? logicName.slice(STORE_PATH_PREFIX_LENGTH) : logicName
  if (!startsWithDirectories(trueName)) throw malformed(logicName, 'has no directories')
  for (let i = TRUE_PREFIX_LENGTH; i < trueName.length; i++) {
    const code = trueName.charCodeAt(i)
    if (code < 0x20 || code === 0x2f || code === 0x7f) throw malformed(logicName, 'holds a slash or control character')
  }
  if (isDots(trueName)) throw malformed(logicName, 'names a folder')
  return { storePathIndex, trueName }
}

function storePathIndexOf(logicName: string): number {
  const high = hexDigit(logicName.charCodeAt(1), true)
  const low = hexDigit(logicName.charCodeAt(2), true)
  if (high < 0 || low < 0 || logicName.charCodeAt(3) !== 0x2f) throw malformed(logicName, 'has no store path')
  return high * 16 + low
}

function startsWithDirectories(trueName: string): boolean {
  return (
    hexDigit(trueName.charCodeAt(0), false) >= 0 &&
    hexDigit(trueName.charCodeAt(1), false) >= 0 &&
    trueName.charCodeAt(2) === 0x2f &&
    hexDigit(trueName.charCodeAt(3), false) >= 0 &&
    hexDigit(trueName.charCodeAt(4), false) >= 0 &&
    trueName.charCodeAt(5) === 0x2f
  )
}

function isDots(trueName: string): boolean {
  const length = trueName.length - TRUE_PREFIX_LENGTH
  return length <= 2 && (length === 0 || trueName.endsWith(length === 1 ? '/.' : '/..'))
}

// −1 for anything else, NaN (past the end) included.
function hexDigit(code: number, lowerCase: boolean): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x41 && code <= 0x46) return code - 0x41 + 10
  if (lowerCase && code >= 0x61 && code <= 0x66) return code - 0x61 + 10
  return -1
}

function hexByte(value: number): string {
  if (!(Number.isInteger(value) && value >= 0 && value <= 0xff)) throw new RangeError(`${value} is not a byte`)
  return value.toString(16).toUpperCase().padStart(2, '0')
}

function malformed(name: string, what: string): ProtocolError {
  return new ProtocolError(`${JSON.stringify(name.slice(0, LOGIC_NAME_SIZE_MAX + 32))} ${what}`)
}
