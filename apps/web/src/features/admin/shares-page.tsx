'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import type { Column, TableOrder } from './admin-table.tsx'
import { Badge } from './badge.tsx'
import { CsvLink } from './csv-link.tsx'
import { Choice, SearchBox } from './filter-bar.tsx'
import type { SharedLink, ShareSort } from './schema.ts'
import { TablePage } from './table-page.tsx'
import { queryText, usePages, useRested } from './use-pages.ts'

const PATH = '/api/admin/shares'
const states = ['active', 'ended', 'used_up', 'off'] as const

/** The links of all people, without what would open them. */
export function SharesPage() {
  const t = useTranslations('adminShares')
  const [typed, setTyped] = useState('')
  const [state, setState] = useState('')
  const [order, setOrder] = useState<TableOrder<ShareSort>>({ sort: 'created', dir: 'desc' })
  const filter = { q: useRested(typed), state, ...order }
  const pages = usePages<SharedLink>(PATH, filter)
  return (
    <TablePage
      title={t('title')}
      note={pages.total === undefined ? undefined : t('count', { n: pages.total })}
      actions={<CsvLink href={`${PATH}/export?${queryText(filter)}`} what={t('title')} />}
      filters={
        <>
          <SearchBox label={t('search')} value={typed} onChange={setTyped} />
          <Choice
            label={t('state')}
            value={state}
            onChange={setState}
            options={[
              { value: '', label: t('anyState') },
              ...states.map((value) => ({ value, label: t(`state_${value}`) })),
            ]}
          />
        </>
      }
      columns={useColumns()}
      pages={pages}
      idOf={({ id }) => id}
      order={order}
      onOrder={setOrder}
      empty={t(pages.total === 0 && filter.q === '' && state === '' ? 'noLinks' : 'nothing')}
    />
  )
}

function useColumns(): Column<SharedLink, ShareSort>[] {
  const t = useTranslations('adminShares')
  const format = useFormat()
  const counted = (count: number, limit: number | null) =>
    limit === null ? format.count(count) : t('countOf', { n: count, m: limit })
  return [
    {
      key: 'title',
      title: t('name'),
      sort: 'title',
      className: 'max-w-[260px] truncate font-[450] text-14',
      phone: 'title',
      cell: ({ title }) => <bdi title={title}>{title}</bdi>,
    },
    { key: 'owner', title: t('owner'), sort: 'owner', className: 'text-ink-2', cell: ({ owner }) => owner },
    { key: 'items', title: t('items'), right: true, cell: ({ items }) => format.count(items) },
    {
      key: 'can',
      title: t('can'),
      className: 'text-ink-2',
      cell: ({ allowDownload, hasCode }) =>
        `${t(allowDownload ? 'download' : 'view')}${hasCode ? ` · ${t('code')}` : ''}`,
    },
    { key: 'created', title: t('created'), sort: 'created', cell: ({ createdAt }) => format.date(createdAt) },
    {
      key: 'ends',
      title: t('ends'),
      sort: 'ends',
      cell: ({ expiresAt }) => (expiresAt === null ? t('never') : format.date(expiresAt)),
    },
    {
      key: 'views',
      title: t('views'),
      sort: 'views',
      right: true,
      cell: ({ views, maxViews }) => counted(views, maxViews),
    },
    {
      key: 'downloads',
      title: t('downloads'),
      sort: 'downloads',
      right: true,
      cell: ({ downloads, maxDownloads }) => counted(downloads, maxDownloads),
    },
    {
      key: 'state',
      title: t('state'),
      sort: 'state',
      cell: ({ state }) => <Badge tone={state === 'active' ? 'ok' : 'quiet'}>{t(`state_${state}`)}</Badge>,
    },
    { key: 'revoke', title: '', right: true, phone: 'corner', cell: (link) => <Revoke link={link} /> },
  ]
}

function Revoke({ link }: { link: SharedLink }) {
  const t = useTranslations('adminShares')
  const toast = useToast()
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => callApi<void>(`${PATH}/${link.id}`, { method: 'DELETE' }),
    onSuccess: async () => {
      toast({ text: t('revoked', { name: nameInSentence(link.title) }) })
      await client.invalidateQueries({ queryKey: ['admin', PATH] })
    },
    onError: () => toast({ text: t('notRevoked'), problem: true }),
  })
  if (link.state === 'off') return null
  return (
    <Button kind="danger" size="sm" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
      {t('revoke')}
    </Button>
  )
}
