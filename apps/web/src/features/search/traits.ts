import type { Category } from '../../lib/entries/entry-item.ts'
import type { SearchQuery } from './parse-query.ts'

/**
 * What the search index knows of an entry besides its name, as numbers: the function entry_search_keys of the database
 * makes the same. An entry fits when it has one of these.
 */
export interface TraitSet {
  trait: 'kind' | 'size' | 'month' | 'era'
  numbers: number[]
}

const kinds: readonly (Category | 'folder')[] = ['folder', 'image', 'video', 'audio', 'document', 'archive', 'other']
const DIGITS_MAX = 19
const [FIRST_MONTH, LAST_MONTH] = [30 * 12, 71 * 12 - 1]
const ERA_BITS = 12n

/**
 * Traits of everything that fits these filters, and of some that does not: sizes and days are still to be compared. The
 * index looks for each month of a time by itself.
 */
export function traitsOf({ type, minSize, maxSize, after, before }: SearchQuery): TraitSet[] {
  const sets: TraitSet[] = []
  if (type !== null) sets.push({ trait: 'kind', numbers: [kinds.indexOf(type)] })
  if (minSize !== null || maxSize !== null) {
    sets.push({ trait: 'size', numbers: sizesBetween(BigInt(minSize ?? 0), maxSize === null ? null : BigInt(maxSize)) })
  }
  if (after !== null || before !== null) {
    sets.push({
      trait: 'month',
      numbers: range(after === null ? FIRST_MONTH : monthOf(after), before === null ? LAST_MONTH : monthOf(before)),
    })
  }
  return sets
}

/** For each number of digits that number where all such sizes are meant, else it and the first two digits of those that are. */
function sizesBetween(least: bigint, most: bigint | null): number[] {
  const [from, to] = [least.toString(), most?.toString() ?? '9'.repeat(DIGITS_MAX)]
  return range(from.length, to.length).flatMap((digits) => {
    const [first, last] = digits === 1 ? [0, 9] : [10, 99]
    const lower = digits === from.length ? Number(from.slice(0, 2)) : first
    const upper = digits === to.length ? Number(to.slice(0, 2)) : last
    if (lower === first && upper === last) return [digits]
    return range(lower, upper).map((start) => digits * 100 + start)
  })
}

function monthOf(time: number): number {
  const date = new Date(time)
  const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
  return Math.max(FIRST_MONTH, Math.min(LAST_MONTH, month))
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** The last eras up to that of an id: entries get their ids in the order in which they come. */
export function lastEras(id: bigint, count: number): TraitSet {
  const last = Number(id >> ERA_BITS)
  return { trait: 'era', numbers: range(Math.max(0, last - count + 1), last) }
}

export const eraCount = (id: bigint) => Number(id >> ERA_BITS) + 1
