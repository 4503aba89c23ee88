'use client'

import { type PointerEvent, useRef } from 'react'

const AWAY_PX = 80

/** The bar at the top of a sheet on phones: dragging it down moves the sheet along and closes it. */
export function SheetHandle({ onAway }: { onAway: () => void }) {
  const start = useRef<number | null>(null)
  const sheetOf = (event: PointerEvent<HTMLElement>) => event.currentTarget.closest<HTMLElement>('[role="dialog"]')

  const move = (event: PointerEvent<HTMLElement>) => {
    if (start.current === null) return
    const distance = Math.max(0, event.clientY - start.current)
    sheetOf(event)?.style.setProperty('translate', `0 ${distance}px`)
  }
  const end = (event: PointerEvent<HTMLElement>) => {
    if (start.current === null) return
    const distance = event.clientY - start.current
    start.current = null
    if (distance > AWAY_PX) onAway()
    else sheetOf(event)?.style.removeProperty('translate')
  }

  return (
    <div
      aria-hidden="true"
      className="hidden touch-none pt-3 pb-2.5 phone:block"
      onPointerDown={(event) => {
        start.current = event.clientY
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <div className="mx-auto h-1 w-9 rounded-full bg-line-2" />
    </div>
  )
}
