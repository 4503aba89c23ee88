'use client'

import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { useTranslations } from 'next-intl'
import { type RefObject, useEffect, useMemo, useRef } from 'react'
import { rowHeights } from '../../components/preferences.ts'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { useCoarsePointer, usePhone } from '../../components/use-media-query.ts'
import { EntryRow } from './entry-row.tsx'
import type { EntryItem } from './schema.ts'
import { isSelected, type Selection, selectedCount } from './selection.ts'
import { SkeletonRow } from './skeleton-rows.tsx'
import { useCopies } from './use-copies.ts'
import type { EntryHandlers } from './use-entry-pointer.ts'
import { useHeadings } from './use-headings.ts'
import { useThumbnails } from './use-thumbnails.ts'

const PHONE_ROW_PX = 60
const TOUCH_ROW_PX = 48
const OVERSCAN = 8
const HEADING_PX = 38
/** Pages are asked for this many rows ahead of the scroll. */
const AHEAD = 60

export type EntryViewProps = {
  label: string
  items: readonly EntryItem[]
  total: number
  selection: Selection
  waitingIds: ReadonlySet<string>
  handlers: EntryHandlers
  loadMore: () => void
  scroller: RefObject<HTMLDivElement | null>
  initialOffset: number
  /** The entry that must be on the screen and have the focus: changes with each step of the keyboard. */
  reveal: { id: string; focus: boolean } | null
}

/** The rows of a folder; only those on the screen exist, the others are as high as they will be. */
export function EntryList(props: EntryViewProps) {
  const { label, items, total, selection, waitingIds, handlers, loadMore, scroller, initialOffset, reveal } = props
  const t = useTranslations('drive')
  const phone = usePhone()
  const coarse = useCoarsePointer()
  const { preferences } = usePreferences()
  const rowHeight = listRowHeight(rowHeights[preferences.density], phone, coarse)
  const focusAt = useMemo(() => items.findIndex(({ id }) => id === selection.focus), [items, selection.focus])
  const headings = useHeadings(items)
  const virtualizer = useVirtualizer({
    count: Math.max(total, items.length),
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowHeight + (headings.has(index) ? HEADING_PX : 0),
    overscan: OVERSCAN,
    initialOffset,
    getItemKey: (index) => items[index]?.id ?? `later-${index}`,
    rangeExtractor: (range) => rangeWith(range, focusAt),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: known heights are forgotten when rows get another height.
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight, headings])
  useReveal(reveal, items, (index) => virtualizer.scrollToIndex(index, { align: 'auto' }))

  const rows = virtualizer.getVirtualItems()
  const lastShown = rows.at(-1)?.index ?? 0
  const short = items.length < total && lastShown + AHEAD >= items.length
  useEffect(() => {
    if (short) loadMore()
  }, [short, loadMore])

  const shown = rows.flatMap(({ index }) => items[index] ?? [])
  const copies = useCopies(shown.filter(({ kind, size }) => kind === 'file' && size > 0).map(({ id }) => id))
  const thumbnails = useThumbnails(shown)
  const selecting = selectedCount(selection, total) > 0
  const tabStop = Math.max(0, focusAt)
  return (
    <div
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={total + 1}
      aria-colcount={phone ? 1 : 5}
      className="relative mx-4 phone:mx-1"
      style={{ height: virtualizer.getTotalSize() }}
    >
      <div role="row" aria-rowindex={1} className="sr-only">
        <span role="columnheader">{t('name')}</span>
      </div>
      {rows.map(({ index, key, start, size }) => {
        const item = items[index]
        return (
          <div
            key={key}
            role="presentation"
            className="entry-slot absolute inset-x-0 top-0 flex flex-col"
            style={{ height: size, transform: `translateY(${start}px)` }}
          >
            {headings.has(index) ? <RowHeading text={headings.get(index) ?? ''} /> : null}
            {item === undefined ? (
              <SkeletonRow index={index} phone={phone} />
            ) : (
              <EntryRow
                item={item}
                index={index}
                selected={isSelected(selection, item.id)}
                selecting={selecting}
                current={index === tabStop}
                waiting={waitingIds.has(item.id)}
                copies={copies.get(item.id)}
                thumbnail={thumbnails.get(item.id)}
                form={phone ? 'phone' : 'desk'}
                handlers={handlers}
              />
            )}
          </div>
        )
      })}
    </div>
  )
}

function RowHeading({ text }: { text: string }) {
  return (
    <div style={{ height: HEADING_PX }} className="flex shrink-0 items-end px-2 pb-1.5 font-[550] text-13 text-ink-2">
      {text}
    </div>
  )
}

export function listRowHeight(chosen: number, phone: boolean, coarse: boolean): number {
  if (phone) return PHONE_ROW_PX
  return coarse ? Math.max(TOUCH_ROW_PX, chosen) : chosen
}

// The focused row stays an element wherever the list is scrolled to, or the keyboard would lose its place.
function rangeWith(range: Range, focusAt: number): number[] {
  const indexes = defaultRangeExtractor(range)
  if (focusAt < 0 || indexes.includes(focusAt)) return indexes
  return [...indexes, focusAt].sort((a, b) => a - b)
}

/** Scrolls to an entry, and gives it the focus once its element exists. */
export function useReveal(
  reveal: { id: string; focus: boolean } | null,
  items: readonly EntryItem[],
  scrollTo: (index: number) => void,
): void {
  const done = useRef<unknown>(null)
  useEffect(() => {
    if (reveal === null || done.current === reveal) return
    const index = items.findIndex(({ id }) => id === reveal.id)
    if (index < 0) return
    done.current = reveal
    scrollTo(index)
    if (reveal.focus) {
      requestAnimationFrame(() => document.getElementById(`entry-${reveal.id}`)?.focus({ preventScroll: true }))
    }
  }, [reveal, items, scrollTo])
}
