'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useCoarsePointer } from '../../components/use-media-query.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { listMarks } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { markAt, placeOnTrack, shareOfTrack } from './scrubbing.ts'

const STAYS_MS = 900
/** Faster than this, in screens at once, one is looking for a place and not reading. */
const FAST_SCREENS = 0.6
const FRESH_MS = 60_000

type Shown = { top: number; position: number }

/** Beside a long list: where one is while going through it fast, and on touch screens a handle to go with. */
export function Scrubber({ scroller }: { scroller: RefObject<HTMLElement | null> }) {
  const touch = useCoarsePointer()
  const { total } = useDrive().state
  const { shown, keep } = useFastScroll(scroller, total, touch)
  const text = useMarkText(shown?.position ?? null)
  if (shown === null) return null
  const drag = (event: PointerEvent) => {
    const box = scroller.current
    if (box === null || event.buttons === 0) return
    const track = box.getBoundingClientRect()
    box.scrollTop = shareOfTrack(event.clientY, track) * (box.scrollHeight - box.clientHeight)
    keep()
  }
  return (
    <div className="pointer-events-none sticky top-0 z-10 h-0" aria-hidden="true">
      <div className="absolute right-0 flex items-center gap-1.5" style={{ transform: `translateY(${shown.top}px)` }}>
        <span className="whitespace-nowrap rounded-button bg-ink px-3 py-1.5 font-semibold text-13 text-surface tabular-nums shadow-2">
          {text}
        </span>
        {touch ? (
          <span
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={drag}
            className="pointer-events-auto flex h-12 w-11 touch-none items-center justify-end pr-1"
          >
            <span className="h-11 w-1.5 rounded-full bg-control" />
          </span>
        ) : null}
      </div>
    </div>
  )
}

/** The first position on the screen while the list goes by fast, and for a moment longer. */
function useFastScroll(scroller: RefObject<HTMLElement | null>, total: number, always: boolean) {
  const [shown, setShown] = useState<Shown | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const hideLater = useRef(() => {
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = setTimeout(() => setShown(null), STAYS_MS)
  })
  useEffect(() => {
    const box = scroller.current
    if (box === null) return
    let last = box.scrollTop
    const scroll = () => {
      const isFast = Math.abs(box.scrollTop - last) > FAST_SCREENS * box.clientHeight
      last = box.scrollTop
      if (!isFast && !always && timer.current === null) return
      setShown(placeOnTrack(box, total))
      hideLater.current()
    }
    box.addEventListener('scroll', scroll, { passive: true })
    return () => {
      box.removeEventListener('scroll', scroll)
      if (timer.current !== null) clearTimeout(timer.current)
    }
  }, [scroller, total, always])
  return { shown, keep: hideLater.current }
}

/** What stands at a position: its letter or month, and which item it is. */
function useMarkText(position: number | null): string {
  const t = useTranslations('drive')
  const format = useFormat()
  const { folderId, order } = useDrive()
  const { data } = useQuery({
    queryKey: ['marks', folderId, order.sort, order.direction],
    queryFn: ({ signal }) => listMarks(folderId, order, signal),
    staleTime: FRESH_MS,
  })
  if (position === null) return ''
  const n = format.count(position + 1)
  const mark = markAt(data ?? [], position)
  if (mark === null) return t('item', { n })
  return t('position', { where: order.sort === 'modified' ? format.month(mark) : mark.toLocaleUpperCase(), n })
}
