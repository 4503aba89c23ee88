'use client'

import { useTranslations } from 'next-intl'
import { type MouseEvent, memo } from 'react'
import { cn } from '../../components/class-names.ts'
import { FileName } from '../../components/file-name.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { Stones } from '../../components/stones.tsx'
import { Thumbnail } from '../../components/thumbnail.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { clockTime } from './clock-time.ts'
import { useEntryFacts } from './entry-facts.ts'
import { EntryLabels } from './entry-labels.tsx'
import { Box } from './entry-row.tsx'
import type { EntryItem } from './schema.ts'
import type { KnownCopies } from './use-copies.ts'
import { dropLook, useDropTarget } from './use-drop-target.ts'
import type { EntryHandlers } from './use-entry-pointer.ts'

type CellProps = {
  item: EntryItem
  selected: boolean
  selecting: boolean
  current: boolean
  waitingIds: ReadonlySet<string>
  copies: KnownCopies
  thumbnail: string | undefined
  handlers: EntryHandlers
}

function cellProps({ item, selected, current, handlers }: CellProps, label: string) {
  return {
    role: 'gridcell',
    id: `entry-${item.id}`,
    'data-entry': item.id,
    'aria-selected': selected,
    'aria-label': label,
    tabIndex: current ? 0 : -1,
    draggable: true,
    ...handlers.row(item),
  } as const
}

/** A file in the grid. */
export const EntryCell = memo(function EntryCell(props: CellProps) {
  const { item, selected, selecting, waitingIds, copies, thumbnail, handlers } = props
  const facts = useEntryFacts()
  const incomplete = copies != null && copies.have < copies.want
  return (
    <div
      {...cellProps(props, facts.label(item, copies))}
      className={cn(
        'group/cell relative h-fit min-w-0 select-none rounded-card p-1.5 focus-visible:outline-offset-[-2px]',
        selected ? 'bg-select-2 forced-colors:outline-2' : 'desk:hover:bg-hover',
        waitingIds.has(item.id) && 'opacity-60',
      )}
    >
      <div className="relative grid aspect-4/3 place-items-center overflow-hidden rounded-button bg-canvas inset-ring inset-ring-line">
        <FileTile name={item.name} kind="file" category={item.category} form="grid" />
        {thumbnail === undefined ? null : <Thumbnail key={thumbnail} url={thumbnail} />}
        {item.durationMs === undefined ? null : (
          <span className="absolute right-1.5 bottom-1.5 rounded-tag bg-black/65 px-1.5 text-11/[18px] text-white tabular-nums">
            {clockTime(item.durationMs)}
          </span>
        )}
      </div>
      <Tick {...{ item, selected, selecting, handlers }} className="absolute top-3.5 left-3.5 bg-raised" />
      <div className="px-1 pt-2 pb-1">
        <FileName name={item.name} className="text-13" />
        <span
          className={cn(
            'mt-0.5 flex items-center gap-1.5 text-12 tabular-nums [text-autospace:no-autospace]',
            selected ? 'text-ink-2' : 'text-ink-3',
          )}
        >
          {facts.size(item)} · {facts.shortDate(item)}
          <EntryLabels item={item} withTags={false} />
          {incomplete ? <Stones have={copies.have} want={copies.want} label={facts.copies(copies)} /> : null}
        </span>
      </div>
    </div>
  )
})

/** A folder in the grid: one strip of 52 px that takes what is dropped on it. */
export const FolderStrip = memo(function FolderStrip(props: CellProps) {
  const { item, selected, selecting, handlers } = props
  const facts = useEntryFacts()
  const format = useFormat()
  const drop = useDropTarget({ target: item })
  return (
    <div
      {...cellProps(props, facts.label(item, undefined))}
      {...drop.handlers}
      className={cn(
        'group/cell mx-1 flex h-[52px] min-w-0 select-none items-center gap-3 rounded-card px-3.5 inset-ring inset-ring-line',
        selected ? 'bg-select-2 forced-colors:outline-2' : 'desk:hover:bg-hover',
        drop.over && dropLook,
      )}
    >
      {selecting || selected ? (
        <Tick {...{ item, selected, selecting, handlers }} className="relative mx-[5px]" />
      ) : (
        <FileTile name={item.name} kind="folder" category={null} />
      )}
      <FileName name={item.name} />
      <span className={cn('ml-auto text-12 tabular-nums', selected ? 'text-ink-2' : 'text-ink-3')}>
        {format.count(item.items ?? 0)}
      </span>
    </div>
  )
})

type TickProps = Pick<CellProps, 'item' | 'selected' | 'selecting' | 'handlers'> & { className: string }

function Tick({ item, selected, selecting, handlers, className }: TickProps) {
  const t = useTranslations('drive')
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={selected}
      aria-label={t('select', { name: item.name })}
      tabIndex={-1}
      onClick={(event: MouseEvent) => handlers.tick(event, item)}
      className={cn(
        'rounded-tag after:absolute after:-inset-2',
        !selecting && !selected && 'opacity-0 group-hover/cell:opacity-100',
        className,
      )}
    >
      <Box checked={selected} />
    </button>
  )
}
