'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { LoadFailed, SkeletonLines } from '../../components/asked.tsx'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { AdminTable, type AdminTableProps } from './admin-table.tsx'
import { Choice, FilterBar } from './filter-bar.tsx'
import { PageBar } from './page-bar.tsx'
import type { Pages } from './use-pages.ts'

type TablePageProps<Item, Sort extends string> = Omit<AdminTableProps<Item, Sort>, 'label' | 'items' | 'onMore'> & {
  title: string
  /** How many fit the filter, or what else there is to say; told when it changes. */
  note?: string | undefined
  actions?: ReactNode
  /** What narrows the table down. */
  filters: ReactNode
  pages: Pages<Item>
}

/** A page of the administration that is one long table. */
export function TablePage<Item, Sort extends string>(props: TablePageProps<Item, Sort>) {
  const { title, note, actions, filters, pages, ...table } = props
  return (
    <>
      <PageBar title={title} note={<span aria-live="polite">{note}</span>} actions={actions} />
      <FilterBar>
        {filters}
        <PhoneOrder columns={table.columns} order={table.order} onOrder={table.onOrder} />
      </FilterBar>
      {pages.state === 'loaded' ? (
        <AdminTable {...table} label={title} items={pages.items} onMore={pages.more} />
      ) : null}
      {pages.state === 'loading' ? <SkeletonLines /> : null}
      {pages.state === 'failed' ? <LoadFailed onRetry={pages.retry} /> : null}
    </>
  )
}

type PhoneOrderProps<Item, Sort extends string> = Pick<AdminTableProps<Item, Sort>, 'columns' | 'order' | 'onOrder'>

/** On phones the table has no head to press on. */
function PhoneOrder<Item, Sort extends string>({ columns, order, onOrder }: PhoneOrderProps<Item, Sort>) {
  const t = useTranslations('admin')
  const options = columns.flatMap(({ sort, title }) => (sort === undefined ? [] : [{ value: sort, label: title }]))
  if (options.length === 0) return null
  const isUp = order.dir === 'asc'
  return (
    <span className="hidden items-center gap-1 phone:flex">
      <Choice
        label={t('sortBy')}
        value={order.sort}
        options={options}
        onChange={(chosen) => {
          const sort = options.find(({ value }) => value === chosen)?.value
          if (sort !== undefined) onOrder({ ...order, sort })
        }}
      />
      <IconButton
        label={t(isUp ? 'ascending' : 'descending')}
        onClick={() => onOrder({ ...order, dir: isUp ? 'desc' : 'asc' })}
      >
        <Icon of={isUp ? ArrowUp : ArrowDown} size="small" />
      </IconButton>
    </span>
  )
}
