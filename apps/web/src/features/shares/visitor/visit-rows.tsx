'use client'

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import type { VisitedItem } from '../schema.ts'
import { VisitRow, type VisitRowProps } from './visit-row.tsx'

const ROW_PX = 40
const PHONE_ROW_PX = 60

export type VisitItemsProps = {
  items: readonly VisitedItem[]
  phone: boolean
  /** The last item on the screen, by place. */
  onShown: (last: number) => void
  cellOf: (item: VisitedItem, index: number) => VisitRowProps
}

/** Rows, drawn as far as they are on the screen; the page itself scrolls. */
export function VisitRows({ items, phone, onShown, cellOf }: VisitItemsProps) {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useEffect(() => setTop(box.current?.offsetTop ?? 0), [])
  const rowPx = phone ? PHONE_ROW_PX : ROW_PX
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => rowPx,
    overscan: 10,
    scrollMargin: top,
  })
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => onShown(last), [onShown, last])
  return (
    <div ref={box} className="relative" style={{ height: rows.getTotalSize() }}>
      {shown.map(({ index, start }) => {
        const item = items[index]
        if (item === undefined) return null
        return (
          <div
            key={item.id}
            className="absolute inset-x-0"
            style={{ height: rowPx, transform: `translateY(${start - top}px)` }}
          >
            <VisitRow {...cellOf(item, index)} />
          </div>
        )
      })}
    </div>
  )
}
