import { expect, test } from 'vitest'
import { intentOf, pulledBy } from './touch-intent.ts'

const moved = { dx: 0, dy: 0, paints: false, swipes: true, atTop: false }

test('a finger that hardly moved means nothing yet', () => {
  expect(intentOf({ ...moved, dx: -5, dy: 3 })).toBeNull()
})

test('only what goes clearly to the left is a swipe', () => {
  expect(intentOf({ ...moved, dx: -30, dy: 10 })).toBe('swipe')
  expect(intentOf({ ...moved, dx: -30, dy: 25 })).toBe('none')
  expect(intentOf({ ...moved, dx: 30, dy: 0 })).toBe('none')
  expect(intentOf({ ...moved, dx: -30, swipes: false })).toBe('none')
})

test('a list is pulled only from its beginning, and downwards', () => {
  expect(intentOf({ ...moved, dy: 20, atTop: true })).toBe('pull')
  expect(intentOf({ ...moved, dy: 20 })).toBe('none')
  expect(intentOf({ ...moved, dy: -20, atTop: true })).toBe('none')
})

test('after a long press every direction paints', () => {
  for (const [dx, dy] of [
    [0, 20],
    [-20, 0],
    [20, -20],
  ] as const) {
    expect(intentOf({ ...moved, dx, dy, paints: true, atTop: true })).toBe('paint')
  }
})

test('the list follows a pull less and less and never beyond its end', () => {
  expect(pulledBy(-10)).toBe(0)
  expect(pulledBy(100) - pulledBy(50)).toBeLessThan(pulledBy(50))
  expect(pulledBy(10_000)).toBeLessThanOrEqual(96)
})
