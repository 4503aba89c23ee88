'use client'

import { useCallback, useRef, useState } from 'react'
import { useDrive } from '../drive-context.tsx'
import { focusOn, selectedCount } from '../selection.ts'
import type { FolderView } from '../use-folder-pane.ts'
import type { TouchPart } from './touch-track.ts'

/** Room for two buttons. */
export const SWIPED_PX = 152
const OPENS_PX = 56

/** A row that goes to the left with the finger. */
export function useSwipe(view: FolderView, enabled: boolean) {
  const { items, total } = useDrive().state
  const [open, setOpen] = useState<HTMLElement | null>(null)
  const row = useRef<HTMLElement | null>(null)
  const by = useRef(0)
  const selecting = selectedCount(view.selection, total) > 0

  const close = useCallback(() => {
    if (row.current !== null) settle(row.current, 0)
    row.current = null
    setOpen(null)
  }, [])
  const part: TouchPart = {
    begin: ({ target }) => {
      if (open !== null && !open.parentElement?.contains(target)) close()
      return enabled && !selecting && target.closest('[data-entry]') !== null
    },
    move: ({ x }, { x: from, target }) => {
      const swiped = target.closest<HTMLElement>('[data-entry]')
      if (swiped === null) return
      if (row.current !== swiped) {
        row.current = swiped
        const item = items.find(({ id }) => id === swiped.dataset['entry'])
        // The actions are about the row under the finger.
        if (item !== undefined) view.setSelection(focusOn(view.selection, item.id))
        setOpen(swiped)
      }
      by.current = Math.max(0, Math.min(SWIPED_PX + 24, from - x))
      swiped.style.transition = 'none'
      swiped.style.background = 'var(--surface)'
      swiped.style.transform = `translateX(${-by.current}px)`
    },
    end: () => {
      if (by.current < OPENS_PX) close()
      else if (row.current !== null) settle(row.current, -SWIPED_PX)
    },
  }
  return { part, open, close }
}

function settle(row: HTMLElement, x: number): void {
  row.style.transition = 'transform 160ms cubic-bezier(.2,0,0,1)'
  if (x === 0) row.style.background = ''
  row.style.transform = x === 0 ? '' : `translateX(${x}px)`
}
