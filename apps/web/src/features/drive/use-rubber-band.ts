'use client'

import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { type Band, bandBetween, scrollStep, touches } from './rubber-band.ts'
import type { Selection } from './selection.ts'

const BEGINS_AFTER_PX = 5

type RubberBandOptions = {
  scroller: RefObject<HTMLElement | null>
  selection: Selection
  setSelection: (selection: Selection) => void
}

type Drawing = {
  from: { x: number; y: number }
  pointer: { x: number; y: number }
  /** What was selected before and stays (with Ctrl). */
  kept: ReadonlySet<string>
  /** Where entries were when they were last on the screen: those that scrolled away stay selected. */
  known: Map<string, Band>
  begun: boolean
}

/** Drawing a rectangle on empty ground with the mouse selects what it touches; at the edges the list scrolls. */
export function useRubberBand({ scroller, selection, setSelection }: RubberBandOptions) {
  const [band, setBand] = useState<Band | null>(null)
  const drawing = useRef<Drawing | null>(null)
  const latest = useRef(setSelection)
  latest.current = setSelection
  const drawn = useRef(false)

  const draw = () => {
    const box = scroller.current
    const now = drawing.current
    if (box === null || now === null) return
    const at = inContent(box, now.pointer)
    if (!now.begun && Math.hypot(at.x - now.from.x, at.y - now.from.y) < BEGINS_AFTER_PX) return
    now.begun = true
    const next = bandBetween(now.from, at)
    for (const [id, place] of placesIn(box)) now.known.set(id, place)
    const hit = [...now.known].filter(([, place]) => touches(next, place)).map(([id]) => id)
    const last = hit.at(-1) ?? null
    latest.current({ mode: 'some', ids: new Set([...now.kept, ...hit]), focus: last, anchor: hit[0] ?? null })
    setBand(next)
  }
  const drawAgain = useRef(draw)
  drawAgain.current = draw

  const isDrawing = band !== null
  useEffect(() => {
    if (!isDrawing) return
    let frame = requestAnimationFrame(function scroll() {
      const box = scroller.current
      const step = box === null || drawing.current === null ? 0 : scrollStep(drawing.current.pointer.y, edgesOf(box))
      if (box !== null && step !== 0) {
        box.scrollTop += step
        drawAgain.current()
      }
      frame = requestAnimationFrame(scroll)
    })
    return () => cancelAnimationFrame(frame)
  }, [isDrawing, scroller])

  const end = () => {
    drawn.current = drawing.current?.begun === true
    drawing.current = null
    setBand(null)
  }
  return {
    band,
    /** The click that ends a drawing does not clear what was drawn. */
    wasDrawn: () => {
      const was = drawn.current
      drawn.current = false
      return was
    },
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        const box = scroller.current
        drawn.current = false
        if (box === null || event.pointerType !== 'mouse' || event.button !== 0 || isOnEntry(event)) return
        const pointer = { x: event.clientX, y: event.clientY }
        const kept = event.ctrlKey || event.metaKey ? selection.ids : new Set<string>()
        drawing.current = { from: inContent(box, pointer), pointer, kept, known: new Map(), begun: false }
        box.setPointerCapture(event.pointerId)
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (drawing.current === null) return
        drawing.current.pointer = { x: event.clientX, y: event.clientY }
        draw()
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  }
}

function isOnEntry({ target, currentTarget, clientX }: PointerEvent<HTMLElement>): boolean {
  // The scroll bar is no ground to draw on.
  if (clientX > currentTarget.getBoundingClientRect().left + currentTarget.clientWidth) return true
  return target instanceof Element && target.closest('[data-entry], button, a, input') !== null
}

function inContent(box: HTMLElement, { x, y }: { x: number; y: number }) {
  const { left, top } = box.getBoundingClientRect()
  return { x: x - left, y: y - top + box.scrollTop }
}

const edgesOf = (box: HTMLElement) => {
  const { top, bottom } = box.getBoundingClientRect()
  return { top, bottom }
}

function placesIn(box: HTMLElement): [string, Band][] {
  const origin = box.getBoundingClientRect()
  return [...box.querySelectorAll<HTMLElement>('[data-entry]')].map((entry) => {
    const { left, top, right, bottom } = entry.getBoundingClientRect()
    const down = box.scrollTop - origin.top
    const place = { left: left - origin.left, top: top + down, right: right - origin.left, bottom: bottom + down }
    return [entry.dataset['entry'] ?? '', place]
  })
}
