import { expect, test } from 'vitest'
import { storageLots } from './storage-lots.ts'

const MIB = 1024 * 1024
const lotsOf = (sizes: readonly number[]) => storageLots(sizes, (size) => size)

test('sixteen small files share a storage, and the next sixteen the next one', () => {
  const lots = lotsOf(Array<number>(40).fill(10_000))
  expect(lots.map(({ length }) => length)).toEqual([16, 16, 8])
})

test('large files go to a storage each', () => {
  expect(lotsOf([12 * MIB, 12 * MIB, 900 * MIB])).toEqual([[12 * MIB], [12 * MIB], [900 * MIB]])
})

test('what is not large goes along until 16 MiB are full, and every file has its place once and in its order', () => {
  const sizes = [5, 6, 5, 1, 16, 17, 1].map((size) => size * MIB)
  expect(lotsOf(sizes).map((lot) => lot.map((size) => size / MIB))).toEqual([[5, 6, 5], [1], [16], [17], [1]])
  expect(lotsOf([])).toEqual([])
})
