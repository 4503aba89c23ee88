import { expect, test } from 'vitest'
import { markAt, placeOnTrack, shareOfTrack } from './scrubbing.ts'

const box = { scrollHeight: 400_000, clientHeight: 800 }

test('the handle goes from the top to the bottom of the track and not beyond', () => {
  expect(placeOnTrack({ ...box, scrollTop: 0 }, 10_000)).toEqual({ top: 0, position: 0 })
  expect(placeOnTrack({ ...box, scrollTop: 399_200 }, 10_000)).toEqual({ top: 752, position: 9980 })
  expect(placeOnTrack({ ...box, scrollTop: 500_000 }, 10_000)).toMatchObject({ top: 752, position: 9999 })
})

test('a handle that is held stays under the finger', () => {
  const track = { top: 100, height: 800 }
  for (const share of [0, 0.25, 1]) expect(shareOfTrack(100 + 24 + share * 752, track)).toBeCloseTo(share)
  expect(shareOfTrack(0, track)).toBe(0)
  expect(shareOfTrack(2000, track)).toBe(1)
})

test('a position stands under the last mark before it', () => {
  const marks = [
    { at: 0, text: 'a' },
    { at: 40, text: 'c' },
  ]
  expect([0, 39, 40, 900].map((at) => markAt(marks, at))).toEqual(['a', 'a', 'c', 'c'])
  expect(markAt([], 5)).toBeNull()
})
