import type { DragEvent } from 'react'
import type { EntryItem } from './schema.ts'

const TYPE = 'application/x-cairn-entries'

// What is dragged inside the page: browsers hide the content of a drag until it is dropped.
let dragged: readonly EntryItem[] = []

export function beginDrag(event: DragEvent, items: readonly EntryItem[], ghost: HTMLElement | null): void {
  dragged = items
  event.dataTransfer.setData(TYPE, '')
  event.dataTransfer.effectAllowed = 'move'
  if (ghost !== null) event.dataTransfer.setDragImage(ghost, -14, -6)
}

export function endDrag(): void {
  dragged = []
}

export type DragKind = 'entries' | 'files'

export function dragKind(event: DragEvent): DragKind | null {
  const { types } = event.dataTransfer
  if (types.includes(TYPE)) return 'entries'
  return types.includes('Files') ? 'files' : null
}

/** The entries being dragged; none when the target is one of them. */
export function entriesFor(targetId: string): readonly string[] {
  const ids = dragged.map(({ id }) => id)
  return ids.includes(targetId) ? [] : ids
}

/** The name of the first dragged entry. */
export function draggedName(): string {
  return dragged[0]?.name ?? ''
}
