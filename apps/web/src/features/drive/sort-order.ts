import type { ListOrder } from './api-client.ts'
import type { Place } from './place.ts'
import type { SortKey } from './schema.ts'

const firstDirection = { name: 'asc', modified: 'desc', size: 'desc' } as const

/** The order a press on a column leads to: its own first direction, a second press turns it round. */
export function nextOrder(current: ListOrder, column: SortKey): ListOrder {
  if (current.sort !== column) return { sort: column, direction: firstDirection[column] }
  return { sort: column, direction: current.direction === 'asc' ? 'desc' : 'asc' }
}

/** Whether a place can be sorted: what was used last and what fits best have an order of their own. */
export function isSorted(place: Place | null): boolean {
  return place?.kind !== 'recent' && place?.kind !== 'search'
}
