/** A file of this storage as its name on the wire says, safe to make a path of. */
export interface LogicName {
  /** The canonical form: `M00/1A/2F/<name>`. */
  readonly logicName: string
  readonly storePathIndex: number
  /** `1A/2F/<name>`, relative to the data folder of its store path. */
  readonly trueName: string
}

const LENGTH_MIN = 11
export const LOGIC_NAME_LENGTH_MAX = 127
/** M00/HH/LL/ + 27 + 7: the shortest name that a storage gives to a file of its own. */
export const NORMAL_NAME_LENGTH = 44

const TRUE_NAME = /^[0-9A-F]{2}\/[0-9A-F]{2}\/[\x21-\x2e\x30-\x7e\x80-\xff]+$/
const STORE_PATH_PREFIX = /^M[0-9A-Fa-f]{2}\//

/**
 * Checks a logic name from the wire (one character per byte) by the rules of FastDFS; `null` means EINVAL.
 * A NUL ends the name, names of before store paths (`1A/2F/…`) belong to path 0. Unlike FastDFS, control characters,
 * blanks (they would split a binlog line) and the names `.` and `..` are refused.
 */
export function parseLogicName(wireName: string, storePathCount: number): LogicName | null {
  const nul = wireName.indexOf('\0')
  const name = nul < 0 ? wireName : wireName.slice(0, nul)
  if (name.length < LENGTH_MIN || name.length > LOGIC_NAME_LENGTH_MAX) return null
  let storePathIndex = 0
  let trueName = name
  if (name.startsWith('M')) {
    if (!STORE_PATH_PREFIX.test(name)) return null
    storePathIndex = Number.parseInt(name.slice(1, 3), 16)
    trueName = name.slice(4)
  }
  if (storePathIndex >= storePathCount || !TRUE_NAME.test(trueName)) return null
  const fileName = trueName.slice(6)
  if (fileName === '.' || fileName === '..') return null
  return { logicName: `M${hexByte(storePathIndex)}/${trueName}`, storePathIndex, trueName }
}

/** Extension (may be empty, at most 6) and slave prefix (at most 16): the characters that FastDFS allows. */
export function isNamePart(text: string): boolean {
  return /^[A-Za-z0-9._-]*$/.test(text)
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))

/** Two upper-case hexadecimal digits. */
export function hexByte(byte: number): string {
  return HEX[byte & 0xff] ?? '00'
}
