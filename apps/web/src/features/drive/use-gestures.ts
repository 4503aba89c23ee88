'use client'

import type { RefObject } from 'react'
import { usePhone } from '../../components/use-media-query.ts'
import { type Chosen, chosenOf } from './chosen.ts'
import type { DragGhostHandle } from './drag-ghost.tsx'
import { beginDrag, endDrag } from './dragged-entries.ts'
import { useDrive } from './drive-context.tsx'
import { useEntryDoors } from './entry-doors.tsx'
import { extendTo, focusOn, isSelected, type Selection, selectedCount, selectOnly, toggle } from './selection.ts'
import { useOpening } from './use-entry-actions.ts'
import { type EntryHandlers, useEntryPointer } from './use-entry-pointer.ts'

type GesturesOptions = {
  selection: Selection
  setSelection: (selection: Selection) => void
  chosen: Chosen | null
  ghost: RefObject<DragGhostHandle | null>
  openMenu: (point: { x: number; y: number }) => void
}

/** What mouse and touch do to entries. */
export function useGestures({ selection, setSelection, chosen, ghost, openMenu }: GesturesOptions): EntryHandlers {
  const { place, state } = useDrive()
  const { items, total } = state
  const { share } = useEntryDoors()
  const { openEntry, downloadFiles, showInFolder } = useOpening()
  const phone = usePhone()
  const order = () => items.map(({ id }) => id)
  return useEntryPointer({
    press: (item, { main, shift, touch }) => {
      if (touch && !main && !shift) {
        if (selectedCount(selection, total) > 0) setSelection(toggle(selection, item.id))
        else openEntry(item)
      } else if (shift) setSelection(extendTo(selection, order(), item.id, main))
      else setSelection(main ? toggle(selection, item.id) : selectOnly(item.id))
    },
    open: openEntry,
    tick: (item, shift) =>
      setSelection(shift ? extendTo(selection, order(), item.id, true) : toggle(selection, item.id)),
    longPress: (item) => setSelection(toggle(selection, item.id)),
    menu: (item, point) => {
      // On phones a selection changes the whole screen: there the menu is only about the entry.
      if (phone) setSelection(focusOn(selection, item.id))
      else if (!isSelected(selection, item.id)) setSelection(selectOnly(item.id))
      openMenu(point)
    },
    share: (item) => share?.([item]),
    download: (item) => downloadFiles([item]),
    show: showInFolder,
    dragStart: (event, item) => {
      if (place?.kind === 'trash') {
        event.preventDefault()
        return
      }
      const alone = !isSelected(selection, item.id)
      if (alone) setSelection(selectOnly(item.id))
      const dragged = alone || chosen === null ? chosenOf([item]) : chosen
      beginDrag(event, dragged, ghost.current?.show(item, dragged.count) ?? null)
    },
    dragEnd: endDrag,
  })
}
