'use client'

import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import type { Column, TableOrder } from './admin-table.tsx'
import { CsvLink } from './csv-link.tsx'
import { SearchBox } from './filter-bar.tsx'
import { GroupDialog } from './group-dialog.tsx'
import { GROUPS_PATH, inOrder, type QuotaGroup, type QuotaGroupSort } from './quota-groups.ts'
import { RowMore, RowName } from './row-opener.tsx'
import { TablePage } from './table-page.tsx'
import { pagesOf } from './use-pages.ts'
import { UsedSpace } from './used-space.tsx'

/** People who share one space. `open`: id of the group that is looked at first. */
export function GroupsPage(first: { open: string }) {
  const t = useTranslations('adminGroups')
  const [typed, setTyped] = useState('')
  const [order, setOrder] = useState<TableOrder<QuotaGroupSort>>({ sort: 'name', dir: 'asc' })
  const [openId, setOpenId] = useState<string | null>(first.open)
  const [isNew, setNew] = useState(false)
  const asked = useQuery({
    queryKey: ['admin', 'groups'],
    queryFn: () => callApi<{ groups: QuotaGroup[] }>(GROUPS_PATH),
  })
  const groups = asked.data?.groups ?? []
  const shown = inOrder(groups, order).filter(({ name }) => name.toLowerCase().includes(typed.trim().toLowerCase()))
  const open = groups.find(({ id }) => id === openId)
  return (
    <>
      <TablePage
        title={t('title')}
        note={asked.data === undefined ? undefined : t('count', { n: shown.length })}
        actions={
          <>
            <Button size="sm" onClick={() => setNew(true)}>
              <Icon of={Plus} size="small" />
              {t('new')}
            </Button>
            <CsvLink href={`${GROUPS_PATH}/export`} what={t('title')} />
          </>
        }
        filters={<SearchBox label={t('name')} value={typed} onChange={setTyped} />}
        columns={useColumns(setOpenId)}
        pages={pagesOf(asked, shown)}
        idOf={({ id }) => id}
        order={order}
        onOrder={setOrder}
        empty={groups.length === 0 ? t('noGroups') : t('noneFits')}
      />
      {isNew ? <GroupDialog group={null} onClose={() => setNew(false)} /> : null}
      {open === undefined ? null : <GroupDialog key={open.id} group={open} onClose={() => setOpenId(null)} />}
    </>
  )
}

function useColumns(onOpen: (id: string) => void): Column<QuotaGroup, QuotaGroupSort>[] {
  const t = useTranslations('adminGroups')
  const format = useFormat()
  return [
    {
      key: 'name',
      title: t('name'),
      sort: 'name',
      className: 'max-w-[280px]',
      phone: 'title',
      cell: ({ id, name }) => <RowName name={name} onOpen={() => onOpen(id)} />,
    },
    {
      key: 'members',
      title: t('members'),
      sort: 'members',
      right: true,
      cell: ({ members }) => format.count(members),
    },
    {
      key: 'used',
      title: t('used'),
      sort: 'usedBytes',
      cell: ({ allowedBytes, usedBytes, reservedBytes }) => (
        <UsedSpace totalBytes={allowedBytes} usedBytes={usedBytes} reservedBytes={reservedBytes} />
      ),
    },
    {
      key: 'space',
      title: t('space'),
      sort: 'allowedBytes',
      right: true,
      cell: ({ allowedBytes }) => format.size(allowedBytes),
    },
    {
      key: 'reserved',
      title: t('reserved'),
      sort: 'reservedBytes',
      right: true,
      className: 'text-ink-2',
      cell: ({ reservedBytes }) => format.size(reservedBytes),
    },
    {
      key: 'more',
      title: '',
      right: true,
      phone: 'corner',
      cell: ({ id, name }) => <RowMore label={t('change', { name })} onOpen={() => onOpen(id)} />,
    },
  ]
}
