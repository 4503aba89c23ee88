import { expect, test } from 'vitest'
import { lanesFor, UploadWay } from './upload-way.ts'

const MIB = 1024 * 1024
/** Six MiB in two seconds, with much to come. */
const slow = { uploadUrl: 'u', length: 48 * MIB, offset: 6 * MIB, bytes: 6 * MIB, ms: 2000, ahead: 16 * MIB, lanes: 3 }

test('one large file has three connections, two have two each, three have one each', () => {
  expect([1, 2, 3].map((large) => lanesFor({ large, small: 0 }))).toEqual([3, 2, 1])
})

test('beside small files one connection of the six stays free', () => {
  expect([0, 1, 2, 3, 4].map((small) => lanesFor({ large: 1, small }))).toEqual([3, 3, 3, 2, 1])
  expect(lanesFor({ large: 1, small: 100 })).toBe(1)
})

test('segments begin where one connection is slow and much is missing', () => {
  const way = new UploadWay()
  expect(way.chunkArrived(slow)).toBe(true)
  expect(way.begin('u')?.prefix).toBe(6 * MIB)
})

test.each([
  ['the line is fast', { ms: 500 }],
  ['little is missing', { offset: 33 * MIB }],
  ['the storage takes none', { ahead: 0 }],
  ['other files need the connections', { lanes: 1 }],
])('it stays one stream when %s', (_, change) => {
  const way = new UploadWay()
  expect(way.chunkArrived({ ...slow, ...change })).toBe(false)
  expect(way.begin('u')).toBe(null)
})

test('a lane that is twice as fast as a fast line shows that one stream is enough', () => {
  const way = new UploadWay()
  expect([way.segmentWasFast(4 * MIB, 400), way.segmentWasFast(4 * MIB, 150)]).toEqual([false, true])
})

test('segments are of one storage: at another address nothing is known of them', () => {
  const way = new UploadWay()
  way.chunkArrived(slow)
  expect(way.begin('elsewhere')).toBe(null)
  expect(way.begin('u')).toBe(null)
})

test('after two breaks at one place it is one stream for four requests', () => {
  const way = new UploadWay()
  way.chunkArrived(slow)
  way.segmentsBroke()
  expect(way.begin('u')).not.toBe(null)
  way.segmentsBroke()
  expect(way.begin('u')).toBe(null)
  expect([1, 2, 3, 4].map(() => way.chunkArrived(slow))).toEqual([false, false, false, true])
})

test('breaks with progress between them do not end segments', () => {
  const way = new UploadWay()
  way.chunkArrived(slow)
  for (let broken = 1; broken <= 20; broken += 1) {
    way.segmentsBroke()
    way.begin('u')?.prefixIs((6 + broken) * MIB)
  }
  expect(way.begin('u')?.prefix).toBe(26 * MIB)
})

test('a run begins while the one before it is still ending', () => {
  const way = new UploadWay()
  way.chunkArrived(slow)
  const stopped = way.begin('u')
  const first = stopped?.next(3)
  if (stopped === null || first === null || first === undefined) throw new Error('unreachable')
  Object.assign(first, { begun: true })
  stopped.progressed(first, 1000)
  const next = way.begin('u')
  expect(next?.next(1)).toEqual({ off: first.off, bytes: first.bytes, sent: 1000, begun: true, isStored: false })
  stopped.broke(first)
  expect([next?.isIdle, stopped.isIdle]).toEqual([false, true])
})
