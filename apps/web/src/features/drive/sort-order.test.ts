import { expect, test } from 'vitest'
import { nextOrder } from './sort-order.ts'

test('names begin at A, dates with the newest, sizes with the largest', () => {
  const byName = { sort: 'name', direction: 'asc' } as const
  expect(nextOrder(byName, 'modified')).toEqual({ sort: 'modified', direction: 'desc' })
  expect(nextOrder(byName, 'size')).toEqual({ sort: 'size', direction: 'desc' })
  expect(nextOrder({ sort: 'size', direction: 'asc' }, 'name')).toEqual(byName)
})

test('a second press turns the order round', () => {
  expect(nextOrder({ sort: 'size', direction: 'desc' }, 'size')).toEqual({ sort: 'size', direction: 'asc' })
})
