'use client'

import { type DragEvent, useEffect, useRef, useState } from 'react'
import { copies, draggedOnto, dragKind } from './dragged-entries.ts'
import { useDrive } from './drive-context.tsx'
import type { Target } from './use-drive-changes.ts'

const OPEN_AFTER_MS = 600

type DropTargetOptions = {
  /** Null: nothing can be dropped here. */
  target: Target | null
  /** Called after a drag has rested here: trees open. */
  onRest?: () => void
}

/** Makes a folder row, a crumb or a tree folder take entries of this page and files from outside. */
export function useDropTarget({ target, onRest }: DropTargetOptions) {
  const drive = useDrive()
  const [over, setOver] = useState(false)
  const resting = useRef<ReturnType<typeof setTimeout> | null>(null)
  const rest = (start: boolean) => {
    if (resting.current !== null) clearTimeout(resting.current)
    resting.current = start && onRest !== undefined ? setTimeout(onRest, OPEN_AFTER_MS) : null
  }
  useEffect(() => () => clearTimeout(resting.current ?? undefined), [])

  const takes = (event: DragEvent): boolean => {
    if (target === null) return false
    const kind = dragKind(event)
    if (kind === 'files') return true
    return kind === 'entries' && target.id !== drive.folderId && draggedOnto(target.id) !== null
  }

  const drop = (event: DragEvent, folder: Target) => {
    const chosen = draggedOnto(folder.id)
    if (chosen === null) return
    if (copies(event)) drive.changes.copy(chosen, folder)
    else drive.changes.move(chosen, folder)
  }

  return {
    over,
    handlers: {
      onDragEnter: (event: DragEvent) => {
        if (!takes(event)) return
        event.preventDefault()
        if (!over) rest(true)
        setOver(true)
      },
      onDragOver: (event: DragEvent) => {
        if (!takes(event)) return
        event.preventDefault()
        event.dataTransfer.dropEffect = dragKind(event) === 'files' || copies(event) ? 'copy' : 'move'
      },
      onDragLeave: (event: DragEvent<HTMLElement>) => {
        if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return
        rest(false)
        setOver(false)
      },
      onDrop: (event: DragEvent) => {
        rest(false)
        setOver(false)
        if (target === null || !takes(event)) return
        event.preventDefault()
        event.stopPropagation()
        if (dragKind(event) === 'files') drive.dropFiles(event.dataTransfer, target)
        else drop(event, target)
      },
    },
  }
}

export const dropLook = 'bg-select! outline-2 -outline-offset-2 outline-accent'
