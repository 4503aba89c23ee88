'use client'

import { type RefObject, useEffect, useRef } from 'react'
import type { FolderView } from '../use-folder-pane.ts'
import { SwipeActions } from './swipe-actions.tsx'
import { trackTouches } from './touch-track.ts'
import { usePaint } from './use-paint.ts'
import { usePull } from './use-pull.tsx'
import { useSwipe } from './use-swipe.ts'

type TouchGesturesProps = {
  view: FolderView
  scroller: RefObject<HTMLElement | null>
  /** Rows can be swiped; pictures of the grid cannot. */
  swipes: boolean
}

/**
 * What fingers do on the list besides tapping: going over entries selects them, a row swept to the left shows what can be
 * done with it, a list pulled down is asked for again.
 */
export function TouchGestures({ view, scroller, swipes }: TouchGesturesProps) {
  const paint = usePaint(view, scroller)
  const swipe = useSwipe(view, swipes)
  const pull = usePull()
  const parts = useRef({ paint, swipe: swipe.part, pull: pull.part })
  parts.current = { paint, swipe: swipe.part, pull: pull.part }
  useEffect(() => {
    const box = scroller.current
    return box === null ? undefined : trackTouches(box, () => parts.current)
  }, [scroller])
  return (
    <>
      {pull.indicator}
      {swipe.open === null ? null : <SwipeActions row={swipe.open} actions={view.actions} onClose={swipe.close} />}
    </>
  )
}
