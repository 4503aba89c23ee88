import type { DragEvent } from 'react'
import type { Chosen } from './chosen.ts'

const TYPE = 'application/x-cairn-entries'

// What is dragged inside the page: browsers hide the content of a drag until it is dropped.
let dragged: Chosen | null = null

export function beginDrag(event: DragEvent, chosen: Chosen, ghost: HTMLElement | null): void {
  dragged = chosen
  event.dataTransfer.setData(TYPE, '')
  event.dataTransfer.effectAllowed = 'copyMove'
  if (ghost !== null) event.dataTransfer.setDragImage(ghost, -14, -6)
}

export function endDrag(): void {
  dragged = null
}

/** With Ctrl, on Apple computers Option, a drag copies. */
export function copies({ ctrlKey, altKey }: DragEvent): boolean {
  return ctrlKey || altKey
}

export type DragKind = 'entries' | 'files'

export function dragKind(event: DragEvent): DragKind | null {
  const { types } = event.dataTransfer
  if (types.includes(TYPE)) return 'entries'
  return types.includes('Files') ? 'files' : null
}

/** What is being dragged; nothing when the target is part of it. */
export function draggedOnto(targetId: string): Chosen | null {
  return dragged === null || dragged.ids.includes(targetId) ? null : dragged
}
