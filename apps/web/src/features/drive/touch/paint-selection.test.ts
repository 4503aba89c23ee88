import { expect, test } from 'vitest'
import { nothingSelected, type Selection, selectAll, selectedCount } from '../selection.ts'
import { painted } from './paint-selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const chosen = ({ ids }: Selection) => [...ids].sort().join('')
const some = (...ids: string[]): Selection => ({ ...nothingSelected, ids: new Set(ids) })

test('everything between the first entry and the finger is selected, upwards too', () => {
  const painting = { before: some('c'), from: 'c', on: true }
  expect(chosen(painted(painting, order, 'e'))).toBe('cde')
  expect(chosen(painted(painting, order, 'a'))).toBe('abc')
})

test('what the finger leaves again is as it was before', () => {
  const painting = { before: some('a', 'c'), from: 'c', on: true }
  expect(chosen(painted(painting, order, 'b'))).toBe('abc')
  expect(chosen(painted(painting, order, 'd'))).toBe('acd')
})

test('a finger that began on something selected takes out of the selection', () => {
  expect(chosen(painted({ before: some('b', 'c', 'e'), from: 'b', on: false }, order, 'd'))).toBe('e')
})

test('with everything selected, painting makes exceptions', () => {
  const left = painted({ before: selectAll(nothingSelected), from: 'b', on: false }, order, 'd')
  expect(selectedCount(left, 100_000)).toBe(99_997)
})
