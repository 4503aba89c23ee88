'use client'

import { useTranslations } from 'next-intl'
import { type Ref, useImperativeHandle, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { FileTile } from '../../components/file-tile.tsx'
import type { EntryItem } from './schema.ts'

export type DragGhostHandle = { show: (item: EntryItem, count: number) => HTMLElement | null }

/** What hangs on the pointer while entries are dragged: the first tile and, for several, their number. */
export function DragGhost({ ref }: { ref: Ref<DragGhostHandle> }) {
  const t = useTranslations('drive')
  const box = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState<{ item: EntryItem; count: number } | null>(null)
  useImperativeHandle(ref, () => ({
    // The browser takes its picture inside the dragstart event.
    show: (item, count) => {
      flushSync(() => setShown({ item, count }))
      return box.current
    },
  }))
  return (
    <div
      ref={box}
      aria-hidden="true"
      className="fixed top-0 -left-[999px] flex h-10 max-w-[280px] items-center gap-2.5 rounded-card bg-raised pr-3.5 pl-2 shadow-2"
    >
      {shown === null ? null : (
        <>
          <FileTile name={shown.item.name} kind={shown.item.kind} category={shown.item.category} />
          <span className="truncate font-[450]">
            {shown.count === 1 ? shown.item.name : t('dragging', { n: shown.count })}
          </span>
        </>
      )}
    </div>
  )
}
