'use client'

import { useDrive } from './drive-context.tsx'
import { useEntryDoors } from './entry-doors.tsx'
import type { EntryItem } from './schema.ts'
import { type Selection, selectedCount } from './selection.ts'
import { usePlaceName } from './use-place-name.ts'
import { useThumbnails } from './use-thumbnails.ts'

type DetailsAreaProps = { selection: Selection; targets: readonly EntryItem[]; bytes: number | null }

/** Tells the panel of details what it is about, while it is open. */
export function DetailsArea({ selection, targets, bytes }: DetailsAreaProps) {
  const { details } = useEntryDoors()
  const { state } = useDrive()
  const name = usePlaceName()
  const count = Math.max(selectedCount(selection, state.total), targets.length)
  const only = count === 1 ? targets[0] : undefined
  const thumbnails = useThumbnails(only === undefined || details?.open !== true ? [] : [only])
  if (details?.open !== true) return null
  return details.panel({
    entries: targets,
    among: state.items,
    count,
    bytes,
    place: { name, total: state.total, bytes: state.totalBytes },
    thumbnail: only === undefined ? undefined : thumbnails.get(only.id),
  })
}
