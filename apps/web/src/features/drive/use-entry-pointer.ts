'use client'

import { type DragEvent, type MouseEvent, type PointerEvent, type RefObject, useMemo, useRef } from 'react'
import type { EntryItem } from './schema.ts'

const LONG_PRESS_MS = 450
const MOVED_PX = 10
const VIBRATE_MS = 12

export type PointerActions = {
  /** A tap or click with what was held; touch without a selection opens. */
  press: (item: EntryItem, held: { main: boolean; shift: boolean; touch: boolean }) => void
  open: (item: EntryItem) => void
  tick: (item: EntryItem, shift: boolean) => void
  longPress: (item: EntryItem) => void
  menu: (item: EntryItem, point: { x: number; y: number }) => void
  share: (item: EntryItem) => void
  download: (item: EntryItem) => void
  show: (item: EntryItem) => void
  dragStart: (event: DragEvent, item: EntryItem) => void
  dragEnd: () => void
}

type RowHandlers = {
  onClick: (event: MouseEvent) => void
  onDoubleClick: (event: MouseEvent) => void
  onContextMenu: (event: MouseEvent) => void
  onPointerDown: (event: PointerEvent) => void
  onPointerMove: (event: PointerEvent) => void
  onPointerUp: () => void
  onPointerCancel: () => void
  onDragStart: (event: DragEvent) => void
  onDragEnd: () => void
}

export type EntryHandlers = {
  row: (item: EntryItem) => RowHandlers
  tick: (event: MouseEvent, item: EntryItem) => void
  more: (event: MouseEvent, item: EntryItem) => void
  share: (event: MouseEvent, item: EntryItem) => void
  download: (event: MouseEvent, item: EntryItem) => void
  show: (event: MouseEvent, item: EntryItem) => void
  /** The entry that the finger on the screen has pressed long. */
  pressedLong: RefObject<string | null>
}

type Press = { timer: ReturnType<typeof setTimeout>; x: number; y: number }

/** Mouse and touch on entries. The handlers never change, so that rows only repaint when their entry does. */
export function useEntryPointer(actions: PointerActions): EntryHandlers {
  const latest = useRef(actions)
  latest.current = actions
  const press = useRef<Press | null>(null)
  const touched = useRef(false)
  const consumed = useRef(false)
  const pressedLong = useRef<string | null>(null)

  return useMemo(() => {
    const endPress = () => {
      if (press.current !== null) clearTimeout(press.current.timer)
      press.current = null
    }
    const beginPress = (event: PointerEvent, item: EntryItem) => {
      touched.current = event.pointerType === 'touch'
      consumed.current = false
      pressedLong.current = null
      if (!touched.current) return
      endPress()
      const timer = setTimeout(() => {
        consumed.current = true
        pressedLong.current = item.id
        navigator.vibrate?.(VIBRATE_MS)
        latest.current.longPress(item)
      }, LONG_PRESS_MS)
      press.current = { timer, x: event.clientX, y: event.clientY }
    }
    const movePress = (event: PointerEvent) => {
      const begun = press.current
      if (begun !== null && Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > MOVED_PX) endPress()
    }
    const click = (event: MouseEvent, item: EntryItem) => {
      if (consumed.current) return
      const main = event.ctrlKey || event.metaKey
      latest.current.press(item, { main, shift: event.shiftKey, touch: touched.current })
    }
    const menu = (event: MouseEvent, item: EntryItem) => {
      event.preventDefault()
      event.stopPropagation()
      // On touch a long press selects; the menu comes from the row's own button.
      if (!touched.current) latest.current.menu(item, pointOf(event))
    }
    const apart = (act: (event: MouseEvent, item: EntryItem) => void) => (event: MouseEvent, item: EntryItem) => {
      event.stopPropagation()
      act(event, item)
    }
    return {
      pressedLong,
      row: (item) => ({
        onClick: (event) => click(event, item),
        onDoubleClick: () => {
          if (!touched.current) latest.current.open(item)
        },
        onContextMenu: (event) => menu(event, item),
        onPointerDown: (event) => beginPress(event, item),
        onPointerMove: movePress,
        onPointerUp: endPress,
        onPointerCancel: endPress,
        onDragStart: (event) => latest.current.dragStart(event, item),
        onDragEnd: () => latest.current.dragEnd(),
      }),
      tick: apart((event, item) => {
        // The keys go on from the row and not from its box.
        event.currentTarget.closest<HTMLElement>('[data-entry]')?.focus({ preventScroll: true })
        latest.current.tick(item, event.shiftKey)
      }),
      more: apart((event, item) => latest.current.menu(item, belowButton(event))),
      share: apart((_event, item) => latest.current.share(item)),
      download: apart((_event, item) => latest.current.download(item)),
      show: apart((_event, item) => latest.current.show(item)),
    }
  }, [])
}

// The menu key and Shift-F10 have no place of their own: the menu opens at the row.
function pointOf(event: MouseEvent): { x: number; y: number } {
  if (event.clientX !== 0 || event.clientY !== 0) return { x: event.clientX, y: event.clientY }
  const box = event.currentTarget.getBoundingClientRect()
  return { x: box.left + 48, y: box.bottom - 8 }
}

function belowButton(event: MouseEvent): { x: number; y: number } {
  const box = event.currentTarget.getBoundingClientRect()
  return { x: box.left, y: box.bottom }
}
