/**
 * What is selected in a folder. `all` is a predicate, not a list: it also holds for entries that are not loaded yet.
 * `focus` is the entry with the keyboard's focus, `anchor` the fixed end of a range.
 */
export type Selection = {
  readonly mode: 'some' | 'all'
  /** The selected ids, or in mode `all` the ones that are not. */
  readonly ids: ReadonlySet<string>
  readonly focus: string | null
  readonly anchor: string | null
}

/** So many entries can be named together, as a link has to. */
export const NAMED_MAX = 1000

export const nothingSelected: Selection = { mode: 'some', ids: new Set(), focus: null, anchor: null }

export function isSelected({ mode, ids }: Selection, id: string): boolean {
  return ids.has(id) === (mode === 'some')
}

export function selectedCount({ mode, ids }: Selection, total: number): number {
  return mode === 'some' ? ids.size : Math.max(0, total - ids.size)
}

export const isNothingSelected = ({ mode, ids }: Selection) => mode === 'some' && ids.size === 0

export function selectOnly(id: string): Selection {
  return { mode: 'some', ids: new Set([id]), focus: id, anchor: id }
}

export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ...selection, ids, focus: id, anchor: id }
}

/** From the anchor to `id` in the order shown. `keep`: what was selected elsewhere stays (Ctrl-Shift). */
export function extendTo(selection: Selection, order: readonly string[], id: string, keep = false): Selection {
  const anchor = selection.anchor ?? selection.focus ?? id
  const from = order.indexOf(anchor)
  const to = order.indexOf(id)
  if (to < 0) return selection
  const start = from < 0 ? to : Math.min(from, to)
  const range = order.slice(start, Math.max(from, to) + 1)
  const kept = keep && selection.mode === 'some' ? selection.ids : []
  return { mode: 'some', ids: new Set([...kept, ...range]), focus: id, anchor: from < 0 ? id : anchor }
}

/**
 * From the anchor to the last of all entries, or the first, which need not be loaded: everything but what lies on the
 * other side. `order` is complete on that side. Null when the anchor is not in it.
 */
export function extendToEnd(
  selection: Selection,
  order: readonly string[],
  { id, direction }: { id: string; direction: 1 | -1 },
): Selection | null {
  const anchor = selection.anchor ?? selection.focus
  const at = anchor === null ? -1 : order.indexOf(anchor)
  if (at < 0) return null
  const others = direction > 0 ? order.slice(0, at) : order.slice(at + 1)
  return { mode: 'all', ids: new Set(others), focus: id, anchor }
}

export function selectAll(selection: Selection): Selection {
  return { ...selection, mode: 'all', ids: new Set() }
}

export function clearSelection({ focus }: Selection): Selection {
  return { ...nothingSelected, focus, anchor: focus }
}

export function focusOn(selection: Selection, id: string): Selection {
  return { ...selection, focus: id, anchor: id }
}

/** The entry `steps` away from the focus, kept inside the list; the first or last one when nothing has the focus. */
export function neighbour(order: readonly string[], focus: string | null, steps: number): string | null {
  const at = focus === null ? -1 : order.indexOf(focus)
  if (at < 0) return (steps >= 0 ? order[0] : order.at(-1)) ?? null
  return order[Math.min(order.length - 1, Math.max(0, at + steps))] ?? null
}

/** After entries are gone: they are not selected any more, and a lost focus goes to the next one that is still there. */
export function withoutGone(selection: Selection, before: readonly string[], gone: ReadonlySet<string>): Selection {
  const ids = new Set([...selection.ids].filter((id) => !gone.has(id)))
  const alive = (id: string | null) => (id === null || !gone.has(id) ? id : survivor(before, gone, id))
  return { ...selection, ids, focus: alive(selection.focus), anchor: alive(selection.anchor) }
}

function survivor(before: readonly string[], gone: ReadonlySet<string>, id: string): string | null {
  const at = before.indexOf(id)
  const after = before.slice(at + 1).find((candidate) => !gone.has(candidate))
  return after ?? before.slice(0, Math.max(0, at)).findLast((candidate) => !gone.has(candidate)) ?? null
}
