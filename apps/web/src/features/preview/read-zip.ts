import { type Entry, ZipReader } from '@zip.js/zip.js/lib/zip-core-reader.js'
import { type ArchiveEntry, ENTRIES_MAX } from './archive-tree.ts'
import { decodeText, detectEncoding, type Encoding } from './text-encoding.ts'

const SAMPLE_NAMES = 500
const DIRECTORY_MAX_BYTES = 64 * 1024 * 1024

export type FetchRange = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>

/** Bytes of a stored file, fetched as they are asked for. In the shape of the library's own Reader, which is far larger. */
class RangeReader {
  readonly size: number
  readonly #fetchRange: FetchRange

  constructor(fetchRange: FetchRange, size: number) {
    this.#fetchRange = fetchRange
    this.size = size
  }

  /** The library never streams a directory. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    throw new Error('only ranges can be read')
  }

  async readUint8Array(index: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (length > DIRECTORY_MAX_BYTES) throw new Error('a directory that is too large')
    return await this.#fetchRange(index, length)
  }
}

/** The entries of a ZIP archive, from its central directory alone: nothing is unpacked. Throws when it has none. */
export async function readZip(
  fetchRange: FetchRange,
  size: number,
  entriesMax = ENTRIES_MAX,
): Promise<{ entries: ArchiveEntry[]; cut: boolean }> {
  const options = { strictness: 'tolerant', useWebWorkers: false } as const
  const reader = new ZipReader(new RangeReader(fetchRange, size), options)
  const found: Entry[] = []
  let cut = false
  for await (const entry of reader.getEntriesGenerator()) {
    cut = found.length === entriesMax
    if (cut) break
    found.push(entry)
  }
  const encoding = encodingOf(found)
  const nameOf = ({ filename, filenameUTF8, rawFilename }: Entry) =>
    filenameUTF8 ? filename : decodeText(rawFilename, encoding, true)
  return {
    cut,
    entries: found.map((entry) => ({ path: nameOf(entry), size: entry.uncompressedSize, isFolder: entry.directory })),
  }
}

/** Names without the flag for UTF-8 are in whatever the packer's computer used, all in the same. */
function encodingOf(entries: readonly Entry[]): Encoding {
  const names = entries.filter(({ filenameUTF8 }) => !filenameUTF8).slice(0, SAMPLE_NAMES)
  return detectEncoding(Uint8Array.from(names.flatMap(({ rawFilename }) => [...rawFilename, 0x0a])))
}
