'use client'

import { useRef } from 'react'
import { type Chosen, chosenOf } from './chosen.ts'
import { useDrive } from './drive-context.tsx'
import type { Place } from './place.ts'
import type { EntryItem } from './schema.ts'
import { isSelected, type Selection, selectedCount } from './selection.ts'
import type { FolderState } from './use-folder.ts'

export type Targets = {
  selected: readonly EntryItem[]
  /** What an action is about: the selection, or else the entry with the focus. */
  targets: readonly EntryItem[]
  /** Everything is selected, but not everything is loaded. */
  partial: boolean
  /** Bytes of the selected files; null when not all of them are known. */
  bytes: number | null
  /** The targets, also those that are not loaded; null when there are none. */
  chosen: Chosen | null
}

export function useTargets(selection: Selection): Targets {
  const { state, folderId, place } = useDrive()
  const { items, total, hasMore } = state
  const selected = useSelectedItems(selection, items)
  const targets = selected.length > 0 ? selected : items.filter(({ id }) => id === selection.focus)
  const isSearch = place?.kind === 'search'
  // How much a search finds is known when its last page is here.
  const partial = selection.mode === 'all' && (isSearch ? hasMore : items.length < total)
  // Of what was found no predicate can be made: it is named once all of it is loaded.
  const chosenByPlace = isSearch ? null : predicate(selection, folderId, total, targets)
  return {
    selected,
    targets,
    partial,
    bytes: partial ? bytesOfAll(selection, state, place) : bytesOf(selected),
    chosen: partial ? chosenByPlace : named(targets),
  }
}

/** The selected entries that were loaded at some time: a jump in a long list does not forget what was selected before. */
function useSelectedItems(selection: Selection, items: readonly EntryItem[]): readonly EntryItem[] {
  const elsewhere = useRef(new Map<string, EntryItem>())
  const loaded = items.filter(({ id }) => isSelected(selection, id))
  if (selection.mode === 'all' || selection.ids.size === loaded.length) {
    elsewhere.current = new Map(loaded.map((item) => [item.id, item]))
    return loaded
  }
  const known = new Map([...elsewhere.current, ...loaded.map((item) => [item.id, item] as const)])
  elsewhere.current = new Map([...known].filter(([id]) => selection.ids.has(id)))
  const here = new Set(loaded.map(({ id }) => id))
  return [...loaded, ...[...elsewhere.current.values()].filter(({ id }) => !here.has(id))]
}

function predicate(selection: Selection, folder: string, total: number, loaded: readonly EntryItem[]): Chosen {
  const except = [...selection.ids]
  return {
    selector: { all: { folder, except } },
    count: selectedCount(selection, total),
    name: loaded[0]?.name ?? '',
    ids: loaded.map(({ id }) => id),
  }
}

const bytesOf = (entries: readonly EntryItem[]) => entries.reduce((sum, { size }) => sum + size, 0)

/** What the place has in all, but for what is not selected. Nobody adds up what is recent, or found. */
function bytesOfAll({ ids }: Selection, { items, totalBytes }: FolderState, place: Place | null): number | null {
  const others = items.filter(({ id }) => ids.has(id))
  const isKnown = place?.kind !== 'recent' && place?.kind !== 'search' && others.length === ids.size
  return isKnown ? Math.max(0, totalBytes - bytesOf(others)) : null
}

const named = (targets: readonly EntryItem[]) => (targets.length === 0 ? null : chosenOf(targets))
