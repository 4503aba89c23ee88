import { centralHeader, endRecords, localHeader, type ZipEntry, type ZipPlace, type ZipTotals } from './layout.ts'

/** One entry of a list, as it is read back. `fileId` null: no bytes follow its header. */
export interface ZipItem extends ZipEntry, ZipPlace {
  ordinal: number
  fileId: string | null
}

/** Where a ZIP's list and bytes come from. */
export interface ZipSource {
  totals: ZipTotals
  /** The entries from this one on, in their order, read no faster than they are taken. */
  items(fromOrdinal: number): AsyncIterable<ZipItem>
  /** The last entry whose header begins at or before this offset of the ZIP; its ordinal. */
  ordinalAtLocal(offset: number): Promise<number>
  /** The same for its line in the central directory; the offset counts from that directory's start. */
  ordinalAtCentral(offset: number): Promise<number>
  /** Exactly these bytes of a stored file. Throws when they cannot be had. */
  read(fileId: string, offset: number, length: number): AsyncIterable<Uint8Array>
}

/** A part of the ZIP: the byte at `end` is no part of it. */
export interface ZipRange {
  start: number
  end: number
}

/** The bytes of a range of a ZIP. Nothing before the range is read, and at most one chunk is held at a time. */
export async function* zipBytes(source: ZipSource, range: ZipRange): AsyncGenerator<Uint8Array> {
  const { directoryAt, directorySize } = source.totals
  const directoryEnd = directoryAt + directorySize
  if (range.start < directoryAt) yield* entryBytes(source, range)
  if (range.start < directoryEnd && range.end > directoryAt) {
    yield* directoryBytes(source, { start: Math.max(range.start - directoryAt, 0), end: range.end - directoryAt })
  }
  if (range.end > directoryEnd) yield* within(endRecords(source.totals), directoryEnd, range)
}

async function* entryBytes(source: ZipSource, range: ZipRange): AsyncGenerator<Uint8Array> {
  const first = await source.ordinalAtLocal(range.start)
  for await (const item of source.items(first)) {
    if (item.localAt >= range.end) return
    const header = localHeader(item)
    yield* within(header, item.localAt, range)
    const contentAt = item.localAt + header.length
    const from = Math.max(range.start - contentAt, 0)
    const to = Math.min(range.end - contentAt, item.size)
    if (item.fileId !== null && from < to) yield* exactly(source.read(item.fileId, from, to - from), to - from, item)
  }
}

async function* directoryBytes(source: ZipSource, range: ZipRange): AsyncGenerator<Uint8Array> {
  if (source.totals.entries === 0) return
  const first = await source.ordinalAtCentral(range.start)
  for await (const item of source.items(first)) {
    if (item.centralAt >= range.end) return
    yield* within(centralHeader(item, item.localAt), item.centralAt, range)
  }
}

/** The part of `bytes`, which lie at `at`, that belongs to the range. */
function* within(bytes: Buffer, at: number, range: ZipRange): Generator<Uint8Array> {
  const part = bytes.subarray(Math.max(range.start - at, 0), Math.max(range.end - at, 0))
  if (part.length > 0) yield part
}

/** A file that is shorter or longer than its row says must end the download: what follows would lie elsewhere. */
async function* exactly(chunks: AsyncIterable<Uint8Array>, length: number, item: ZipItem): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const chunk of chunks) {
    left -= chunk.byteLength
    if (left < 0) break
    yield chunk
  }
  if (left !== 0) throw new Error(`${item.fileId} has other bytes than expected: ${left} of ${length} are missing`)
}
