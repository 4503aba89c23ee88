'use client'

import { useEffect, useRef } from 'react'
import type { FolderState } from './use-folder.ts'

/** Pages are asked for this many rows ahead of the scroll. */
const AHEAD = 60
/** Farther than this from what is loaded, pages in between are passed over. */
const FAR = 200
/** As long as a hand needs to stop: a fling over a long list asks for nothing on its way. */
const STOPPED_MS = 90
/** Who has jumped from elsewhere is about to scroll there. */
const FOLLOWED_MS = 1_000

type LoadedAround = {
  /** Positions on the screen, and of what is loaded. */
  first: number
  last: number
  start: number
  end: number
  total: number
  pages: Pick<FolderState, 'loadMore' | 'loadBefore' | 'jumpTo'>
}

/** Keeps what is on the screen loaded: page by page ahead of the scroll, or with a jump after a long way. */
export function useLoadedAround({ first, last, start, end, total, pages }: LoadedAround): void {
  const { loadMore, loadBefore, jumpTo } = pages
  const asked = useRef<number | null>(null)
  const led = useRef({ start, own: false, at: Number.NEGATIVE_INFINITY })
  useEffect(() => {
    if (Math.abs(start - led.current.start) > FAR) {
      led.current = { start, own: false, at: led.current.own ? led.current.at : performance.now() }
    }
    led.current.start = start
    const isFar = first > end + FAR || last < start - FAR
    if (isFar && jumpTo !== null) {
      if (asked.current === first) return
      const jump = () => {
        asked.current = first
        led.current.own = true
        // Without an answer the rows stay empty; the next movement asks again.
        const again = () => {
          asked.current = null
        }
        void jumpTo({ at: first }).then(again, again)
      }
      const timer = setTimeout(jump, Math.max(STOPPED_MS, led.current.at + FOLLOWED_MS - performance.now()))
      return () => clearTimeout(timer)
    }
    const wantsMore = end < total && last + AHEAD >= end
    const wantsBefore = start > 0 && first - AHEAD <= start
    // One after the other, since each ends the other: first what is missing on the screen.
    if (wantsBefore && (first < start || !wantsMore)) loadBefore()
    else if (wantsMore) loadMore()
    return
  }, [first, last, start, end, total, loadMore, loadBefore, jumpTo])
}
