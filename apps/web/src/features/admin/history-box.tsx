'use client'

import { useQuery } from '@tanstack/react-query'
import { Table2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { Box } from './box.tsx'
import { CsvLink } from './csv-link.tsx'
import { HistoryChart } from './history-chart.tsx'
import type { History, HistoryPoint } from './schema.ts'

const REFRESH_MS = 60_000
const POINTS_MIN = 2
type Span = 'month' | 'year' | 'all'

/** How full everything was. */
export function HistoryBox() {
  const t = useTranslations('capacity')
  const admin = useTranslations('admin')
  const [span, setSpan] = useState<Span>('month')
  const [isTable, setTable] = useState(false)
  const { data } = useQuery({
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
    <Box
      title={t('history')}
      actions={
        <>
          <Segmented label={t('history')} value={span} segments={segments} onChange={setSpan} />
          <IconButton label={admin('table')} aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            <Icon of={Table2} size="small" />
          </IconButton>
          <CsvLink href={`/api/admin/capacity/export?table=history&span=${span}`} what={t('history')} />
        </>
      }
    >
      <div className="min-h-[238px] px-3 pb-3">
        {data === undefined ? null : <Content points={data.points} isTable={isTable} />}
      </div>
    </Box>
  )
}

function Content({ points, isTable }: { points: readonly HistoryPoint[]; isTable: boolean }) {
  const t = useTranslations('capacity')
  if (points.length < POINTS_MIN) return <p className="px-2 pt-20 text-center text-13 text-ink-3">{t('noHistory')}</p>
  return isTable ? <HistoryTable points={points} /> : <HistoryChart points={points} />
}

function HistoryTable({ points }: { points: readonly HistoryPoint[] }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section aria-label={t('history')} tabIndex={0} className="max-h-[226px] overflow-y-auto">
      <table className="w-full text-13 tabular-nums">
        <thead className="sticky top-0 bg-surface text-12 text-ink-3 *:*:font-medium">
          <tr>
            <th scope="col" className="px-2 py-1.5 text-left">
              {t('day')}
            </th>
            <th scope="col" className="px-2 text-right">
              {t('used')}
            </th>
            <th scope="col" className="px-2 text-right">
              {t('total')}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ at, usedBytes, totalBytes }) => (
            <tr key={at} className="h-8">
              <td className="px-2">{format.date(at)}</td>
              <td className="px-2 text-right">{format.size(usedBytes)}</td>
              <td className="px-2 text-right">{format.size(totalBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
