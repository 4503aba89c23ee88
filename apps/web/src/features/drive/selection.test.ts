import { expect, test } from 'vitest'
import {
  clearSelection,
  extendTo,
  extendToEnd,
  isSelected,
  neighbour,
  nothingSelected,
  selectAll,
  selectedCount,
  selectOnly,
  toggle,
  withoutGone,
} from './selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']

test('a click selects one and only one', () => {
  const selection = selectOnly('b')
  expect(order.filter((id) => isSelected(selection, id))).toEqual(['b'])
  expect(selection.focus).toBe('b')
})

test('toggling adds and takes away', () => {
  const both = toggle(selectOnly('b'), 'd')
  expect([...both.ids]).toEqual(['b', 'd'])
  expect([...toggle(both, 'b').ids]).toEqual(['d'])
})

test('a range goes from the anchor in both directions and can shrink again', () => {
  const down = extendTo(selectOnly('b'), order, 'd')
  expect([...down.ids]).toEqual(['b', 'c', 'd'])
  expect([...extendTo(down, order, 'c').ids]).toEqual(['b', 'c'])
  expect([...extendTo(down, order, 'a').ids]).toEqual(['a', 'b'])
})

test('a range with Ctrl keeps what was selected elsewhere', () => {
  const selection = extendTo(toggle(selectOnly('a'), 'c'), order, 'd', true)
  expect([...selection.ids]).toEqual(['a', 'c', 'd'])
})

test('a range without an anchor, or with one that is gone, is the one entry', () => {
  expect([...extendTo(nothingSelected, order, 'c').ids]).toEqual(['c'])
  expect([...extendTo(selectOnly('gone'), order, 'c').ids]).toEqual(['c'])
})

test('a range to an end that is not loaded is all but what lies on the other side of its anchor', () => {
  const down = extendToEnd(selectOnly('c'), order, { id: 'last', direction: 1 })
  expect(down).toEqual({ mode: 'all', ids: new Set(['a', 'b']), focus: 'last', anchor: 'c' })
  const up = extendToEnd(selectOnly('c'), order, { id: 'first', direction: -1 })
  expect(up).toMatchObject({ ids: new Set(['d', 'e']), focus: 'first' })
  expect(extendToEnd(selectOnly('gone'), order, { id: 'last', direction: 1 })).toBeNull()
})

test('all holds for entries that nobody has seen yet, except the unticked ones', () => {
  const all = selectAll(selectOnly('a'))
  expect(selectedCount(all, 100_412)).toBe(100_412)
  expect(isSelected(all, 'not loaded')).toBe(true)
  const allBut = toggle(all, 'b')
  expect(selectedCount(allBut, 100_412)).toBe(100_411)
  expect(isSelected(allBut, 'b')).toBe(false)
})

test('clearing keeps the focus where it was', () => {
  const cleared = clearSelection(selectAll(selectOnly('c')))
  expect(selectedCount(cleared, 5)).toBe(0)
  expect(cleared.focus).toBe('c')
})

test('the focus stays inside the list', () => {
  expect(neighbour(order, 'b', 1)).toBe('c')
  expect(neighbour(order, 'b', -10)).toBe('a')
  expect(neighbour(order, 'd', 10)).toBe('e')
  expect(neighbour(order, null, 1)).toBe('a')
  expect(neighbour(order, null, -1)).toBe('e')
  expect(neighbour([], null, 1)).toBeNull()
})

test('after a deletion the focus goes to the next entry, or the one before at the end', () => {
  const selection = extendTo(selectOnly('b'), order, 'c')
  expect(withoutGone(selection, order, new Set(['b', 'c']))).toMatchObject({ ids: new Set(), focus: 'd' })
  expect(withoutGone(selectOnly('e'), order, new Set(['d', 'e'])).focus).toBe('c')
  expect(withoutGone(selectOnly('a'), ['a'], new Set(['a'])).focus).toBeNull()
})
