import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { describe, expect, it } from 'vitest'
import {
  centralHeader,
  endRecords,
  endSize,
  localHeader,
  localHeaderSize,
  type ZipEntry,
  ZipMeasure,
  zipSize,
} from './layout.ts'
import { type ZipItem, type ZipRange, type ZipSource, zipBytes } from './zip-stream.ts'

configure({ useWebWorkers: false })
const at = new Date('2026-11-18T06:58:21Z')
const GIB = 2 ** 30

function entryOf(name: string, content: Buffer): ZipEntry & { content: Buffer } {
  return { path: name, size: content.length, crc32: crc32(content), modifiedAt: at, content }
}

/** A list and its contents in memory, as the database and the storages would give them. */
function memorySource(entries: readonly (ZipEntry & { content: Buffer })[]): ZipSource {
  const measure = new ZipMeasure()
  const items: ZipItem[] = entries.map((entry, ordinal) => {
    const fileId = entry.size === 0 ? null : String(ordinal)
    return { ...entry, ordinal, fileId, ...measure.add(entry) }
  })
  const lastAt = (key: 'localAt' | 'centralAt', offset: number) => items.findLastIndex((item) => item[key] <= offset)
  return {
    totals: measure.totals(),
    items: (from) => Readable.from(items.slice(from)),
    ordinalAtLocal: async (offset) => lastAt('localAt', offset),
    ordinalAtCentral: async (offset) => lastAt('centralAt', offset),
    read(fileId, offset, length) {
      const content = entries[Number(fileId)]?.content.subarray(offset, offset + length) ?? Buffer.alloc(0)
      const starts = Array.from({ length: Math.ceil(length / 7) }, (_, i) => 7 * i)
      return Readable.from(starts.map((start) => content.subarray(start, start + 7)))
    },
  }
}

async function bytesOf(source: ZipSource, range: ZipRange): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of zipBytes(source, range)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** As a reader that we did not write sees it; it checks every CRC-32. */
async function unzip(zip: Buffer): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>()
  for (const entry of await new ZipReader(new Uint8ArrayReader(zip), { checkSignature: true }).getEntries()) {
    const bytes = entry.directory ? new Uint8Array() : await entry.getData(new Uint8ArrayWriter())
    contents.set(entry.filename, Buffer.from(bytes))
  }
  return contents
}

const sample = [
  entryOf('empty folder/', Buffer.alloc(0)),
  entryOf('photos/', Buffer.alloc(0)),
  entryOf('photos/潮位.txt', Buffer.from('low tide at six')),
  entryOf('photos/empty.txt', Buffer.alloc(0)),
  entryOf('report.bin', Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251))),
]

describe('a ZIP', () => {
  it('has exactly the length that was computed, and another reader finds every entry in it', async () => {
    const source = memorySource(sample)
    const size = zipSize(source.totals)
    const zip = await bytesOf(source, { start: 0, end: size })
    expect(zip.length).toBe(size)
    expect(await unzip(zip)).toEqual(new Map(sample.map((entry) => [entry.path, entry.content])))
  })

  it('is the same whether it comes whole or in two parts, cut at any byte', async () => {
    const source = memorySource(sample)
    const size = zipSize(source.totals)
    const whole = await bytesOf(source, { start: 0, end: size })
    for (let cut = 0; cut <= size; cut += 1) {
      const parts = [await bytesOf(source, { start: 0, end: cut }), await bytesOf(source, { start: cut, end: size })]
      expect(Buffer.compare(Buffer.concat(parts), whole), `cut at ${cut}`).toBe(0)
    }
  })

  it('without entries is an empty archive', async () => {
    const source = memorySource([])
    expect(await unzip(await bytesOf(source, { start: 0, end: zipSize(source.totals) }))).toEqual(new Map())
  })

  it('ends with an error when a file is shorter than its row says', async () => {
    const source = { ...memorySource(sample), read: () => memorySource(sample).read('2', 0, 3) }
    await expect(bytesOf(source, { start: 0, end: zipSize(source.totals) })).rejects.toThrow('are missing')
  })
})

describe('beyond the old limits', () => {
  it('a file of 5 GiB has its sizes in the ZIP64 field, and what follows it has its offset there', () => {
    const measure = new ZipMeasure()
    const large = { path: 'large.bin', size: 5 * GIB, crc32: 0x1234_5678, modifiedAt: at }
    const after = { path: 'after.txt', size: 3, crc32: 1, modifiedAt: at }
    const [first, second] = [measure.add(large), measure.add(after)]
    const local = localHeader(large)
    expect(local.readUInt32LE(18)).toBe(0xffff_ffff)
    expect(local.readUInt16LE(4)).toBe(45)
    expect(local.subarray(39, 59).toString('hex')).toBe(`01001000${'0000004001000000'.repeat(2)}`)
    expect(second.localAt).toBe(localHeaderSize(large) + 5 * GIB)
    expect(centralHeader(large, first.localAt).readUInt32LE(42)).toBe(0)
    const central = centralHeader(after, second.localAt)
    expect(central.readUInt32LE(42)).toBe(0xffff_ffff)
    expect(central.readUInt16LE(46 + 9)).toBe(1)
    expect(central.readBigUInt64LE(46 + 9 + 4)).toBe(BigInt(second.localAt))
  })

  it('with more than 65,535 entries or 4 GiB the end has records of 64 bits', () => {
    const many = { entries: 65_536, directoryAt: 1000, directorySize: 2000 }
    expect(endRecords({ ...many, entries: 65_534 })).toHaveLength(22)
    const end = endRecords(many)
    expect(end).toHaveLength(endSize(many))
    expect(end.readBigUInt64LE(32)).toBe(65_536n)
    expect(end.readBigUInt64LE(56 + 8)).toBe(3000n)
    expect(end.readUInt16LE(76 + 10)).toBe(0xffff)
    expect(endRecords({ entries: 1, directoryAt: 2 ** 32, directorySize: 90 }).readBigUInt64LE(48)).toBe(2n ** 32n)
  })

  it('66,000 entries are read back by another reader', async () => {
    const entries = Array.from({ length: 66_000 }, (_, i) => entryOf(`many/${i}.txt`, Buffer.alloc(0)))
    const source = memorySource(entries)
    const zip = await bytesOf(source, { start: 0, end: zipSize(source.totals) })
    expect((await new ZipReader(new Uint8ArrayReader(zip)).getEntries()).length).toBe(66_000)
  })
})
