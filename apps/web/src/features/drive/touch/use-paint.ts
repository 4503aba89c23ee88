'use client'

import { type RefObject, useRef } from 'react'
import { useDrive } from '../drive-context.tsx'
import { scrollStep } from '../rubber-band.ts'
import { isSelected } from '../selection.ts'
import type { FolderView } from '../use-folder-pane.ts'
import { type Painting, painted } from './paint-selection.ts'
import type { TouchPart } from './touch-track.ts'

// Near the edges the list scrolls on below the finger.
const EDGE_PX = 72

type Stroke = { painting: Painting; at: { x: number; y: number }; frame: number }

/** A finger that pressed long, or began on a box of the selection, selects everything it goes over. */
export function usePaint(view: FolderView, scroller: RefObject<HTMLElement | null>): TouchPart {
  const { items } = useDrive().state
  const latest = useRef({ view, items })
  latest.current = { view, items }
  const stroke = useRef<Stroke | null>(null)

  const draw = () => {
    const now = stroke.current
    const to = now === null ? null : entryAt(now.at)
    if (now === null || to === null) return
    const order = latest.current.items.map(({ id }) => id)
    latest.current.view.setSelection(painted(now.painting, order, to))
  }
  const scroll = () => {
    const [now, box] = [stroke.current, scroller.current]
    if (now === null || box === null) return
    const { top, bottom } = box.getBoundingClientRect()
    const step = scrollStep(now.at.y, { top: top + EDGE_PX, bottom: bottom - EDGE_PX })
    if (step !== 0) {
      box.scrollTop += step
      draw()
    }
    now.frame = requestAnimationFrame(scroll)
  }
  return {
    begin: ({ target }) => startOf(target, latest.current.view) !== null,
    move: (at, { target }) => {
      const from = startOf(target, latest.current.view)
      if (stroke.current === null && from !== null) {
        const { selection, handlers } = latest.current.view
        // A long press has selected the entry already; a box is about to turn.
        const on = isSelected(selection, from) === (handlers.pressedLong.current === from)
        stroke.current = { painting: { before: selection, from, on }, at, frame: requestAnimationFrame(scroll) }
      }
      if (stroke.current === null) return
      stroke.current.at = at
      draw()
    },
    end: () => {
      if (stroke.current !== null) cancelAnimationFrame(stroke.current.frame)
      stroke.current = null
    },
  }
}

function startOf(target: Element, { handlers: { pressedLong } }: FolderView): string | null {
  const entry = target.closest<HTMLElement>('[data-entry]')?.dataset['entry'] ?? null
  const onBox = target.closest('[role="checkbox"]') !== null
  return onBox || pressedLong.current === entry ? entry : null
}

function entryAt({ x, y }: { x: number; y: number }): string | null {
  const entry = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-entry]')
  return entry?.dataset['entry'] ?? null
}
