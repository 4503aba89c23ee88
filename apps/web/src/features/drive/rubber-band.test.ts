import { expect, test } from 'vitest'
import { bandBetween, scrollStep, touches } from './rubber-band.ts'

test('a band drawn in any direction is the same', () => {
  const band = { left: 1, top: 2, right: 5, bottom: 9 }
  expect(bandBetween({ x: 1, y: 2 }, { x: 5, y: 9 })).toEqual(band)
  expect(bandBetween({ x: 5, y: 2 }, { x: 1, y: 9 })).toEqual(band)
})

test('a band takes what it touches, also when it lies wholly inside, and not what only shares an edge', () => {
  const row = { left: 0, top: 40, right: 500, bottom: 80 }
  expect(touches({ left: 10, top: 50, right: 20, bottom: 60 }, row)).toBe(true)
  expect(touches({ left: 10, top: 0, right: 20, bottom: 41 }, row)).toBe(true)
  expect(touches({ left: 10, top: 0, right: 20, bottom: 40 }, row)).toBe(false)
})

test('the list scrolls only while the pointer is beyond an edge', () => {
  const box = { top: 100, bottom: 700 }
  expect(scrollStep(400, box)).toBe(0)
  expect(scrollStep(91, box)).toBe(-3)
  expect(scrollStep(5000, box)).toBe(24)
})
