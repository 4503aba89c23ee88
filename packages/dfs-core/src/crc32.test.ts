import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc32, crc32 } from './crc32.ts'

describe('crc32', () => {
  it('gives the check value of the CRC-32 catalogue and the value in a recorded file name', () => {
    expect(crc32('123456789')).toBe(0xcbf43926)
    // group1/M00/00/00/wAACAmsBFO2AHdmyAAAABjY6MCA212.txt
    expect(crc32('hello\n')).toBe(0x363a3020)
  })

  it('continues from the CRC of what came before', () => {
    expect(crc32('6789', crc32('12345'))).toBe(0xcbf43926)
  })
})

describe('combineCrc32', () => {
  it('gives the CRC of both parts for every way to cut a text', () => {
    const text = Buffer.from('The quick brown fox jumps over the lazy dog')
    for (let cut = 0; cut <= text.length; cut++) {
      const [a, b] = [text.subarray(0, cut), text.subarray(cut)]
      expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(0x414fa339)
    }
  })

  it('agrees with zlib over random parts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (a, b) => {
        expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])))
      }),
    )
  })

  it('moves a CRC over gibibytes of zeros as hashing them does', () => {
    const mebibyte = Buffer.alloc(2 ** 20)
    let zeros = 0
    let both = crc32('head')
    for (let i = 0; i < 64; i++) {
      zeros = crc32(mebibyte, zeros)
      both = crc32(mebibyte, both)
    }
    expect(combineCrc32(crc32('head'), zeros, 64 * 2 ** 20)).toBe(both)
    // 2^40 zeros in 2^14 steps of 64 MiB, each by a combination that the line above has proven.
    let far = crc32('head')
    let farZeros = 0
    for (let i = 0; i < 2 ** 14; i++) {
      far = combineCrc32(far, zeros, 2 ** 26)
      farZeros = combineCrc32(farZeros, zeros, 2 ** 26)
    }
    expect(combineCrc32(crc32('head'), farZeros, 2 ** 40)).toBe(far)
  })

  it('refuses a length that is no whole number of bytes', () => {
    for (const length of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => combineCrc32(1, 2, length)).toThrow(RangeError)
  })
})
