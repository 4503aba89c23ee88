import { METADATA_NAME_SIZE_MAX, METADATA_VALUE_SIZE_MAX } from '../limits.ts'

// Metadata of a file: `name 0x02 value (0x01 name 0x02 value)*`, stored sorted by name, without escapes
// (client protocol §4.9). FastDFS knows no charset; our clients use UTF-8, and servers keep the bytes as they are.

const RECORD_SEPARATOR = '\x01'
const FIELD_SEPARATOR = '\x02'

/** Names and values as bytes, one character each (latin1). */
type Records = Map<string, string>

/**
 * The bytes for SET_METADATA, sorted by name as the C client does. RangeError when a name is empty, a name exceeds
 * 64 bytes or a value 256, or one of them holds a separator: FastDFS would cut them silently.
 */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Buffer {
  const records: Records = new Map()
  for (const [name, value] of Object.entries(metadata)) {
    if (name === '') throw new RangeError('metadata with an empty name')
    records.set(toBytes(name, METADATA_NAME_SIZE_MAX), toBytes(value, METADATA_VALUE_SIZE_MAX))
  }
  return join(records)
}

function toBytes(text: string, sizeMax: number): string {
  if (text.includes(RECORD_SEPARATOR) || text.includes(FIELD_SEPARATOR)) {
    throw new RangeError(`metadata ${JSON.stringify(text)} holds a separator`)
  }
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > sizeMax) throw new RangeError(`metadata ${JSON.stringify(text)} exceeds ${sizeMax} bytes`)
  return bytes.toString('latin1')
}

/** Names and values of stored metadata, read as UTF-8. Parts that are not name and value are left out, as in C. */
export function decodeMetadata(bytes: Buffer): Record<string, string> {
  const entries = [...split(bytes)].map(([name, value]) => [toText(name), toText(value)] as const)
  return Object.fromEntries(entries)
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/**
 * What a storage keeps of the metadata that a client sent: records that are not name and value dropped, names cut
 * to 64 and values to 256 bytes, of equal names the last, sorted by name. (C keeps the sent length and leaves stale
 * bytes behind the records: quirk 9.)
 */
export function normalizeMetadata(bytes: Buffer): Buffer {
  return join(split(bytes))
}

/** Stored metadata with those of a SET_METADATA of flag `M` put over it: same name → new value, others kept. */
export function mergeMetadata(stored: Buffer, incoming: Buffer): Buffer {
  const records = split(stored)
  for (const [name, value] of split(incoming)) records.set(name, value)
  return join(records)
}

function split(bytes: Buffer): Records {
  const records: Records = new Map()
  for (const record of bytes.toString('latin1').split(RECORD_SEPARATOR)) {
    const [name = '', value, ...more] = record.split(FIELD_SEPARATOR)
    if (value === undefined || more.length > 0) continue
    records.set(name.slice(0, METADATA_NAME_SIZE_MAX), value.slice(0, METADATA_VALUE_SIZE_MAX))
  }
  return records
}

function join(records: Records): Buffer {
  // One character is one byte, so the order of code units is the order of bytes.
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : 1))
  return Buffer.from(sorted.map(([name, value]) => name + FIELD_SEPARATOR + value).join(RECORD_SEPARATOR), 'latin1')
}
