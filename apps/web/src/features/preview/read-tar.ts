import type { ArchiveEntry } from './archive-tree.ts'

const BLOCK = 512
const NAMES_MAX_BYTES = 65_536

export interface TarList {
  entries: ArchiveEntry[]
  /** Not all was read: too many entries, or too many bytes. */
  cut: boolean
}

interface Limits {
  entries: number
  /** Of the unpacked archive: it is read through, so a small file must not become an endless one. */
  bytes: number
}

/** Reads a stream in pieces of asked length. */
class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #rest = new Uint8Array(0)
  read = 0

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
  }

  /** Exactly `length` bytes, or null at the end of the stream. */
  async take(length: number): Promise<Uint8Array | null> {
    const taken = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      if (this.#rest.length === 0 && !(await this.#fill())) return null
      const part = this.#rest.subarray(0, length - filled)
      taken.set(part, filled)
      filled += part.length
      this.#rest = this.#rest.subarray(part.length)
    }
    return taken
  }

  async skip(length: number): Promise<boolean> {
    let left = length
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#fill())) return false
      const part = Math.min(left, this.#rest.length)
      this.#rest = this.#rest.subarray(part)
      left -= part
    }
    return true
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel()
  }

  async #fill(): Promise<boolean> {
    const { value, done } = await this.#reader.read()
    if (done) return false
    this.read += value.length
    this.#rest = new Uint8Array(value)
    return true
  }
}

function textAt(block: Uint8Array, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}

function numberAt(block: Uint8Array, offset: number, length: number): number {
  // GNU writes what octal digits cannot hold as a binary number after a set first bit.
  if (((block[offset] ?? 0) & 0x80) !== 0) {
    return block.subarray(offset + 1, offset + length).reduce((value, byte) => value * 256 + byte, 0)
  }
  const value = Number.parseInt(textAt(block, offset, length).trim() || '0', 8)
  return Number.isFinite(value) ? value : 0
}

/** Records of pax: "<length> <key>=<value>\n". */
function paxPath(bytes: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(bytes))?.[1]
}

function pathOf(header: Uint8Array): string {
  const prefix = textAt(header, 345, 155)
  const name = textAt(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

/** The name that the next header goes by, from a header that only carries it. */
async function readLongName(reader: ByteReader, type: string, size: number): Promise<string | undefined> {
  if (size > NAMES_MAX_BYTES) throw new Error('a name that is too long')
  const body = await reader.take(Math.ceil(size / BLOCK) * BLOCK)
  if (body === null) return undefined
  return type === 'x' ? paxPath(body.subarray(0, size)) : textAt(body, 0, size)
}

/** The entries of an unpacked tar archive. Throws when it is none. */
export async function readTar(stream: ReadableStream<Uint8Array>, limits: Limits): Promise<TarList> {
  const reader = new ByteReader(stream)
  try {
    return await readEntries(reader, limits)
  } finally {
    await reader.cancel()
  }
}

async function readEntries(reader: ByteReader, limits: Limits): Promise<TarList> {
  const entries: ArchiveEntry[] = []
  let longName: string | undefined
  for (;;) {
    const header = await reader.take(BLOCK)
    if (header === null || header.every((byte) => byte === 0)) return { entries, cut: false }
    if (textAt(header, 257, 5) !== 'ustar' && entries.length === 0) throw new Error('no tar archive')
    const size = numberAt(header, 124, 12)
    const type = textAt(header, 156, 1)
    if (type === 'L' || type === 'x') {
      longName = (await readLongName(reader, type, size)) ?? longName
      continue
    }
    if (type !== 'g') entries.push({ path: longName ?? pathOf(header), size, isFolder: type === '5' })
    longName = undefined
    const padded = Math.ceil(size / BLOCK) * BLOCK
    const isTooMuch = entries.length >= limits.entries || reader.read + padded > limits.bytes
    if (isTooMuch || !(await reader.skip(padded))) return { entries, cut: true }
  }
}
