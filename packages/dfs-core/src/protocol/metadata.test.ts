import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMetadata, encodeMetadata, mergeMetadata, normalizeMetadata } from './metadata.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('encodeMetadata', () => {
  it('gives the sorted form that FastDFS stores', () => {
    // Client protocol §12: width=10, a=1.
    const bytes = encodeMetadata({ width: '10', a: '1' })
    expect(bytes.toString('hex')).toBe('610231017769647468023130')
  })

  it('sorts by bytes, not by letters', () => {
    expect(encodeMetadata({ b: '', a: '', Z: '', é: '', '~': '' }).toString('latin1')).toBe(
      'Z\x02\x01a\x02\x01b\x02\x01~\x02\x01Ã©\x02',
    )
  })

  it('gives nothing for no metadata', () => {
    expect(encodeMetadata({})).toHaveLength(0)
    expect(decodeMetadata(Buffer.alloc(0))).toEqual({})
  })

  it('refuses what FastDFS would cut or misread', () => {
    for (const bad of [
      { '': 'x' },
      { 'a\x01': 'x' },
      { a: 'x\x02' },
      { ['n'.repeat(65)]: 'x' },
      { a: 'v'.repeat(257) },
      { a: '书'.repeat(86) },
    ]) {
      expect(() => encodeMetadata(bad)).toThrow(RangeError)
    }
    expect(encodeMetadata({ ['n'.repeat(64)]: 'v'.repeat(256) })).toHaveLength(321)
  })
})

describe('decodeMetadata', () => {
  it('reads what a recorded C storage sent', () => {
    const bytes = latin1('author\x02me\x01height\x0280\x01width\x02100')
    expect(decodeMetadata(bytes)).toEqual({ author: 'me', height: '80', width: '100' })
  })

  it('gives back every name and value', () => {
    const name = fc.string({ minLength: 1, maxLength: 16, unit: 'grapheme' }).filter(isClean)
    const value = fc.string({ maxLength: 60, unit: 'grapheme' }).filter(isClean)
    fc.assert(
      fc.property(fc.dictionary(name, value), (metadata) => {
        expect(decodeMetadata(encodeMetadata(metadata))).toEqual({ ...metadata })
      }),
    )
  })

  it('leaves out parts that are not name and value', () => {
    expect(decodeMetadata(latin1('a\x021\x01broken\x01b\x022\x01x\x02y\x02z\x01'))).toEqual({ a: '1', b: '2' })
  })

  it('keeps a name that every object has as a plain value', () => {
    const read = decodeMetadata(latin1('__proto__\x02x'))
    expect(Object.entries(read)).toEqual([['__proto__', 'x']])
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeMetadata(Buffer.from(bytes))))
  })
})

function isClean(text: string): boolean {
  return !text.includes('\x01') && !text.includes('\x02') && Buffer.byteLength(text) <= 64
}

describe('normalizeMetadata', () => {
  it('sorts, keeps the last of equal names and drops broken records', () => {
    expect(normalizeMetadata(latin1('b\x021\x01a\x021\x01junk\x01b\x022\x01')).toString('latin1')).toBe(
      'a\x021\x01b\x022',
    )
  })

  it('cuts names to 64 and values to 256 bytes', () => {
    const bytes = normalizeMetadata(latin1(`${'n'.repeat(70)}\x02${'v'.repeat(300)}`))
    expect(bytes.toString('latin1')).toBe(`${'n'.repeat(64)}\x02${'v'.repeat(256)}`)
  })

  it('keeps bytes that are no UTF-8', () => {
    expect(normalizeMetadata(latin1('a\x02\xff\xfe')).equals(latin1('a\x02\xff\xfe'))).toBe(true)
  })

  it('changes nothing the second time', () => {
    const bytes = fc.string({ unit: fc.constantFrom('a', 'b', '\x01', '\x02', '\xff') }).map(latin1)
    fc.assert(fc.property(bytes, (raw) => normalizeMetadata(normalizeMetadata(raw)).equals(normalizeMetadata(raw))))
  })
})

describe('mergeMetadata', () => {
  it('replaces equal names, keeps the others and sorts', () => {
    const merged = mergeMetadata(latin1('a\x021\x01c\x023'), latin1('b\x022\x01a\x029'))
    expect(merged.toString('latin1')).toBe('a\x029\x01b\x022\x01c\x023')
  })

  it('with nothing is the stored metadata', () => {
    expect(mergeMetadata(latin1('a\x021'), Buffer.alloc(0)).toString('latin1')).toBe('a\x021')
    expect(mergeMetadata(Buffer.alloc(0), latin1('a\x021')).toString('latin1')).toBe('a\x021')
  })
})
