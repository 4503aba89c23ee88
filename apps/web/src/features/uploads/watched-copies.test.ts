import { expect, test } from 'vitest'
import { WatchedCopies } from './watched-copies.ts'

function watching(files: number): WatchedCopies {
  const watched = new WatchedCopies()
  for (let n = 0; n < files; n += 1) watched.add({ entryId: `entry ${n}`, id: `upload ${n}` }, 0)
  return watched
}

test('nothing is due before half a second, and nobody asks where nothing is watched', () => {
  const watched = watching(1)
  expect(watched.take(499, false)).toEqual([])
  expect(watched.nextAt()).toBe(500)
  expect(new WatchedCopies().nextAt()).toBeNull()
})

test('a file is asked about again, later each time, until its copies are there', () => {
  const watched = watching(1)
  expect(watched.take(500, false)).toEqual([{ entryId: 'entry 0', id: 'upload 0' }])
  expect(watched.nextAt()).toBe(1_500)
  watched.take(1_500, false)
  expect(watched.nextAt()).toBe(3_500)
  watched.delete('entry 0')
  expect(watched.nextAt()).toBeNull()
})

test('after two minutes nobody asks any more', () => {
  const watched = watching(1)
  let last = 0
  for (let round = 1; round <= 20; round += 1) {
    const next = watched.nextAt()
    if (next === null) break
    watched.take(next, false)
    last = next
  }
  expect(last).toBe(120_500)
})

test('while files are sent, only some are asked about, and with pauses', () => {
  const watched = watching(90)
  expect(watched.take(500, true)).toHaveLength(20)
  expect(watched.nextAt()).toBe(2_500)
  expect(watched.take(2_500, false)).toHaveLength(90)
})

test('of more than a thousand files the first ones are let go', () => {
  const watched = watching(1_001)
  expect(watched.take(500, false)[0]?.entryId).toBe('entry 1')
})
