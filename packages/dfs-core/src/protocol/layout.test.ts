import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import {
  bytes,
  countOf,
  flag,
  i8,
  i64,
  nested,
  repeat,
  restBytes,
  restLines,
  restText,
  sizedBytes,
  sizedText,
  text,
  u8,
  u32,
} from './fields.ts'
import { struct } from './layout.ts'

const hex = (value: string) => Buffer.from(value.replaceAll(' ', ''), 'hex')

describe('numbers', () => {
  it.each([
    ['0000000000000000', 0],
    ['0000000000000001', 1],
    ['ffffffffffffffff', -1],
    ['ffffffff85bc2385', -2051267707],
    ['0000000100000005', 4294967301],
    ['001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['ffe0000000000001', Number.MIN_SAFE_INTEGER],
  ])('i64 %s is %d', (bits, value) => {
    const layout = struct('S', { a: i64 })
    expect(layout.decode(hex(bits))).toEqual({ a: value })
    expect(layout.encode({ a: value }).toString('hex')).toBe(bits)
  })

  it.each(['0020000000000000', 'ffe0000000000000', '7fffffffffffffff', '8000000000000000'])(
    'i64 %s is refused',
    (bits) => {
      expect(() => struct('S', { a: i64 }).decode(hex(bits))).toThrow('S.a: beyond 2^53')
    },
  )

  it('small ones keep their sign and size', () => {
    const layout = struct('S', { a: u8, b: i8, c: u32, d: flag, e: flag })
    expect(layout.decode(hex('ff ff ffffffff 00 02'))).toEqual({ a: 255, b: -1, c: 4294967295, d: false, e: true })
    expect(layout.encode({ a: 255, b: -128, c: 1, d: true, e: false }).toString('hex')).toBe('ff80000000010100')
  })

  it.each([
    [{ a: 256 }, u8],
    [{ a: -1 }, u8],
    [{ a: 0.5 }, u8],
    [{ a: 128 }, i8],
    [{ a: 2 ** 32 }, u32],
    [{ a: 2 ** 53 }, i64],
    [{ a: Number.NaN }, i64],
  ])('%j that do not fit are refused', (value, field) => {
    expect(() => struct('S', { a: field }).encode(value)).toThrow(RangeError)
  })
})

describe('text', () => {
  const layout = struct('S', { group: text(4), tail: u8 })

  it('reads to the first NUL and ignores what a sender left behind it', () => {
    expect(layout.decode(hex('61 00 62 63 07'))).toEqual({ group: 'a', tail: 7 })
  })

  it('may fill its field without a NUL', () => {
    expect(layout.decode(hex('61626364 07'))).toEqual({ group: 'abcd', tail: 7 })
    expect(layout.encode({ group: 'abcd', tail: 7 }).toString('hex')).toBe('6162636407')
  })

  it('is filled up with NUL whatever the buffer held before', () => {
    const buf = Buffer.alloc(7, 0xee)
    layout.write({ group: 'a', tail: 7 }, buf, 1)
    expect(buf.toString('hex')).toBe('ee6100000007ee')
  })

  it('that does not fit is refused, not cut', () => {
    expect(() => layout.encode({ group: 'abcde', tail: 0 })).toThrow('S.group: "abcde" is longer than 4 bytes')
    expect(() => layout.encode({ group: 'a\0b', tail: 0 })).toThrow(RangeError)
    expect(() => layout.encode({ group: 'a书', tail: 0 })).toThrow(RangeError)
  })

  it('keeps every byte above ASCII', () => {
    const all = Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1))
    const rest = struct('S', { name: restText() })
    expect(rest.encode(rest.decode(all)).equals(all)).toBe(true)
  })
})

