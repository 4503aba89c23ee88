'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { Folder } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useMemo, useRef } from 'react'
import { Icon } from '../../components/icon.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import type { UploadQueue } from './upload-queue.ts'
import { type RowActions, UploadRow } from './upload-row.tsx'
import { type PanelRow, panelRows } from './upload-view.ts'

const GROUP_PX = 32
const ROW_PX = { phone: 62, desk: 52 } as const

type UploadListProps = { queue: UploadQueue; onlyFailed: boolean; actions: RowActions }

/** The files of the panel, grouped by folder; only what is on the screen exists as elements. */
export function UploadList({ queue, onlyFailed, actions }: UploadListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const phone = usePhone()
  const rows = useMemo(() => panelRows(queue, onlyFailed), [queue, onlyFailed])
  const rowHeight = phone ? ROW_PX.phone : ROW_PX.desk
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'group' ? GROUP_PX : rowHeight),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 6,
  })
  return (
    <div ref={scroller} className="scrollbar-thin min-h-0 overflow-y-auto pb-1.5 phone:flex-1">
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index]
          return row === undefined ? null : (
            <li key={key} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${start}px)` }}>
              <Row row={row} actions={actions} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function Row({ row, actions }: { row: PanelRow; actions: RowActions }) {
  const t = useTranslations('uploads')
  if (row.kind === 'file') return <UploadRow item={row.item} waitingBehind={row.waitingBehind} actions={actions} />
  return (
    <div className="flex h-8 items-center gap-2 px-[18px] text-12 text-ink-3">
      <Icon of={Folder} size="tiny" />
      <bdi className="min-w-0 truncate font-medium">{row.label}</bdi>
      <span className="ml-auto shrink-0 tabular-nums">{t('ofCount', { done: row.finished, all: row.all })}</span>
    </div>
  )
}
