'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { cn } from '../../components/class-names.ts'
import { FileTile } from '../../components/file-tile.tsx'
import { Thumbnail } from '../../components/thumbnail.tsx'
import type { EntryItem } from '../../lib/entries/entry-item.ts'

const STEP_PX = 60

type FilmStripProps = {
  entries: readonly EntryItem[]
  index: number
  thumbnails: ReadonlyMap<string, string>
  label: string
  onStep: (entry: EntryItem) => void
}

/** The files beside the one that is shown, as small pictures. */
export function FilmStrip({ entries, index, thumbnails, label, onStep }: FilmStripProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    horizontal: true,
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => STEP_PX,
    overscan: 6,
    // The first and the last can stand in the middle as well.
    paddingStart: 24,
    paddingEnd: 24,
  })
  useEffect(() => {
    virtualizer.scrollToIndex(index, { align: 'center' })
  }, [virtualizer, index])
  return (
    <nav aria-label={label} className="flex h-[84px] shrink-0 justify-center overflow-hidden phone:h-[72px]">
      <div ref={scroller} className="max-w-full overflow-x-auto [scrollbar-width:none]">
        <div className="relative h-full" style={{ width: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((place) => {
            const entry = entries[place.index]
            if (entry === undefined) return null
            const current = place.index === index
            return (
              <button
                key={entry.id}
                type="button"
                tabIndex={-1}
                aria-label={entry.name}
                aria-current={current}
                onClick={() => onStep(entry)}
                className={cn(
                  'absolute top-1/2 grid -translate-y-1/2 place-items-center overflow-hidden rounded-tile bg-raised transition-opacity',
                  current
                    ? '-ml-1 h-12 w-[60px] z-10 ring-2 ring-accent ring-offset-2 ring-offset-sunken'
                    : 'h-10 w-[52px] opacity-62 hover:opacity-100',
                )}
                style={{ left: place.start + 3 }}
              >
                <FileTile name={entry.name} kind="file" category={entry.category} />
                <Picture url={thumbnails.get(entry.id) ?? entry.thumbnailUrl} />
              </button>
            )
          })}
        </div>
      </div>
    </nav>
  )
}

function Picture({ url }: { url: string | undefined }) {
  return url === undefined ? null : <Thumbnail key={url} url={url} />
}
