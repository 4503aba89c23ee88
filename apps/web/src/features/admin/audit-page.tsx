'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useEarlyValue } from '../../components/use-early-value.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { Column, TableOrder } from './admin-table.tsx'
import { auditActions, auditKinds } from './audit-actions.ts'
import { CsvLink } from './csv-link.tsx'
import { Choice, SearchBox } from './filter-bar.tsx'
import type { AuditItem } from './schema.ts'
import { TablePage } from './table-page.tsx'
import { keptText, useAuditWords } from './use-audit-words.ts'
import { queryText, usePages, useRested } from './use-pages.ts'

const PATH = '/api/admin/audit'

/** What was done for security and administration. Lines are only ever added. */
export function AuditPage() {
  const t = useTranslations('audit')
  const [action, setAction] = useState('')
  const [person, setPerson] = useState('')
  const [target, setTarget] = useState('')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [order, setOrder] = useState<TableOrder<'at'>>({ sort: 'at', dir: 'desc' })
  const filter = { action, person: useRested(person), target: useRested(target), from, to, dir: order.dir }
  const query = queryText(filter)
  return (
    <TablePage
      title={t('title')}
      note={t('note')}
      actions={
        <>
          <CsvLink href={`${PATH}/export?${query}`} what={t('title')} format="CSV" />
          <CsvLink href={`${PATH}/export?${query}&format=ndjson`} what={t('title')} format="NDJSON" />
        </>
      }
      filters={
        <>
          <Choice
            label={t('action')}
            value={action}
            onChange={setAction}
            options={[
              { value: '', label: t('anyAction') },
              ...auditKinds.map((kind) => ({ value: kind, label: t(`kind_${kind}`) })),
            ]}
          />
          <SearchBox label={t('person')} value={person} onChange={setPerson} />
          <SearchBox label={t('target')} value={target} onChange={setTarget} />
          <div className="flex gap-2 phone:grid phone:w-full phone:grid-cols-2">
            <Day label={t('from')} value={from} onChange={setFrom} />
            <Day label={t('to')} value={to} onChange={setTo} />
          </div>
        </>
      }
      columns={useColumns()}
      pages={usePages<AuditItem>(PATH, filter)}
      idOf={({ id }) => id}
      order={order}
      onOrder={setOrder}
      empty={t('nothing')}
    />
  )
}

function useColumns(): Column<AuditItem, 'at'>[] {
  const t = useTranslations('audit')
  const format = useFormat()
  const { detailText, targetText } = useAuditWords()
  return [
    { key: 'at', title: t('at'), sort: 'at', className: 'tabular-nums', cell: ({ at }) => format.date(at) },
    {
      key: 'actor',
      title: t('person'),
      className: 'max-w-[240px] truncate',
      cell: ({ actor }) => (actor === null ? t('system') : <span title={actor}>{actor}</span>),
    },
    { key: 'action', title: t('action'), phone: 'title', cell: ({ action }) => <ActionName action={action} /> },
    {
      key: 'target',
      title: t('target'),
      className: 'max-w-[240px] truncate',
      cell: (item) => (item.target === null ? '–' : <bdi title={item.target}>{targetText(item)}</bdi>),
    },
    {
      key: 'detail',
      title: t('detail'),
      className: 'max-w-[320px] truncate text-ink-2',
      phone: 'line',
      cell: (item) => <bdi title={keptText(item.detail)}>{detailText(item)}</bdi>,
    },
    { key: 'ip', title: t('address'), className: 'text-ink-2', cell: ({ ip }) => ip },
  ]
}

/** In words, with the name that exports and filters know. Older lines may have one that nobody writes any more. */
function ActionName({ action }: { action: string }) {
  const t = useTranslations('audit')
  const known = auditActions.find((name) => name === action.replace('.', '_'))
  if (known === undefined) return <span className="font-mono text-12">{action}</span>
  return <span title={action}>{t(`action_${known}`)}</span>
}

type DayProps = { label: string; value: string; onChange: (day: string) => void }

function Day({ label, value, onChange }: DayProps) {
  const field = useEarlyValue<HTMLInputElement>(value, onChange)
  return (
    <label className="flex items-center gap-1.5 text-13 text-ink-3 phone:flex-col phone:items-stretch phone:gap-1">
      {label}
      <input
        ref={field}
        type="date"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-[34px] min-w-0 rounded-button bg-raised px-2 text-ink inset-ring inset-ring-line-2 coarse:h-11 phone:text-16"
      />
    </label>
  )
}
