'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'

export interface Column<Item, Sort extends string> {
  key: string
  title: string
  /** Without it the table cannot be ordered by this column. */
  sort?: Sort
  cell: (item: Item) => ReactNode
  /** Numbers stand at the right. */
  right?: boolean
  className?: string
  /** Gives way to the others where the window is not wide. */
  wide?: boolean
  /** On phones, where a row is a card: its first line, one more without a title, the corner for what can be done. */
  phone?: 'title' | 'line' | 'corner' | 'hidden'
}

export interface TableOrder<Sort extends string> {
  sort: Sort
  dir: 'asc' | 'desc'
}

export type AdminTableProps<Item, Sort extends string> = {
  label: string
  columns: readonly Column<Item, Sort>[]
  items: readonly Item[]
  idOf: (item: Item) => string
  order: TableOrder<Sort>
  onOrder: (order: TableOrder<Sort>) => void
  onMore: (() => void) | null
  /** Shown when there are no rows. */
  empty: string
}

/** A table of the administration: its head stays, a press on a title orders it, the last line brings more. */
export function AdminTable<Item, Sort extends string>(props: AdminTableProps<Item, Sort>) {
  const { label, columns, items, idOf, order, onOrder, onMore, empty } = props
  const t = useTranslations('admin')
  return (
    <section
      id="files"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto px-3 pb-6 phone:px-1 phone:pb-24"
    >
      <table className="w-full min-w-max border-separate border-spacing-0 text-13 phone:block phone:min-w-0">
        <thead className="phone:sr-only">
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody className="phone:block">
          {items.map((item) => (
            <tr
              key={idOf(item)}
              className="group relative h-10 hover:bg-hover phone:grid phone:h-auto phone:grid-cols-2 phone:gap-x-4 phone:gap-y-2 phone:border-line phone:border-b phone:px-3 phone:py-3.5"
            >
              {columns.map((column) => (
                <Cell key={column.key} column={column} item={item} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {items.length === 0 ? <p className="px-3 py-10 text-center text-ink-3">{empty}</p> : null}
      {onMore === null ? null : (
        <Button kind="ghost" size="sm" className="mt-2" onClick={onMore}>
          {t('more')}
        </Button>
      )}
    </section>
  )
}

const phoneLooks = {
  title: 'phone:order-first phone:col-span-2 phone:pr-11',
  line: 'phone:col-span-2',
  // Over the padding too, where what scrolls away would show beside it.
  corner: 'desk:sticky desk:-right-3 desk:bg-surface phone:absolute phone:top-1.5 phone:right-1',
  hidden: 'phone:hidden',
} as const

function Cell<Item, Sort extends string>({ column, item }: { column: Column<Item, Sort>; item: Item }) {
  const { title, cell, right, className, wide, phone } = column
  return (
    <td
      data-title={title}
      className={cn(
        'h-10 whitespace-nowrap border-line border-b px-2 desk:first:pl-3 min-[1600px]:px-3 phone:block phone:h-auto phone:min-w-0 phone:max-w-none phone:overflow-hidden phone:text-ellipsis phone:border-0 phone:px-0 phone:text-left',
        right && 'text-right tabular-nums',
        className,
        wide && 'max-[1599px]:hidden',
        phone === undefined
          ? 'phone:before:block phone:before:text-12 phone:before:text-ink-3 phone:before:content-[attr(data-title)]'
          : phoneLooks[phone],
      )}
    >
      {cell(item)}
    </td>
  )
}

type HeadProps<Item, Sort extends string> = {
  column: Column<Item, Sort>
  order: TableOrder<Sort>
  onOrder: (order: TableOrder<Sort>) => void
}

function Head<Item, Sort extends string>({ column, order, onOrder }: HeadProps<Item, Sort>) {
  const { title, sort, right, wide } = column
  const isHere = sort !== undefined && sort === order.sort
  const look = cn(
    'sticky top-0 z-[1] h-[34px] whitespace-nowrap border-line border-b bg-surface px-2 font-medium text-12 text-ink-3 first:pl-3 min-[1600px]:px-3',
    right ? 'text-right' : 'text-left',
    wide && 'max-[1599px]:hidden',
  )
  if (sort === undefined) {
    return (
      <th scope="col" className={look}>
        {title}
      </th>
    )
  }
  return (
    <th scope="col" aria-sort={ariaSort(isHere, order.dir)} className={look}>
      <button
        type="button"
        onClick={() => onOrder({ sort, dir: isHere && order.dir === 'asc' ? 'desc' : 'asc' })}
        className={cn(
          '-mx-1 inline-flex h-7 items-center gap-1 rounded-tile px-1 hover:text-ink',
          isHere && 'text-ink',
        )}
      >
        {title}
        {isHere ? <Icon of={order.dir === 'asc' ? ArrowUp : ArrowDown} size="tiny" /> : null}
      </button>
    </th>
  )
}

function ariaSort(isHere: boolean, dir: 'asc' | 'desc'): 'none' | 'ascending' | 'descending' {
  if (!isHere) return 'none'
  return dir === 'asc' ? 'ascending' : 'descending'
}
