import { isSelected, type Selection, toggle } from '../selection.ts'

export type Painting = {
  /** As it was when the finger came down. */
  before: Selection
  /** Where it came down, and whether entries become selected or stop being it. */
  from: string
  on: boolean
}

/** The selection after a finger has gone over everything between its start and `to`; what it left again is as before. */
export function painted({ before, from, on }: Painting, order: readonly string[], to: string): Selection {
  const [start, end] = [order.indexOf(from), order.indexOf(to)]
  if (start < 0 || end < 0) return before
  const range = order.slice(Math.min(start, end), Math.max(start, end) + 1)
  const turned = range
    .filter((id) => isSelected(before, id) !== on)
    .reduce((selection, id) => toggle(selection, id), before)
  return { ...turned, focus: to, anchor: from }
}
