import { ProtocolError } from '../errors.ts'
import { EXTENSION_SIZE, STORAGE_ID_NUMBER_MAX } from '../limits.ts'

// The name of a file on its storage (client protocol §5.2–§5.6): 27 base64url characters that hold 20 bytes,
// 16 more when the file lives in a slot of a trunk file, and a tail of 7.
//
// | offset | width | field                                                            |
// |-------:|------:|------------------------------------------------------------------|
// |      0 |     4 | source: IPv4 octets, or a storage id, little-endian              |
// |      4 |     4 | unix seconds, big-endian                                         |
// |      8 |     8 | size field, big-endian (below)                                   |
// |     16 |     4 | CRC-32 of the content, big-endian                                |
//
// Size field: bit 63 | 23 random bits from bit 32 on | size when size < 2^32; else the size itself.
// Appenders have bit 58 set and a size of 0, files in a trunk slot bit 59.

const NAME_BODY_LENGTH = 27
const TRUNK_SUFFIX_LENGTH = 16
export const NAME_TAIL_LENGTH = 7

const NAME_BODY_BYTES = 20
const TRUNK_SUFFIX_BYTES = 12
const RANDOM_BITS_MAX = 0x7f_ff_ff
const DIGITS_MAX = 9_999_999
// Bits 63, 59 and 58 of the size field, seen in its upper 32 bits.
const SHORT_SIZE_BIT = 0x80_00_00_00
const TRUNK_BIT = 0x08_00_00_00
const APPENDER_BIT = 0x04_00_00_00
const WORD = 2 ** 32

// 20 bytes leave 4 of the 6 bits of the last character, so only 16 characters can stand there. Strict where the C
// decoder skips foreign characters: encoding again gives the same text.
const NAME_BODY = /^[A-Za-z0-9_-]{26}[AEIMQUYcgkosw048]$/
const TRUNK_SUFFIX = /^[A-Za-z0-9_-]{16}$/
const EXTENSION = /^[A-Za-z0-9_.-]*$/

/** The storage that a file was first written to: its IPv4 address, or its numeric storage id (1 … 16 777 215). */
export type FileSource = { readonly kind: 'ip'; readonly ip: string } | { readonly kind: 'id'; readonly id: number }

/** A slot in a trunk file: file number, offset of the slot in bytes, slot size in bytes with its 24-byte header. */
export interface TrunkPlace {
  readonly id: number
  readonly offset: number
  readonly allocSize: number
}

/** What the 27 characters say. */
export interface NameFacts {
  readonly source: FileSource
  /** Unix seconds. */
  readonly timestamp: number
  /** Bytes; 0 for an appender, whose size only its storage knows. */
  readonly size: number
  /** Unsigned. For an appender that of its first content. */
  readonly crc32: number
  readonly isAppender: boolean
  /** The file lives in a trunk slot, and 16 characters follow that name it. */
  readonly isTrunk: boolean
}

/** What a storage needs to name a file that it has just written. */
export interface NewName {
  readonly source: FileSource
  /** Unix seconds. */
  readonly timestamp: number
  /** Bytes. Not looked at for an appender. */
  readonly size: number
  /** Unsigned, or as signed 32 bits. */
  readonly crc32: number
  /** Random, 0 … 2^23 − 1; has no room in a normal file of 4 GiB and more. */
  readonly random23: number
  readonly kind: 'normal' | 'appender'
  /** At most 6 of A–Z a–z 0–9 - _ . without a leading dot; may be empty. */
  readonly ext: string
  /** Random, 0 … 9 999 999; its last digits fill the tail up. */
  readonly digits: number
}

// One for all calls: packing is synchronous, and a new buffer would cost more than the encoding.
const scratch = Buffer.alloc(NAME_BODY_BYTES)

/** The name of a new normal file or appender: 34 characters. RangeError when a value does not fit. */
export function encodeFileName(file: NewName): string {
  return encodeNameBody(file) + nameTail(file.ext, file.digits)
}

/** The name of a new file in a trunk slot: 50 characters. RangeError when a value does not fit. */
export function encodeTrunkFileName(file: Omit<NewName, 'kind'>, place: TrunkPlace): string {
  checkWord(file.size, 'size')
  const body = packBody(file, (SHORT_SIZE_BIT | TRUNK_BIT | checkRandom(file.random23)) >>> 0, file.size)
  for (const value of [place.id, place.offset, place.allocSize]) checkWord(value, 'trunk place')
  scratch.writeUInt32BE(place.id, 0)
  scratch.writeUInt32BE(place.offset, 4)
  scratch.writeUInt32BE(place.allocSize, 8)
  return body + scratch.toString('base64url', 0, TRUNK_SUFFIX_BYTES) + nameTail(file.ext, file.digits)
}

/** The first 27 characters of a new name; regenerating an appender keeps its tail and renews only these. */
export function encodeNameBody(file: Omit<NewName, 'ext' | 'digits'>): string {
  const random = checkRandom(file.random23)
  if (file.kind === 'appender') return packBody(file, (SHORT_SIZE_BIT | APPENDER_BIT | random) >>> 0, 0)
  if (!(Number.isSafeInteger(file.size) && file.size >= 0)) throw new RangeError(`size ${file.size} does not fit`)
  if (file.size < WORD) return packBody(file, (SHORT_SIZE_BIT | random) >>> 0, file.size)
  return packBody(file, Math.floor(file.size / WORD), file.size % WORD)
}