describe('struct', () => {
  const names = struct('RENAME', {
    aLength: countOf('a'),
    bLength: countOf('b', u8),
    time: u32,
    a: sizedText(1, 5),
    b: sizedText(0, 5),
  })

  it('derives lengths from the fields that they count', () => {
    const encoded = names.encode({ time: 1, a: 'abc', b: 'x' })
    expect(encoded.toString('hex')).toBe('0000000000000003 01 00000001 616263 78'.replaceAll(' ', ''))
    expect(names.decode(encoded)).toEqual({ time: 1, a: 'abc', b: 'x' })
  })

  it('refuses lengths that are negative, above the limit or beyond the body', () => {
    for (const length of ['ffffffffffffffff', '0000000000000000', '0000000000000006', '7fffffffffffffff']) {
      expect(() => names.decode(hex(`${length} 01 00000001 616263 78`))).toThrow(ProtocolError)
    }
    expect(() => names.decode(hex('0000000000000005 01 00000001 616263 78'))).toThrow(
      'RENAME.a: the body ends after 17 bytes',
    )
    expect(() => names.encode({ time: 1, a: '', b: '' })).toThrow(RangeError)
    expect(() => names.encode({ time: 1, a: 'abcdef', b: '' })).toThrow(RangeError)
  })

  it('refuses bytes left over behind the last field', () => {
    expect(() => names.decode(hex('0000000000000003 01 00000001 616263 78 00'))).toThrow('RENAME: 1 bytes left over')
    expect(() => struct('S', { a: u8 }).decode(hex('0102'))).toThrow('S: 1 bytes left over')
  })

  it('names the field that the body lacks', () => {
    const fixed = struct('S', { a: u8, b: u32, c: u8 })
    expect(() => fixed.decode(hex('01 0203'))).toThrow('S.b: the body ends after 3 of 6 bytes')
    expect(() => fixed.decode(hex('01 02030405'))).toThrow('S.c: the body ends after 5 of 6 bytes')
  })

  it('may have fixed fields behind the list that takes the rest', () => {
    const pair = struct('pair', { x: u8, y: u8 })
    const layout = struct('S', { head: u8, pairs: repeat(pair), tail: u8 })
    expect(layout.decode(hex('01 0203 0405 06'))).toEqual({
      head: 1,
      pairs: [
        { x: 2, y: 3 },
        { x: 4, y: 5 },
      ],
      tail: 6,
    })
    expect(layout.decode(hex('01 06'))).toEqual({ head: 1, pairs: [], tail: 6 })
    expect(() => layout.decode(hex('01 02 06'))).toThrow('S.pairs: 1 bytes do not fit this field')
    expect(() => layout.decode(hex('01'))).toThrow(ProtocolError)
    expect([layout.fits(2), layout.fits(3), layout.fits(4)]).toEqual([true, false, true])
  })

  it('checks the number of items in a list that it counts', () => {
    const layout = struct('S', { count: countOf('items', u8), items: repeat(struct('item', { x: u8 })) })
    expect(layout.decode(hex('02 0506'))).toEqual({ items: [{ x: 5 }, { x: 6 }] })
    expect(() => layout.decode(hex('03 0506'))).toThrow('S.items: another number of items than announced')
  })

  it('nests structs of constant size', () => {
    const layout = struct('S', { inner: nested(struct('inner', { a: u8, b: text(2) })), c: u8 })
    expect(layout.size).toBe(4)
    expect(layout.decode(hex('01 6100 02'))).toEqual({ inner: { a: 1, b: 'a' }, c: 2 })
    expect(layout.encode({ inner: { a: 1, b: 'a' }, c: 2 }).toString('hex')).toBe('01610002')
  })

  it('reads lines, the last one with or without its LF', () => {
    const layout = struct('S', { lines: restLines })
    expect(layout.decode(Buffer.from('a\nb\n'))).toEqual({ lines: ['a', 'b'] })
    expect(layout.decode(Buffer.from('a\nb'))).toEqual({ lines: ['a', 'b'] })
    expect(layout.decode(Buffer.alloc(0))).toEqual({ lines: [] })
    expect(layout.encode({ lines: ['a', 'b'] }).toString()).toBe('a\nb\n')
    expect(() => layout.encode({ lines: ['a\nb'] })).toThrow(RangeError)
  })

  it('gives bytes as they are', () => {
    const layout = struct('S', { n: countOf('b', u8), a: bytes(2), b: sizedBytes(3), c: restBytes })
    const body = hex('01 0000 ff 00ff')
    expect(layout.decode(body)).toEqual({ a: hex('0000'), b: hex('ff'), c: hex('00ff') })
    expect(layout.encode(layout.decode(body)).equals(body)).toBe(true)
    expect(() => layout.encode({ a: hex('00'), b: hex('ff'), c: hex('') })).toThrow(RangeError)
  })

  it('reads its head from the front of a longer body', () => {
    expect(names.decodeHead(hex('0000000000000001 01 00000001 61 62 ffff'))).toEqual({
      value: { time: 1, a: 'a', b: 'b' },
      size: 15,
    })
    expect([names.sizeMin, names.sizeMax]).toEqual([14, 23])
  })

  it('is not built when it could not be decoded', () => {
    expect(() => struct('S', { a: restText(), b: restText() })).toThrow(TypeError)
    expect(() => struct('S', { a: sizedText(0, 5) })).toThrow(TypeError)
    expect(() => struct('S', { a: sizedText(0, 5), n: countOf('a') })).toThrow(TypeError)
    expect(() => struct('S', { n: countOf('missing') })).toThrow(TypeError)
    expect(() => repeat(struct('S', { a: restText() }))).toThrow(TypeError)
    expect(() => nested(struct('S', { a: restText() }))).toThrow(TypeError)
  })
})
