import type { Place } from './place.ts'
import type { EntryItem, SortKey } from './schema.ts'

/** A heading between entries: one of three words, or a month. */
export type Heading = 'today' | 'yesterday' | 'thisWeek' | { month: string }

const DAY_MS = 86_400_000
const WEEK_DAYS = 7

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** Under which heading a moment stands, in the reader's own days. */
export function headingOf(iso: string, now: Date): Heading {
  const at = new Date(iso)
  // Rounded: a day is an hour shorter or longer when the clocks change.
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  return days < WEEK_DAYS ? 'thisWeek' : monthOf(iso)
}

function monthOf(iso: string): { month: string } {
  const at = new Date(iso)
  return { month: `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}` }
}

/** What entries of a place stand under: days in Recent, months among images by date; else nothing. */
export function groupingOf(place: Place | null, sort: SortKey, now: Date): ((item: EntryItem) => Heading) | null {
  if (place?.kind === 'recent') return ({ at, modifiedAt }) => headingOf(at ?? modifiedAt, now)
  const byMonth = place?.kind === 'category' && place.category === 'image' && sort === 'modified'
  return byMonth ? ({ modifiedAt }) => monthOf(modifiedAt) : null
}

function sameHeading(a: Heading, b: Heading): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : a.month === b.month
}

/** The positions of entries that begin a group. */
export function headingsAt(
  items: readonly EntryItem[],
  group: ((item: EntryItem) => Heading) | null,
): ReadonlyMap<number, Heading> {
  const headings = new Map<number, Heading>()
  if (group === null) return headings
  let last: Heading | null = null
  for (const [index, item] of items.entries()) {
    const heading = group(item)
    if (last === null || !sameHeading(last, heading)) headings.set(index, heading)
    last = heading
  }
  return headings
}
