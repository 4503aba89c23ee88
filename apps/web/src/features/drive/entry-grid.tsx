'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { useTranslations } from 'next-intl'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { usePhone } from '../../components/use-media-query.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { EntryCell, FolderStrip } from './entry-cell.tsx'
import { type EntryViewProps, useReveal } from './entry-list.tsx'
import { type GridLine, gridLines } from './grid-lines.ts'
import { isSelected, selectedCount } from './selection.ts'
import { useCopies } from './use-copies.ts'
import { useHeadings } from './use-headings.ts'
import { useThumbnails } from './use-thumbnails.ts'

const GAP_PX = 16
const PHONE_GAP_PX = 8
const CAPTION_PX = 58
// As high as the selection bar that lies over the first one.
const HEADING_PX = 38
const STRIP_PX = 64
const AHEAD_LINES = 6

type EntryGridProps = EntryViewProps & { onColumns: (columns: number) => void }

/** The folder as pictures: folders as strips first, then cells of 4:3. The same keys, arrows in two dimensions. */
export function EntryGrid(props: EntryGridProps) {
  const { label, items, start, total, selection, waitingIds, handlers, pages, scroller, initialOffset, reveal } = props
  const t = useTranslations('drive')
  const format = useFormat()
  const phone = usePhone()
  const width = useWidth(scroller)
  const layout = useMemo(() => gridLayout(width, phone), [width, phone])
  const headings = useHeadings(items)
  const lines = useMemo(() => gridLines(items, { ...layout, headings }), [items, layout, headings])
  const { onColumns } = props
  useEffect(() => onColumns(layout.columns), [onColumns, layout.columns])

  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => lineHeight(lines[index], layout.cellHeight),
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 3,
    initialOffset,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: known heights are forgotten when cells get another size.
  useEffect(() => virtualizer.measure(), [virtualizer, layout])
  useReveal(reveal, items, (index) => {
    const id = items[index]?.id
    virtualizer.scrollToIndex(
      lines.findIndex((line) => line.kind !== 'heading' && line.items.some((item) => item.id === id)),
    )
  })

  const shown = virtualizer.getVirtualItems()
  const nearEnd = start + items.length < total && (shown.at(-1)?.index ?? 0) + AHEAD_LINES >= lines.length
  const nearStart = start > 0 && (shown[0]?.index ?? 0) < AHEAD_LINES
  const { loadMore, loadBefore } = pages
  useEffect(() => {
    if (nearEnd) loadMore()
    else if (nearStart) loadBefore()
  }, [nearEnd, nearStart, loadMore, loadBefore])
  useSteadyScroll(scroller, start, virtualizer.getTotalSize())

  const files = shown.flatMap(({ index }) => {
    const line = lines[index]
    return line?.kind === 'files' ? line.items.filter(({ size }) => size > 0) : []
  })
  const copies = useCopies(files.map(({ id }) => id))
  const thumbnails = useThumbnails(files)
  const selecting = selectedCount(selection, total) > 0
  const tabStop =
    selection.focus !== null && items.some(({ id }) => id === selection.focus) ? selection.focus : items[0]?.id
  const common = { selecting, waitingIds, handlers }
  return (
    <div
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={lines.length}
      aria-colcount={layout.columns}
      className="relative mx-5 phone:mx-2.5"
      style={{ height: virtualizer.getTotalSize() + GAP_PX }}
    >
      {shown.map(({ index, key, start: top, size }) => {
        const line = lines[index]
        if (line === undefined) return null
        const place = { height: size, transform: `translateY(${top}px)` }
        if (line.kind === 'heading') {
          return (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 1}
              className="absolute inset-x-1 top-0 flex items-baseline gap-2 pt-2.5 font-[550] text-13 text-ink-2"
              style={place}
            >
              <span role="rowheader">
                {line.text ?? (line.of === 'folders' ? t('foldersHeading') : t('filesHeading'))}
              </span>
              {line.text === undefined ? (
                <span role="gridcell" className="font-normal text-ink-3 tabular-nums">
                  {line.of === 'folders' ? format.count(line.count) : format.count(total - start - line.before)}
                </span>
              ) : null}
            </div>
          )
        }
        const columns = line.kind === 'folders' ? layout.folderColumns : layout.columns
        return (
          <div
            key={key}
            role="row"
            aria-rowindex={index + 1}
            className="absolute inset-x-0 top-0 grid"
            style={{
              ...place,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              columnGap: line.kind === 'folders' ? 4 : layout.gap,
            }}
          >
            {line.items.map((item) => {
              const Part = line.kind === 'folders' ? FolderStrip : EntryCell
              return (
                <Part
                  key={item.id}
                  item={item}
                  selected={isSelected(selection, item.id)}
                  current={item.id === tabStop}
                  copies={copies.get(item.id)}
                  thumbnail={thumbnails.get(item.id)}
                  {...common}
                />
              )
            })}
          </div>
        )
      })}
    </div>
  )
}

type Layout = { columns: number; folderColumns: number; gap: number; cellHeight: number }

function gridLayout(width: number, phone: boolean): Layout {
  const inner = Math.max(0, width - (phone ? 20 : 40))
  const gap = phone ? PHONE_GAP_PX : GAP_PX
  const columns = phone ? 2 : Math.max(2, Math.floor((inner + gap) / (172 + gap)))
  const folderColumns = phone ? 1 : Math.max(1, Math.floor((inner + 12) / 232))
  const cell = (inner - gap * (columns - 1)) / columns
  return { columns, folderColumns, gap, cellHeight: Math.round(((cell - 12) * 3) / 4 + CAPTION_PX + gap) }
}

function lineHeight(line: GridLine | undefined, cellHeight: number): number {
  if (line === undefined || line.kind === 'heading') return HEADING_PX
  return line.kind === 'folders' ? STRIP_PX : cellHeight
}

/** What comes before the loaded entries moves nothing on the screen. */
function useSteadyScroll(scroller: EntryViewProps['scroller'], start: number, height: number): void {
  const last = useRef({ start, height })
  useLayoutEffect(() => {
    const grown = height - last.current.height
    if (start < last.current.start && grown > 0 && scroller.current !== null) scroller.current.scrollTop += grown
    last.current = { start, height }
  }, [scroller, start, height])
}

function useWidth(scroller: EntryViewProps['scroller']): number {
  const [width, setWidth] = useState(() => scroller.current?.clientWidth ?? 1000)
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller])
  return width
}
