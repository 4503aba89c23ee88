'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { useTranslations } from 'next-intl'
import { useMemo, useRef } from 'react'
import { FileName } from '../../components/file-name.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { type Conflict, conflicts } from '../../lib/entries/conflict.ts'
import type { UploadPlan } from './preflight-plan.ts'

const ROW_PX = 52

type TakenNamesProps = {
  plan: UploadPlan
  decisionOf: (index: number) => Conflict
  onDecide: (index: number, decision: Conflict) => void
}

/** The files whose names are taken, each with its own decision; only what is on the screen exists as elements. */
export function TakenNames({ plan, decisionOf, onDecide }: TakenNamesProps) {
  const t = useTranslations('uploads')
  const format = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  const taken = useMemo(() => plan.files.flatMap(({ kind }, index) => (kind === 'taken' ? [index] : [])), [plan])
  const virtualizer = useVirtualizer({
    count: taken.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
  })
  const labels: Record<Conflict, string> = { keep: t('keepBoth'), replace: t('replace'), skip: t('skip') }
  return (
    <div
      ref={scroller}
      className="scrollbar-thin max-h-[min(320px,40dvh)] overflow-y-auto rounded-button inset-ring inset-ring-line"
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((row) => {
          const index = taken[row.index] ?? 0
          const planned = plan.files[index]
          return planned === undefined ? null : (
            <li
              key={row.key}
              className="absolute inset-x-0 top-0 flex h-[52px] items-center gap-3 px-3"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <FileTile name={planned.file.name} kind="file" category={null} />
              <span className="min-w-0 flex-1">
                <FileName name={planned.file.name} className="text-13" />
                <span className="block truncate text-12 text-ink-3 tabular-nums">
                  {[...(planned.path === '' ? [] : [planned.path]), format.size(planned.file.size)].join(' · ')}
                </span>
              </span>
              <select
                aria-label={planned.file.name}
                value={decisionOf(index)}
                onChange={(event) => onDecide(index, conflicts.find((each) => each === event.target.value) ?? 'keep')}
                className="h-8 rounded-tile bg-sunken px-2 text-13 coarse:h-11"
              >
                {conflicts.map((each) => (
                  <option key={each} value={each}>
                    {labels[each]}
                  </option>
                ))}
              </select>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
