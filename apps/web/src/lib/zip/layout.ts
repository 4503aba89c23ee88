// The bytes of a ZIP around the files in it (APPNOTE 6.3.10). Files are stored as they are, so that every offset is
// known from names, sizes and CRC-32s alone: a range of a ZIP can be made without making what comes before it.

const LOCAL_HEADER = 0x04034b50
const CENTRAL_HEADER = 0x02014b50
const END_64 = 0x06064b50
const END_64_LOCATOR = 0x07064b50
const END = 0x06054b50

const VERSION_PLAIN = 20
const VERSION_ZIP64 = 45
/** Unix made it, so that readers take the mode from the upper half of the attributes. */
const MADE_BY = (3 << 8) | VERSION_ZIP64
/** Names are UTF-8. */
const FLAGS = 0x0800
const METHOD_STORED = 0
const EXTRA_ZIP64 = 0x0001
const EXTRA_TIME = 0x5455
const EXTRA_TIME_BYTES = 9
const MODE_FILE = 0o100_644 * 0x1_0000
const MODE_FOLDER = 0o040_755 * 0x1_0000 + 0x10

/** From here on a field of 32 bits says "look into the ZIP64 extra field". */
const MAX_32 = 0xffff_ffff
const MAX_16 = 0xffff
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_64_BYTES = 56
const END_64_LOCATOR_BYTES = 20
const END_BYTES = 22
const DOS_YEAR_MIN = 1980
const DOS_YEAR_MAX = 2107
const UNIX_SECONDS_MAX = 0x7fff_ffff

/** A file, or a folder (its path ends with a slash, its size is 0). */
export interface ZipEntry {
  path: string
  size: number
  crc32: number
  modifiedAt: Date
}

/** Where an entry begins, and its line in the central directory, counted from the directory's start. */
export interface ZipPlace {
  localAt: number
  centralAt: number
}

export interface ZipTotals {
  entries: number
  directoryAt: number
  directorySize: number
}

/** The length of an entry's header; its bytes follow, without anything behind them. */
export function localHeaderSize(entry: ZipEntry): number {
  return LOCAL_BYTES + Buffer.byteLength(entry.path) + EXTRA_TIME_BYTES + zip64Bytes(isLarge(entry) ? 2 : 0)
}

function centralHeaderSize(entry: ZipEntry, localAt: number): number {
  return (
    CENTRAL_BYTES + Buffer.byteLength(entry.path) + EXTRA_TIME_BYTES + zip64Bytes(wideFields(entry, localAt).length)
  )
}

export function endSize({ entries, directoryAt, directorySize }: ZipTotals): number {
  const isWide = needsEnd64({ entries, directoryAt, directorySize })
  return END_BYTES + (isWide ? END_64_BYTES + END_64_LOCATOR_BYTES : 0)
}

/** The length of the whole ZIP. */
export function zipSize(totals: ZipTotals): number {
  return totals.directoryAt + totals.directorySize + endSize(totals)
}

/** The places of entries in their order, and what is needed for the end of the ZIP. */
export class ZipMeasure {
  private entries = 0
  private localAt = 0
  private centralAt = 0

  add(entry: ZipEntry): ZipPlace {
    const place = { localAt: this.localAt, centralAt: this.centralAt }
    this.entries += 1
    this.localAt += localHeaderSize(entry) + entry.size
    this.centralAt += centralHeaderSize(entry, place.localAt)
    return place
  }

  totals(): ZipTotals {
    return { entries: this.entries, directoryAt: this.localAt, directorySize: this.centralAt }
  }
}

