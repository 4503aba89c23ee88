'use client'

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useTranslations } from 'next-intl'
import { memo, type RefObject, useEffect, useRef, useState } from 'react'
import { cn } from '../../../components/class-names.ts'
import { FileName } from '../../../components/file-name.tsx'
import { FileTile } from '../../../components/file-tile.tsx'
import { Thumbnail } from '../../../components/thumbnail.tsx'
import { useFormat } from '../../../i18n/use-format.ts'
import { visitedId } from './use-visit-keys.ts'
import { MoreActions, type VisitRowProps } from './visit-row.tsx'
import type { VisitItemsProps } from './visit-rows.tsx'
import { Tick } from './visit-tick.tsx'

const CELL_WIDTH_MIN_PX = 172
const PHONE_COLUMNS = 2
const GAP_PX = 12
const CAPTION_PX = 62

/** The files and folders of a link as pictures; only the lines on the screen are drawn. */
export function VisitGrid({ items, phone, onShown, cellOf }: VisitItemsProps) {
  const box = useRef<HTMLDivElement>(null)
  const { top, width } = usePlace(box)
  const columns = phone ? PHONE_COLUMNS : Math.max(2, Math.floor((width + GAP_PX) / (CELL_WIDTH_MIN_PX + GAP_PX)))
  const linePx = Math.round(((width - GAP_PX * (columns - 1)) / columns) * 0.75) + CAPTION_PX
  const lines = useWindowVirtualizer({
    count: Math.ceil(items.length / columns),
    estimateSize: () => linePx,
    overscan: 4,
    scrollMargin: top,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: known heights are forgotten when cells get another size.
  useEffect(() => lines.measure(), [lines, linePx])
  const shown = lines.getVirtualItems()
  const last = ((shown.at(-1)?.index ?? 0) + 1) * columns
  useEffect(() => onShown(last), [onShown, last])
  return (
    <div ref={box} className="relative" style={{ height: lines.getTotalSize() }}>
      {shown.map(({ index, start }) => (
        <div
          key={index}
          data-visit-line
          role="row"
          className="absolute inset-x-0 grid"
          style={{
            height: linePx,
            transform: `translateY(${start - top}px)`,
            gap: GAP_PX,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {items.slice(index * columns, (index + 1) * columns).map((item, place) => (
            <VisitCell key={item.id} {...cellOf(item, index * columns + place)} />
          ))}
        </div>
      ))}
    </div>
  )
}

/** Where the list begins in the page, and how wide it is. */
function usePlace(box: RefObject<HTMLDivElement | null>) {
  const [place, setPlace] = useState({ top: 0, width: 960 })
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setPlace({ top: element.offsetTop, width: element.offsetWidth }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return place
}

const VisitCell = memo(function VisitCell(props: VisitRowProps) {
  const { item, phone, selected, selecting, onOpen, onToggle } = props
  const t = useTranslations('visitor')
  const format = useFormat()
  return (
    <div
      role="cell"
      className={cn(
        'group/row relative h-fit min-w-0 rounded-card p-1.5',
        selected ? 'bg-select' : 'desk:hover:bg-hover',
      )}
    >
      <div className="relative grid aspect-4/3 place-items-center overflow-hidden rounded-button bg-canvas inset-ring inset-ring-line">
        <FileTile name={item.name} kind={item.kind} category={item.category} form="grid" />
        {item.thumbnailUrl === undefined ? null : <Thumbnail url={item.thumbnailUrl} />}
      </div>
      <div className="flex items-start gap-1 px-1 pt-2">
        <div className="min-w-0 flex-1">
          <button
            type="button"
            id={visitedId(item.id)}
            aria-label={item.name}
            aria-describedby={`facts-${item.id}`}
            onClick={() => onOpen(item)}
            className="block w-full text-left after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-card focus-visible:after:outline-2 focus-visible:after:outline-focus"
          >
            <FileName name={item.name} className="text-13" />
          </button>
          <span id={`facts-${item.id}`} className="mt-0.5 block truncate text-12 text-ink-3 tabular-nums">
            {item.kind === 'folder' ? t('items', { n: item.items ?? 0 }) : format.size(item.size)}
          </span>
        </div>
        {phone || props.onDownload !== undefined ? (
          <span
            className={cn(
              'relative z-[1] -mr-1',
              !phone && 'opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 coarse:opacity-100',
            )}
          >
            <MoreActions {...props} />
          </span>
        ) : null}
      </div>
      {onToggle === undefined ? null : (
        <button
          type="button"
          role="checkbox"
          aria-checked={selected}
          aria-label={t('select', { name: item.name })}
          onClick={() => onToggle(item.id)}
          className={cn(
            'absolute top-1.5 left-1.5 z-[1] grid size-9 place-items-center *:bg-raised coarse:size-11',
            selected && '*:bg-accent',
            !phone && !selected && !selecting && 'opacity-0 focus-visible:opacity-100 group-hover/row:opacity-100',
          )}
        >
          <Tick checked={selected} />
        </button>
      )}
    </div>
  )
})
