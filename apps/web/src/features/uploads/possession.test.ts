import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { drawOffsets, proofHead, RANGE_BYTES, rangeHead, rangesOf, WHOLE_MAX_BYTES } from './possession.ts'

const MB = 1_000_000

describe('the ranges of a challenge', () => {
  it('are the whole of small content, and never less of content at the limit', () => {
    for (const size of [1, 65_536, WHOLE_MAX_BYTES]) {
      const offsets = drawOffsets(size, () => {
        throw new Error('nothing is drawn')
      })
      expect(rangesOf(size, offsets)).toEqual([{ offset: 0, length: size }])
    }
  })

  it('of large content are its two ends and thirty pieces in between, 2 MiB in all', () => {
    const size = 200 * MB
    const ranges = rangesOf(
      size,
      drawOffsets(size, (limit) => Math.floor(limit / 2)),
    )
    expect(ranges).toHaveLength(32)
    expect(ranges[0]).toEqual({ offset: 0, length: RANGE_BYTES })
    expect(ranges.at(-1)).toEqual({ offset: size - RANGE_BYTES, length: RANGE_BYTES })
    expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(2 * 1024 * 1024)
  })

  it('never reach beyond the content', () => {
    const size = WHOLE_MAX_BYTES + 1
    for (const { offset, length } of rangesOf(
      size,
      drawOffsets(size, (limit) => limit - 1),
    )) {
      expect(offset).toBeGreaterThanOrEqual(0)
      expect(offset + length).toBeLessThanOrEqual(size)
    }
  })
})

describe('what is signed', () => {
  it('begins with the upload, the content and its size', () => {
    const sha256 = createHash('sha256').update('x').digest('hex')
    const head = Buffer.from(proofHead('0123456789abcdef0123456789abcdef', sha256, 5_000_000_000))
    expect(head.toString('hex')).toBe(`0123456789abcdef0123456789abcdef${sha256}000000012a05f200`)
  })

  it('names each range before its bytes', () => {
    const head = Buffer.from(rangeHead({ offset: 4_294_967_296, length: 65_536 }))
    expect(head.toString('hex')).toBe('00000001000000000000000000010000')
  })
})