export function localHeader(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.path)
  const large = isLarge(entry)
  const extra = Buffer.concat([zip64Extra(large ? [entry.size, entry.size] : []), timeExtra(entry.modifiedAt)])
  const header = Buffer.alloc(LOCAL_BYTES)
  const { time, date } = dosTime(entry.modifiedAt)
  header.writeUInt32LE(LOCAL_HEADER, 0)
  header.writeUInt16LE(large ? VERSION_ZIP64 : VERSION_PLAIN, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(METHOD_STORED, 8)
  header.writeUInt16LE(time, 10)
  header.writeUInt16LE(date, 12)
  header.writeUInt32LE(entry.crc32, 14)
  header.writeUInt32LE(large ? MAX_32 : entry.size, 18)
  header.writeUInt32LE(large ? MAX_32 : entry.size, 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

export function centralHeader(entry: ZipEntry, localAt: number): Buffer {
  const name = Buffer.from(entry.path)
  const large = isLarge(entry)
  const wide = wideFields(entry, localAt)
  const extra = Buffer.concat([zip64Extra(wide), timeExtra(entry.modifiedAt)])
  const header = Buffer.alloc(CENTRAL_BYTES)
  const { time, date } = dosTime(entry.modifiedAt)
  header.writeUInt32LE(CENTRAL_HEADER, 0)
  header.writeUInt16LE(MADE_BY, 4)
  header.writeUInt16LE(wide.length > 0 ? VERSION_ZIP64 : VERSION_PLAIN, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(METHOD_STORED, 10)
  header.writeUInt16LE(time, 12)
  header.writeUInt16LE(date, 14)
  header.writeUInt32LE(entry.crc32, 16)
  header.writeUInt32LE(large ? MAX_32 : entry.size, 20)
  header.writeUInt32LE(large ? MAX_32 : entry.size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(entry.path.endsWith('/') ? MODE_FOLDER : MODE_FILE, 38)
  header.writeUInt32LE(Math.min(localAt, MAX_32), 42)
  return Buffer.concat([header, name, extra])
}

/** What closes the ZIP: the end record, before it the two of ZIP64 where a number does not fit. */
export function endRecords(totals: ZipTotals): Buffer {
  const { entries, directoryAt, directorySize } = totals
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(Math.min(entries, MAX_16), 8)
  end.writeUInt16LE(Math.min(entries, MAX_16), 10)
  end.writeUInt32LE(Math.min(directorySize, MAX_32), 12)
  end.writeUInt32LE(Math.min(directoryAt, MAX_32), 16)
  return needsEnd64(totals) ? Buffer.concat([endRecords64(totals), end]) : end
}

function endRecords64({ entries, directoryAt, directorySize }: ZipTotals): Buffer {
  const records = Buffer.alloc(END_64_BYTES + END_64_LOCATOR_BYTES)
  records.writeUInt32LE(END_64, 0)
  // The length of what follows this field.
  records.writeBigUInt64LE(BigInt(END_64_BYTES - 12), 4)
  records.writeUInt16LE(MADE_BY, 12)
  records.writeUInt16LE(VERSION_ZIP64, 14)
  records.writeBigUInt64LE(BigInt(entries), 24)
  records.writeBigUInt64LE(BigInt(entries), 32)
  records.writeBigUInt64LE(BigInt(directorySize), 40)
  records.writeBigUInt64LE(BigInt(directoryAt), 48)
  records.writeUInt32LE(END_64_LOCATOR, END_64_BYTES)
  records.writeBigUInt64LE(BigInt(directoryAt + directorySize), END_64_BYTES + 8)
  records.writeUInt32LE(1, END_64_BYTES + 16)
  return records
}

function needsEnd64({ entries, directoryAt, directorySize }: ZipTotals): boolean {
  return entries >= MAX_16 || directoryAt >= MAX_32 || directorySize >= MAX_32
}

function isLarge({ size }: ZipEntry): boolean {
  return size >= MAX_32
}

/** The values that do not fit their fields of 32 bits in a central header, in the order of the ZIP64 extra field. */
function wideFields(entry: ZipEntry, localAt: number): number[] {
  return [...(isLarge(entry) ? [entry.size, entry.size] : []), ...(localAt >= MAX_32 ? [localAt] : [])]
}

function zip64Bytes(fields: number): number {
  return fields === 0 ? 0 : 4 + 8 * fields
}

function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(zip64Bytes(values.length))
  if (values.length === 0) return extra
  extra.writeUInt16LE(EXTRA_ZIP64, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index)
  return extra
}

/** The time in UTC: the older field has no zone, and counts in steps of two seconds. */
function timeExtra(at: Date): Buffer {
  const extra = Buffer.alloc(EXTRA_TIME_BYTES)
  extra.writeUInt16LE(EXTRA_TIME, 0)
  extra.writeUInt16LE(EXTRA_TIME_BYTES - 4, 2)
  extra.writeUInt8(1, 4)
  const seconds = Math.floor(at.getTime() / 1000)
  extra.writeInt32LE(Math.min(Math.max(seconds, -UNIX_SECONDS_MAX), UNIX_SECONDS_MAX), 5)
  return extra
}

function dosTime(at: Date): { time: number; date: number } {
  const year = at.getUTCFullYear()
  if (year < DOS_YEAR_MIN) return { time: 0, date: (1 << 5) | 1 }
  if (year > DOS_YEAR_MAX) return { time: 0, date: ((DOS_YEAR_MAX - DOS_YEAR_MIN) << 9) | (12 << 5) | 31 }
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: ((year - DOS_YEAR_MIN) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  }
}
