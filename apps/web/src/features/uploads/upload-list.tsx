'use client'

import { Folder } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import type { PanelRow } from './panel-rows.ts'
import { type RowActions, UploadRow } from './upload-row.tsx'
import type { UploadStore } from './upload-store.ts'
import { useKeptFocus } from './use-kept-focus.ts'

const GROUP_PX = 32
const ROW_PX = { phone: 62, desk: 52 } as const
/** Painted above and below the screen, so that scrolling does not show gaps. */
const AHEAD_PX = 320

type UploadListProps = { store: UploadStore; onlyFailed: boolean; actions: RowActions }

/** The files of the panel, grouped by folder; only what is on the screen exists as elements. */
export function UploadList({ store, onlyFailed, actions }: UploadListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState({ top: 0, height: 600 })
  const phone = usePhone()
  useKeptFocus(scroller)
  const sizes = { groupHeight: GROUP_PX, rowHeight: phone ? ROW_PX.phone : ROW_PX.desk, onlyFailed }
  const rows = store.rowsBetween({ ...sizes, from: seen.top - AHEAD_PX, to: seen.top + seen.height + AHEAD_PX })
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const look = () => setSeen({ top: element.scrollTop, height: element.clientHeight })
    const resized = new ResizeObserver(look)
    resized.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [])
  return (
    <div ref={scroller} className="scrollbar-thin min-h-0 overflow-y-auto pb-1.5 phone:flex-1">
      <ul className="relative" style={{ height: store.height(sizes) }}>
        {rows.map((row) => (
          <li
            key={row.key}
            data-row={row.key}
            tabIndex={-1}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${row.top}px)` }}
          >
            <Row row={row} store={store} actions={actions} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Row({ row, store, actions }: { row: PanelRow; store: UploadStore; actions: RowActions }) {
  const t = useTranslations('uploads')
  if (row.kind === 'file') {
    const item = store.item(row.id)
    return item === undefined ? null : <UploadRow item={item} waitingBehind={row.waitingBehind} actions={actions} />
  }
  return (
    <div className="flex h-8 items-center gap-2 px-[18px] text-12 text-ink-3">
      <Icon of={Folder} size="tiny" />
      <bdi className="min-w-0 truncate font-medium">{row.label}</bdi>
      <span className="ml-auto shrink-0 tabular-nums">{t('ofCount', { done: row.finished, all: row.all })}</span>
    </div>
  )
}
