'use client'

import { createContext, type ReactNode, useContext } from 'react'
import type { CategoryPlace, SearchPlace } from './place.ts'
import type { EntryItem } from './schema.ts'
import type { Chosen } from './use-drive-changes.ts'

/**
 * What other features can do with entries. The page fills it in; an action whose door is missing is not shown. Features
 * do not know each other: they meet in app/(drive)/.
 */
export type EntryDoors = {
  share?: (entries: readonly EntryItem[]) => void
  /** `among`: what the keys for next and previous walk through, in the order of the list. */
  preview?: (entry: EntryItem, among: readonly EntryItem[]) => void
  edit?: (entry: EntryItem) => void
  /** Makes a file without content and opens it to be written. Rejects when it cannot be made. */
  createText?: (name: string, folderId: string) => Promise<void>
  details?: { open: boolean; toggle: () => void; panel: (about: DetailsSubject) => ReactNode }
  verify?: (entries: readonly EntryItem[]) => void
  /** Only on phones: files for times without a network. */
  keep?: { isKept: (id: string) => boolean; keep: (entry: EntryItem) => void; remove: (entry: EntryItem) => void }
  zip?: (chosen: Chosen) => void
  favourite?: (entries: readonly EntryItem[], on: boolean) => void
  /** `all`: everything that is selected, where more is than `entries`, which are loaded. */
  tags?: (entries: readonly EntryItem[], all?: Chosen) => void
  palette?: () => void
  /** What stands beside the name of a tag's page. */
  tagHead?: (tagId: string) => ReactNode
  /** The types of files that a category can be narrowed to. */
  typeChips?: (place: CategoryPlace) => ReactNode
  /** The field and the filters at the top of a search. */
  searchHead?: (place: SearchPlace) => ReactNode
  /** Where a search finds nothing: the same without its filters. */
  clearFilters?: (place: SearchPlace) => ReactNode
}

/** What the details are about: the selection, of which not everything may be loaded, or else the open place. */
type DetailsSubject = {
  entries: readonly EntryItem[]
  among: readonly EntryItem[]
  count: number
  bytes: number | null
  place: { name: string; total: number; bytes: number }
  thumbnail: string | undefined
}

const EntryDoorsContext = createContext<EntryDoors>({})

export const useEntryDoors = () => useContext(EntryDoorsContext)
export const EntryDoorsProvider = EntryDoorsContext
