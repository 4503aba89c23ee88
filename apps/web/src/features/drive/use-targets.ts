'use client'

import { useDrive } from './drive-context.tsx'
import type { EntryItem } from './schema.ts'
import { isSelected, type Selection } from './selection.ts'
import type { Chosen } from './use-drive-changes.ts'

export type Targets = {
  selected: readonly EntryItem[]
  /** What an action is about: the selection, or else the entry with the focus. */
  targets: readonly EntryItem[]
  /** Everything is selected, but not everything is loaded. */
  partial: boolean
  /** Bytes of the selected files; null when not all of them are known. */
  bytes: number | null
  /** The targets with those that were not loaded yet. */
  chosen: () => Promise<Chosen>
}

export function useTargets(selection: Selection): Targets {
  const { state } = useDrive()
  const { items, total } = state
  const selected = items.filter(({ id }) => isSelected(selection, id))
  const targets = selected.length > 0 ? selected : items.filter(({ id }) => id === selection.focus)
  const partial = selection.mode === 'all' && items.length < total
  return {
    selected,
    targets,
    partial,
    bytes: partial ? null : selected.reduce((sum, { size }) => sum + size, 0),
    chosen: async () => {
      const all = partial ? (await state.loadAll()).filter(({ id }) => isSelected(selection, id)) : targets
      return { ids: all.map(({ id }) => id), name: all[0]?.name ?? '' }
    },
  }
}
