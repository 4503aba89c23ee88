'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { ChartBox, ValueTable } from './chart-box.tsx'
import { HistoryChart } from './history-chart.tsx'
import type { History, HistoryPoint } from './schema.ts'

const REFRESH_MS = 60_000
const POINTS_MIN = 2
type Span = 'month' | 'year' | 'all'

/** How full everything was. */
export function HistoryBox() {
  const t = useTranslations('capacity')
  const [span, setSpan] = useState<Span>('month')
  const asked = useQuery({
    queryKey: ['admin', 'history', span],
    queryFn: () => callApi<History>(`/api/admin/capacity/history?span=${span}`),
    refetchInterval: REFRESH_MS,
  })
  const segments = (['month', 'year', 'all'] as const).map((value) => ({
    value,
    label: t(value),
    content: t(value),
  }))
  return (
    <ChartBox
      title={t('history')}
      actions={<Segmented label={t('history')} value={span} segments={segments} onChange={setSpan} />}
      csv={`/api/admin/capacity/export?table=history&span=${span}`}
    >
      {(isTable) => (
        <div className="min-h-[238px] px-3 pb-3">
          <Asked of={asked} small="boxed">
            {({ points }) => <Content points={points} isTable={isTable} />}
          </Asked>
        </div>
      )}
    </ChartBox>
  )
}

function Content({ points, isTable }: { points: readonly HistoryPoint[]; isTable: boolean }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  if (points.length < POINTS_MIN) return <p className="px-2 pt-20 text-center text-13 text-ink-3">{t('noHistory')}</p>
  if (!isTable) return <HistoryChart points={points} />
  const size = (bytes: number | null) => (bytes === null ? '–' : format.size(bytes))
  const rows = points.map(({ at, usedBytes, totalBytes }) => {
    return { at, cells: [format.date(at), size(usedBytes), size(totalBytes)] as const }
  })
  return <ValueTable label={t('history')} heads={[t('day'), t('used'), t('total')]} rows={rows} />
}
