'use client'

import { ArrowDown, ArrowUp, Download, HardDriveDownload, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { Button, IconButton } from '../../../components/button.tsx'
import { cn } from '../../../components/class-names.ts'
import { Icon } from '../../../components/icon.tsx'
import { usePhone } from '../../../components/use-media-query.ts'
import type { VisitedItem } from '../schema.ts'
import type { Visit } from './use-visit.ts'
import { useVisitKeys } from './use-visit-keys.ts'
import type { VisitOrder } from './visit-api.ts'
import { VisitGrid } from './visit-grid.tsx'
import { visitColumns } from './visit-row.tsx'
import { VisitRows } from './visit-rows.tsx'
import { Tick } from './visit-tick.tsx'

const AHEAD = 30

export type VisitView = 'list' | 'grid'

type VisitListProps = {
  visit: Visit
  view: VisitView
  canDownload: boolean
  onOpen: (item: VisitedItem) => void
  actions: { download: (ids?: readonly string[]) => void; save: (ids?: readonly string[]) => void }
}

/** The files and folders of a link, as rows or as pictures. */
export function VisitList({ visit, view, canDownload, onOpen, actions }: VisitListProps) {
  const t = useTranslations('visitor')
  const phone = usePhone()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [lastShown, setLastShown] = useState(0)
  usePagesAhead(visit, lastShown)
  const { parent } = visit
  const toggle = (id: string) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    setSelected(next)
  }
  const all = visit.items.length > 0 && visit.items.every(({ id }) => selected.has(id))
  useVisitKeys({
    items: visit.items,
    selected,
    onSelect: canDownload ? setSelected : undefined,
    onDownload: actions.download,
    onParent: parent === null ? undefined : () => visit.openFolder(parent),
  })
  const Items = view === 'grid' ? VisitGrid : VisitRows
  return (
    <div
      role="table"
      aria-label={visit.link?.title ?? ''}
      {...(view === 'grid' ? {} : { 'aria-rowcount': visit.total + 1 })}
      className="px-4 phone:px-2"
    >
      {selected.size > 0 ? (
        <SelectionBar ids={[...selected]} onClear={() => setSelected(new Set())} actions={actions} />
      ) : (
        <Head visit={visit} selectable={canDownload} />
      )}
      {canDownload && !phone ? (
        <div role="row" className="contents">
          <span role="columnheader" className="contents">
            <button
              type="button"
              role="checkbox"
              aria-checked={all}
              aria-label={t('selectAll')}
              onClick={() => setSelected(all ? new Set() : new Set(visit.items.map(({ id }) => id)))}
              className="relative z-[3] -mt-[38px] mb-1 grid h-[34px] w-8 place-items-center"
            >
              <Tick checked={all} />
            </button>
          </span>
        </div>
      ) : null}
      <Items
        items={visit.items}
        phone={phone}
        onShown={setLastShown}
        cellOf={(item, index) => ({
          item,
          index,
          phone,
          selected: selected.has(item.id),
          selecting: selected.size > 0,
          onOpen,
          onToggle: canDownload ? toggle : undefined,
          onDownload: canDownload ? (id) => actions.download([id]) : undefined,
          onSave: canDownload ? (id) => actions.save([id]) : undefined,
        })}
      />
    </div>
  )
}

/** The next page is asked for before its rows are on the screen. */
function usePagesAhead({ list, items }: Visit, lastShown: number): void {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const wanted = hasNextPage && !isFetchingNextPage && lastShown > items.length - AHEAD
  useEffect(() => {
    if (wanted) void fetchNextPage()
  }, [wanted, fetchNextPage])
}

function Head({ visit, selectable }: { visit: Visit; selectable: boolean }) {
  const t = useTranslations('visitor')
  const column = (sort: VisitOrder['sort'], label: string, className = '') => {
    const isSorted = visit.order.sort === sort
    return (
      <div
        role="columnheader"
        aria-sort={isSorted ? ariaSort[visit.order.dir] : 'none'}
        className={cn('flex', className)}
      >
        <button
          type="button"
          onClick={() => visit.sortBy(sort)}
          className={cn(
            '-mx-1 flex h-7 items-center gap-1 rounded-tile px-1 text-12 hover:text-ink',
            isSorted ? 'font-medium text-ink' : 'text-ink-3',
          )}
        >
          {label}
          {isSorted ? <Icon of={visit.order.dir === 'asc' ? ArrowUp : ArrowDown} size="tiny" /> : null}
        </button>
      </div>
    )
  }
  return (
    <div
      role="row"
      className={cn(visitColumns, 'mb-1 h-[34px] border-line border-b phone:hidden', !selectable && 'pl-0')}
    >
      <span role="cell" />
      {column('name', t('name'))}
      {column('modified', t('modified'))}
      {column('size', t('size'), 'justify-end')}
    </div>
  )
}

const ariaSort = { asc: 'ascending', desc: 'descending' } as const

type BarProps = Pick<VisitListProps, 'actions'> & { ids: readonly string[]; onClear: () => void }

function SelectionBar({ ids, onClear, actions }: BarProps) {
  const t = useTranslations('visitor')
  return (
    <div className="sticky top-0 z-[2] mb-1 flex h-[34px] items-center gap-2 rounded-button bg-select-2 pr-1 pl-9 text-13 phone:h-12 phone:pl-2">
      <span role="status" className="font-medium">
        {t('selected', { n: ids.length })}
      </span>
      <span className="flex-1" />
      <Button kind="accent" size="sm" onClick={() => actions.download(ids)}>
        <Icon of={Download} size="small" />
        {t('download')}
      </Button>
      <Button kind="accent" size="sm" onClick={() => actions.save(ids)}>
        <Icon of={HardDriveDownload} size="small" />
        <span className="phone:sr-only">{t('save')}</span>
      </Button>
      <IconButton small label={t('clear')} onClick={onClear}>
        <Icon of={X} size="small" />
      </IconButton>
    </div>
  )
}
