import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import type { FileSource, NewName } from './file-name.ts'
import {
  decodeFileName,
  decodeTrunkSuffix,
  encodeFileName,
  encodeNameBody,
  encodeTrunkFileName,
  extensionOf,
  nameTail,
} from './file-name.ts'

interface RecordedId {
  readonly file_id: string
  readonly kind: string
  readonly size: number
  readonly id_src_bytes: string
  readonly id_ts: number
  readonly id_size_raw: string
  readonly id_crc32: number
  readonly id_tail: string
}

const recorded = readFileSync(new URL('../../testdata/file-ids.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedId)

function sourceOf(hex: string): FileSource {
  const bytes = Buffer.from(hex, 'hex')
  return bytes[3] === 0 ? { kind: 'id', id: bytes.readUInt32LE(0) } : { kind: 'ip', ip: [...bytes].join('.') }
}

/** The facts of a recorded id, taken from the raw bytes that the recording lists and not from our decoder. */
function factsOf(row: RecordedId): NewName {
  const [, digits = '', , ext = ''] = /^(\d*)(\.(.*))?$/.exec(row.id_tail.slice(-7)) ?? []
  return {
    source: sourceOf(row.id_src_bytes),
    timestamp: row.id_ts,
    size: row.size,
    crc32: row.id_crc32,
    random23: Number.parseInt(row.id_size_raw.slice(0, 8), 16) & 0x7fffff,
    kind: row.kind.startsWith('appender') ? 'appender' : 'normal',
    ext,
    digits: Number(digits),
  }
}

describe('encodeFileName', () => {
  it('gives every recorded normal file and appender its recorded name', () => {
    const rows = recorded.filter((row) => /^(normal|appender)/.test(row.kind))
    expect(rows.length).toBeGreaterThan(250)
    for (const row of rows) expect(encodeFileName(factsOf(row))).toBe(row.file_id.slice('group1/M00/00/00/'.length))
  })

  it('gives every recorded trunk file its recorded name', () => {
    const rows = recorded.filter((row) => row.kind === 'trunk')
    expect(rows.length).toBeGreaterThan(100)
    for (const row of rows) {
      const suffix = Buffer.from(row.id_tail.slice(0, 16), 'base64url')
      const [id, offset, allocSize] = [suffix.readUInt32BE(0), suffix.readUInt32BE(4), suffix.readUInt32BE(8)]
      const place = { id, offset, allocSize }
      expect(encodeTrunkFileName(factsOf(row), place)).toBe(row.file_id.slice('group1/M00/00/00/'.length))
    }
  })

  const plain: NewName = {
    source: { kind: 'id', id: 100_001 },
    timestamp: 1_700_000_000,
    size: 5,
    crc32: 0,
    random23: 0,
    kind: 'normal',
    ext: 'txt',
    digits: 7,
  }

  it('reads a CRC given as a signed number as the same 32 bits', () => {
    expect(encodeNameBody({ ...plain, crc32: -639637159 })).toBe(encodeNameBody({ ...plain, crc32: 0xd9dfe959 }))
    expect(decodeFileName(encodeFileName({ ...plain, crc32: -1 })).crc32).toBe(0xffffffff)
  })

  it.each([2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])('keeps a size of %d', (size) => {
    expect(decodeFileName(encodeFileName({ ...plain, size }))).toMatchObject({
      size,
      isAppender: false,
      isTrunk: false,
    })
  })

  it.each<[string, Partial<NewName>]>([
    ['a negative size', { size: -1 }],
    ['a size of 2^53', { size: 2 ** 53 }],
    ['24 random bits', { random23: 2 ** 23 }],
    ['a timestamp after 2106', { timestamp: 2 ** 32 }],
    ['a storage id of 0', { source: { kind: 'id', id: 0 } }],
    ['a storage id of four bytes', { source: { kind: 'id', id: 2 ** 24 } }],
    ['an address that reads back as a storage id', { source: { kind: 'ip', ip: '10.1.2.0' } }],
    ['an IPv6 address', { source: { kind: 'ip', ip: '::1' } }],
    ['an address with five octets', { source: { kind: 'ip', ip: '1.2.3.4.5' } }],
    ['an octet of 256', { source: { kind: 'ip', ip: '1.2.3.256' } }],
    ['an extension of seven characters', { ext: 'abcdefg' }],
    ['an extension with a slash', { ext: 'a/b' }],
    ['eight digits', { digits: 10 ** 7 }],
  ])('refuses %s', (_what, change) => {
    expect(() => encodeFileName({ ...plain, ...change })).toThrow(RangeError)
  })
})

describe('nameTail', () => {
  // Client protocol §5.2.
  it.each([
    ['txt', 9_999_212, '212.txt'],
    ['jpeg', 7, '07.jpeg'],
    ['tar.gz', 1_234_567, '.tar.gz'],
    ['', 1_234_567, '1234567'],
    ['', 5, '0000005'],
    ['c', 5, '00005.c'],
  ])('of extension %j and digits %d is %s', (ext, digits, tail) => {
    expect(nameTail(ext, digits)).toBe(tail)
    expect(tail).toHaveLength(7)
    expect(extensionOf(`wAACAmsBFO2AHdmyAAAABjY6MCA${tail}`)).toBe(ext)
  })
})

describe('decodeFileName', () => {
  it('refuses names of fewer than 27 characters and a trunk suffix of fewer than 16', () => {
    const name = 'oYYBAGsBFZmITJiFAAAABjY6MCAAAAAAQAAAAAAAAEA178.txt'
    for (let length = 0; length < 27; length++)
      expect(() => decodeFileName(name.slice(0, length))).toThrow(ProtocolError)
    for (let length = 27; length < 43; length++) {
      expect(() => decodeTrunkSuffix(name.slice(0, length))).toThrow(ProtocolError)
    }
    expect(decodeTrunkSuffix(name)).toEqual({ id: 1, offset: 0, allocSize: 256 })
  })
})
