import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRanges, RANGES_MAX } from './byte-range.ts'

const range = (start: number, end: number) => ({ start, end })

describe('parseRanges of 1000 bytes', () => {
  it.each<[string | undefined, ReturnType<typeof parseRanges>]>([
    [undefined, 'whole'],
    ['bytes=0-0', [range(0, 0)]],
    ['bytes=0-', [range(0, 999)]],
    ['bytes=500-', [range(500, 999)]],
    ['bytes=10-20', [range(10, 20)]],
    ['bytes=990-5000', [range(990, 999)]],
    ['bytes=-1', [range(999, 999)]],
    ['bytes=-5000', [range(0, 999)]],
    ['Bytes=1-2', [range(1, 2)]],
    ['bytes=1-2, 4-5', [range(1, 2), range(4, 5)]],
    ['bytes=4-5,1-2', [range(4, 5), range(1, 2)]],
    ['bytes=0-4,5-9', [range(0, 9)]],
    ['bytes=0-10,5-20,100-200', [range(0, 20), range(100, 200)]],
    ['bytes=0-0,2-2,4-4,6-6,8-8', [range(0, 0), range(2, 2), range(4, 4), range(6, 6), range(8, 8)]],
    ['bytes=0-0,2-2,4-4,6-6,8-8,10-10', 'too_many'],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=1000-2000', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5000-,0-0', [range(0, 0)]],
    ['bytes=20-10', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=1-2;3-4', 'whole'],
    ['items=1-2', 'whole'],
    ['bytes=99999999999999999999-', 'whole'],
  ])('%s', (header, expected) => {
    expect(parseRanges(header, 1000)).toEqual(expected)
  })
})

it('whatever the header is, ranges lie inside the file and are few', () => {
  const bound = fc.oneof(fc.constant(''), fc.nat(2000).map(String))
  const spec = fc.oneof(
    fc.tuple(bound, bound).map(([from, to]) => `${from}-${to}`),
    fc.string(),
  )
  const header = fc.oneof(
    fc.array(spec, { maxLength: 8 }).map((specs) => `bytes=${specs.join(',')}`),
    fc.string(),
  )
  fc.assert(
    fc.property(header, fc.nat(1500), (text, size) => {
      const ranges = parseRanges(text, size)
      if (typeof ranges === 'string') return true
      return ranges.length <= RANGES_MAX && ranges.every(({ start, end }) => 0 <= start && start <= end && end < size)
    }),
  )
})
