import { logicNameToTrueName, ProtocolError } from '@cairn/dfs-core'

/** A file of this storage as its name on the wire says, safe to make a path of. */
export interface LogicName {
  /** The canonical form: `M00/1A/2F/<name>`. */
  readonly logicName: string
  readonly storePathIndex: number
  /** `1A/2F/<name>`, relative to the data folder of its store path. */
  readonly trueName: string
}

/**
 * Checks a logic name from the wire (one character per byte). ProtocolError (EINVAL) for what FastDFS refuses, and
 * also for blanks: the name stands in binlog lines.
 */
export function parseLogicName(wireName: string, storePathCount: number): LogicName {
  const { storePathIndex, trueName } = logicNameToTrueName(wireName)
  if (storePathIndex >= storePathCount) throw new ProtocolError(`there is no store path ${storePathIndex}`)
  if (trueName.includes(' ')) throw new ProtocolError(`${JSON.stringify(wireName)} holds a blank`)
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
