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
import type { FolderState } from './use-folder.ts'
import { useHeadings } from './use-headings.ts'
import { useLoadedAround } from './use-loaded-around.ts'
import { useThumbnails } from './use-thumbnails.ts'

const PHONE_ROW_PX = 60
const TOUCH_ROW_PX = 48
const OVERSCAN = 8
const HEADING_PX = 38

export type EntryViewProps = {
  label: string
  items: readonly EntryItem[]
  /** The position of the first of them. */
  start: number
  total: number
  selection: Selection
  waitingIds: ReadonlySet<string>
  handlers: EntryHandlers
  pages: Pick<FolderState, 'loadMore' | 'loadBefore' | 'jumpTo'>
  scroller: RefObject<HTMLDivElement | null>
  initialOffset: number
  /** The entry that must be on the screen and have the focus: changes with each step of the keyboard. */
  reveal: { id: string; focus: boolean } | null
}

/** The rows of a folder; only those on the screen exist, the others are as high as they will be. */
export function EntryList(props: EntryViewProps) {
  const { label, items, start, total, selection, waitingIds, handlers, pages, scroller, initialOffset, reveal } = props
  const t = useTranslations('drive')
  const phone = usePhone()
  const coarse = useCoarsePointer()
  const { preferences } = usePreferences()
  const rowHeight = listRowHeight(rowHeights[preferences.density], phone, coarse)
  const focusAt = useMemo(() => positionOf(items, start, selection.focus), [items, start, selection.focus])
  const headings = useHeadings(items)
  const itemAt = (index: number) => items[index - start]
  const headingAt = (index: number) => headings.get(index - start)
  const virtualizer = useVirtualizer({
    count: Math.max(total, start + items.length),
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowHeight + (headingAt(index) === undefined ? 0 : HEADING_PX),
    overscan: OVERSCAN,
    initialOffset,
    getItemKey: (index) => itemAt(index)?.id ?? `later-${index}`,
    rangeExtractor: (range) => rangeWith(range, focusAt),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: known heights are forgotten when rows get another height.
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight, headings])
  useReveal(reveal, items, (index) => virtualizer.scrollToIndex(start + index, { align: 'auto' }))

  const rows = virtualizer.getVirtualItems()
  const { startIndex: first = 0, endIndex: last = 0 } = virtualizer.range ?? {}
  useLoadedAround({ first, last, start, end: start + items.length, total, pages })

  const shown = rows.flatMap(({ index }) => itemAt(index) ?? [])
  const copies = useCopies(shown.filter(({ kind, size }) => kind === 'file' && size > 0).map(({ id }) => id))
  const thumbnails = useThumbnails(shown)
  const selecting = selectedCount(selection, total) > 0
  const tabStop = Math.max(start, focusAt)
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
      {rows.map(({ index, key, start: top, size }) => {
        const item = itemAt(index)
        return (
          <div
            key={key}
            role="presentation"
            className="entry-slot absolute inset-x-0 top-0 flex flex-col"
            style={{ height: size, transform: `translateY(${top}px)` }}
          >
            {headingAt(index) === undefined ? null : <RowHeading text={headingAt(index) ?? ''} />}
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

function positionOf(items: readonly EntryItem[], start: number, id: string | null): number {
  const at = id === null ? -1 : items.findIndex((item) => item.id === id)
  return at < 0 ? -1 : start + at
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
  const scrolled = useRef<unknown>(null)
  const done = useRef<unknown>(null)
  // After each commit: the row of what lies far away, or in a list that has just come, is made by a later one.
  useEffect(() => {
    if (reveal === null || done.current === reveal) return
    const index = items.findIndex(({ id }) => id === reveal.id)
    if (index < 0) return
    if (scrolled.current !== reveal) scrollTo(index)
    scrolled.current = reveal
    if (reveal.focus && document.getElementById(`entry-${reveal.id}`) === null) return
    done.current = reveal
    if (reveal.focus) requestAnimationFrame(() => focusUnlessAsked(`entry-${reveal.id}`))
  })
}

/** A dialog that has come since keeps the focus: somebody types into it already. */
function focusUnlessAsked(id: string): void {
  const isAsked = document.activeElement?.closest('[role="dialog"][data-state="open"]') != null
  if (!isAsked) document.getElementById(id)?.focus({ preventScroll: true })
}
