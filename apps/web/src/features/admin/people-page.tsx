'use client'

import { UserPlus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { Column, TableOrder } from './admin-table.tsx'
import { Badge } from './badge.tsx'
import { CsvLink } from './csv-link.tsx'
import { Choice, SearchBox } from './filter-bar.tsx'
import { InvitationsDialog } from './invitations-dialog.tsx'
import { PersonDialog } from './person-dialog.tsx'
import { RowMore, RowName } from './row-opener.tsx'
import type { PersonItem, PersonSort } from './schema.ts'
import { TablePage } from './table-page.tsx'
import { queryText, usePages, useRested } from './use-pages.ts'
import { UsedSpace } from './used-space.tsx'

const PATH = '/api/admin/people'

type PeoplePageProps = { typed: string; open: string }

/** Everybody who has an account; at first as the address says. */
export function PeoplePage(first: PeoplePageProps) {
  const t = useTranslations('people')
  const [typed, setTyped] = useState(first.typed)
  const [role, setRole] = useState('')
  const [state, setState] = useState('')
  const [order, setOrder] = useState<TableOrder<PersonSort>>({ sort: 'name', dir: 'asc' })
  const [isInviting, setInviting] = useState(false)
  const [openId, setOpenId] = useState<string | null>(first.open)
  const filter = { q: useRested(typed), role, state, ...order }
  const pages = usePages<PersonItem>(PATH, filter)
  const open = pages.items.find(({ id }) => id === openId)
  return (
    <>
      <TablePage
        title={t('title')}
        note={pages.total === undefined ? undefined : t('count', { n: pages.total })}
        actions={
          <>
            <Button size="sm" onClick={() => setInviting(true)}>
              <Icon of={UserPlus} size="small" />
              {t('invite')}
            </Button>
            <CsvLink href={`${PATH}/export?${queryText(filter)}`} what={t('title')} />
          </>
        }
        filters={
          <>
            <SearchBox label={t('search')} value={typed} onChange={setTyped} />
            <Choice
              label={t('role')}
              value={role}
              onChange={setRole}
              options={[
                { value: '', label: t('anyRole') },
                { value: 'admin', label: t('roleAdmin') },
                { value: 'user', label: t('roleUser') },
              ]}
            />
            <Choice
              label={t('state')}
              value={state}
              onChange={setState}
              options={[
                { value: '', label: t('anyState') },
                { value: 'active', label: t('stateActive') },
                { value: 'disabled', label: t('stateDisabled') },
              ]}
            />
          </>
        }
        columns={useColumns(setOpenId)}
        pages={pages}
        idOf={({ id }) => id}
        order={order}
        onOrder={setOrder}
        empty={t('nobody')}
      />
      {isInviting ? <InvitationsDialog onClose={() => setInviting(false)} /> : null}
      {open === undefined ? null : <PersonDialog key={open.id} person={open} onClose={() => setOpenId(null)} />}
    </>
  )
}

function useColumns(onOpen: (id: string) => void): Column<PersonItem, PersonSort>[] {
  const t = useTranslations('people')
  const format = useFormat()
  return [
    {
      key: 'name',
      title: t('name'),
      sort: 'name',
      // Long ones give way where the window is narrow: when somebody was last seen is to be seen too.
      className: 'max-w-[clamp(150px,11.5vw,240px)]',
      phone: 'title',
      cell: ({ id, name }) => <RowName name={name} onOpen={() => onOpen(id)} />,
    },
    {
      key: 'email',
      title: t('email'),
      sort: 'email',
      className: 'max-w-[clamp(190px,16vw,260px)] truncate text-ink-2',
      phone: 'line',
      cell: ({ email }) => <span title={email}>{email}</span>,
    },
    {
      key: 'used',
      title: t('used'),
      sort: 'used',
      cell: ({ quotaBytes, usedBytes, reservedBytes }) => (
        <UsedSpace totalBytes={quotaBytes} usedBytes={usedBytes} reservedBytes={reservedBytes} />
      ),
    },
    { key: 'quota', title: t('quota'), sort: 'quota', right: true, cell: ({ quotaBytes }) => format.size(quotaBytes) },
    {
      key: 'reserved',
      title: t('reserved'),
      sort: 'reserved',
      right: true,
      // The bar of the used space has it as well.
      wide: true,
      className: 'text-ink-2',
      phone: 'hidden',
      cell: ({ reservedBytes }) => format.size(reservedBytes),
    },
    {
      key: 'group',
      title: t('group'),
      className: 'max-w-[clamp(90px,6.5vw,140px)] truncate text-ink-2',
      cell: ({ group }) => <span title={group?.name}>{group?.name ?? '–'}</span>,
    },
    {
      key: 'role',
      title: t('role'),
      sort: 'role',
      cell: ({ role }) => (role === 'admin' ? t('roleAdmin') : t('roleUser')),
    },
    {
      key: 'state',
      title: t('state'),
      sort: 'state',
      cell: ({ disabledAt }) =>
        disabledAt === null ? t('stateActive') : <Badge tone="warn">{t('stateDisabled')}</Badge>,
    },
    {
      key: 'factor',
      title: t('factor'),
      sort: 'factor',
      className: 'text-ink-2',
      phone: 'hidden',
      cell: ({ hasSecondFactor }) => (hasSecondFactor ? t('yes') : t('no')),
    },
    {
      key: 'seen',
      title: t('lastSeen'),
      sort: 'lastSeen',
      className: 'text-ink-2',
      cell: ({ lastSeenAt }) => (lastSeenAt === null ? t('never') : format.date(lastSeenAt)),
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
