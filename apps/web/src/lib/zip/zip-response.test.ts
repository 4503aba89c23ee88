import { describe, expect, it } from 'vitest'
import { wantedRange } from './zip-response.ts'

describe('a range of 1,000 bytes', () => {
  it.each([
    [null, 'whole'],
    ['bytes=0-', { start: 0, end: 1000 }],
    ['bytes=400-', { start: 400, end: 1000 }],
    ['bytes=400-499', { start: 400, end: 500 }],
    ['bytes=400-5000', { start: 400, end: 1000 }],
    ['bytes=-100', { start: 900, end: 1000 }],
    ['bytes=-5000', { start: 0, end: 1000 }],
    ['bytes=-0', 'none'],
    ['bytes=1000-', 'none'],
    ['bytes=500-400', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['lines=1-2', 'whole'],
    ['bytes=-', 'whole'],
  ])('%j asks for %j', (header, expected) => {
    expect(wantedRange(header, 1000)).toEqual(expected)
  })
})