/**
 * Reads the 27 characters at the front of a file name (without directories). ProtocolError when they are not
 * base64url of 20 bytes as FastDFS writes them, or hold a size above 2^53.
 */
export function decodeFileName(fileName: string): NameFacts {
  unpack(fileName.slice(0, NAME_BODY_LENGTH), NAME_BODY)
  const high = scratch.readUInt32BE(8)
  const low = scratch.readUInt32BE(12)
  const isAppender = (high & APPENDER_BIT) !== 0
  const isTrunk = !isAppender && (high & TRUNK_BIT) !== 0
  const isShort = isAppender || isTrunk || (high & SHORT_SIZE_BIT) !== 0
  const size = isShort ? low : high * WORD + low
  if (!Number.isSafeInteger(size)) throw new ProtocolError(`file name ${quote(fileName)}: impossible size`)
  return {
    source: readSource(),
    timestamp: scratch.readUInt32BE(4),
    size: isAppender ? 0 : size,
    crc32: scratch.readUInt32BE(16),
    isAppender,
    isTrunk,
  }
}

/** Reads the 16 characters behind the first 27 of a trunk file's name. ProtocolError when they are not base64url. */
export function decodeTrunkSuffix(fileName: string): TrunkPlace {
  unpack(fileName.slice(NAME_BODY_LENGTH, NAME_BODY_LENGTH + TRUNK_SUFFIX_LENGTH), TRUNK_SUFFIX)
  return { id: scratch.readUInt32BE(0), offset: scratch.readUInt32BE(4), allocSize: scratch.readUInt32BE(8) }
}

/**
 * The last 7 characters (§5.2): without an extension 7 digits, else 6 − n digits, a dot and the n characters of the
 * extension.
 */
export function nameTail(ext: string, digits: number): string {
  if (ext.length > EXTENSION_SIZE || !EXTENSION.test(ext)) throw new RangeError(`extension ${quote(ext)} does not fit`)
  if (!(Number.isInteger(digits) && digits >= 0 && digits <= DIGITS_MAX)) throw new RangeError(`digits ${digits}`)
  const text = String(digits).padStart(NAME_TAIL_LENGTH, '0')
  return ext === '' ? text : `${text.slice(ext.length + 1)}.${ext}`
}

/** The extension within the last 7 characters of a name: what follows their first dot; empty without one. */
export function extensionOf(fileName: string): string {
  const tail = fileName.slice(-NAME_TAIL_LENGTH)
  const dot = tail.indexOf('.')
  return dot < 0 ? '' : tail.slice(dot + 1)
}

function packBody(file: { source: FileSource; timestamp: number; crc32: number }, high: number, low: number): string {
  writeSource(file.source)
  checkWord(file.timestamp, 'timestamp')
  scratch.writeUInt32BE(file.timestamp, 4)
  scratch.writeUInt32BE(high, 8)
  scratch.writeUInt32BE(low, 12)
  scratch.writeUInt32BE(file.crc32 >>> 0, 16)
  return scratch.toString('base64url', 0, NAME_BODY_BYTES)
}

// Little-endian, because the C servers write the number as their processor holds it (§5.4).
function writeSource(source: FileSource): void {
  if (source.kind === 'id') {
    if (!(Number.isInteger(source.id) && source.id >= 1 && source.id <= STORAGE_ID_NUMBER_MAX)) {
      throw new RangeError(`storage id ${source.id} is not 1 … ${STORAGE_ID_NUMBER_MAX}`)
    }
    scratch.writeUInt32LE(source.id, 0)
    return
  }
  const octets = source.ip.split('.')
  for (let i = 0; i < 4; i++) {
    const octet = octets[i] ?? ''
    if (octets.length !== 4 || !/^\d{1,3}$/.test(octet) || Number(octet) > 0xff) {
      throw new RangeError(`source ${quote(source.ip)} is not an IPv4 address`)
    }
    scratch[i] = Number(octet)
  }
  // An address whose last octet is 0 reads back as a storage id.
  if (scratch.readUInt32LE(0) <= STORAGE_ID_NUMBER_MAX) {
    throw new RangeError(`source address ${source.ip} would be taken for a storage id`)
  }
}

function readSource(): FileSource {
  const id = scratch.readUInt32LE(0)
  if (id >= 1 && id <= STORAGE_ID_NUMBER_MAX) return { kind: 'id', id }
  return { kind: 'ip', ip: `${scratch[0]}.${scratch[1]}.${scratch[2]}.${scratch[3]}` }
}

function unpack(characters: string, pattern: RegExp): void {
  if (!pattern.test(characters)) throw new ProtocolError(`file name: ${quote(characters)} is not base64url of a name`)
  scratch.write(characters, 0, 'base64url')
}

function checkRandom(random23: number): number {
  if (!(Number.isInteger(random23) && random23 >= 0 && random23 <= RANDOM_BITS_MAX)) {
    throw new RangeError(`random bits ${random23} are not 0 … 2^23-1`)
  }
  return random23
}

function checkWord(value: number, what: string): void {
  if (!(Number.isInteger(value) && value >= 0 && value < WORD)) throw new RangeError(`${what} ${value} does not fit`)
}

function quote(text: string): string {
  return JSON.stringify(text.length > 150 ? `${text.slice(0, 150)}…` : text)
}
