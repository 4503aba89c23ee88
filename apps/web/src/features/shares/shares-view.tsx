'use client'

import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { SkeletonLines } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { Void } from '../../components/void.tsx'
import { listShares } from './share-api.ts'
import type { ShareDialogSubject } from './share-dialog.tsx'
import { isActive, nextShareOrder, type ShareOrder, sortedShares } from './share-order.ts'
import { ShareRow, shareColumns } from './share-row.tsx'

const ShareDialog = dynamic(() => import('./share-dialog.tsx').then((module) => module.ShareDialog), { ssr: false })

type Filter = 'all' | 'active' | 'ended'

/** The page of a person's links. */
export function SharesView() {
  const t = useTranslations('shares')
  const query = useQuery({ queryKey: ['shares'], queryFn: listShares })
  const [filter, setFilter] = useState<Filter>('all')
  const [order, setOrder] = useState<ShareOrder>({ by: 'created', dir: 'desc' })
  const [subject, setSubject] = useState<ShareDialogSubject | null>(null)
  const all = query.data?.shares ?? []
  const active = all.filter(isActive)
  const chosen = { all, active, ended: all.filter((share) => !isActive(share)) }[filter]
  const shares = sortedShares(chosen, order)
  return (
    <>
      <div className="flex h-[52px] shrink-0 items-center gap-4 px-6 phone:px-4">
        <h1 className="font-semibold text-16 phone:text-18 title-tracking">{t('page')}</h1>
        <span className="text-13 text-ink-3 tabular-nums phone:hidden">
          {all.length > 0 ? t('count', { n: all.length, active: active.length }) : null}
        </span>
        <span className="flex-1" />
        <Segmented
          label={t('filter')}
          value={filter}
          segments={(['all', 'active', 'ended'] as const).map((value) => ({
            value,
            label: t(value),
            content: t(value),
          }))}
          onChange={setFilter}
        />
      </div>
      {shares.length === 0 ? (
        <div id="files" className="flex min-h-0 flex-1 flex-col">
          <SharesVoid query={query} hidden={all.length} onClear={() => setFilter('all')} />
        </div>
      ) : (
        <div id="files" className="scrollbar-thin min-h-0 flex-1 overflow-y-auto px-4 pb-6 phone:px-2">
          <div role="table" aria-label={t('page')} aria-rowcount={shares.length}>
            <Head order={order} onOrder={(by) => setOrder(nextShareOrder(order, by))} />
            {shares.map((share) => (
              <ShareRow
                key={share.id}
                share={share}
                onOpen={(view) => setSubject({ share, ...(view ? { view } : {}) })}
              />
            ))}
          </div>
        </div>
      )}
      {subject === null ? null : <ShareDialog subject={subject} onClose={() => setSubject(null)} />}
    </>
  )
}

type VoidProps = {
  query: { isPending: boolean; isError: boolean; isSuccess: boolean; refetch: () => unknown }
  /** How many links the filter hides when none is left to show. */
  hidden: number
  onClear: () => void
}

function SharesVoid({ query, hidden, onClear }: VoidProps & { query: { data?: { shares: unknown[] } | undefined } }) {
  const t = useTranslations('shares')
  if (query.isError) {
    return (
      <Void drawing="toppled" title={t('loadFailed')} sentence={t('loadFailedSentence')} alert>
        <Button onClick={() => query.refetch()}>{t('retry')}</Button>
      </Void>
    )
  }
  if (query.data === undefined) return <SkeletonLines />
  if (hidden > 0) {
    return (
      <Void drawing="empty" title={t('filteredTitle')} sentence={t('filteredSentence', { n: hidden })}>
        <Button onClick={onClear}>{t('clearFilter')}</Button>
      </Void>
    )
  }
  return <Void drawing="empty" title={t('emptyTitle')} sentence={t('emptySentence')} />
}

const ariaSort = { asc: 'ascending', desc: 'descending' } as const

type HeadProps = { order: ShareOrder; onOrder: (by: ShareOrder['by']) => void }

function Head({ order, onOrder }: HeadProps) {
  const t = useTranslations('shares')
  const columns = [
    { by: 'name', label: t('name'), className: 'pl-[42px]' },
    { by: 'can', label: t('peopleCan'), className: '' },
    { by: 'code', label: t('code'), className: '' },
    { by: 'ends', label: t('ends'), className: '' },
    { by: 'views', label: t('views'), className: 'justify-end' },
    { by: 'downloads', label: t('downloads'), className: 'justify-end' },
    { by: 'state', label: t('state'), className: 'pl-6' },
  ] as const
  return (
    <div
      role="row"
      className={`${shareColumns} sticky top-0 z-[1] h-[34px] border-line border-b bg-surface phone:hidden`}
    >
      {columns.map(({ by, label, className }) => (
        <div
          key={by}
          role="columnheader"
          aria-sort={order.by === by ? ariaSort[order.dir] : 'none'}
          className={`flex ${className}`}
        >
          <button
            type="button"
            onClick={() => onOrder(by)}
            className={`h-7 truncate rounded-tile px-1 text-12 hover:text-ink ${order.by === by ? 'font-medium text-ink' : 'text-ink-3'}`}
          >
            {label}
            {order.by === by ? <span aria-hidden="true">{order.dir === 'asc' ? ' ↑' : ' ↓'}</span> : null}
          </button>
        </div>
      ))}
    </div>
  )
}
