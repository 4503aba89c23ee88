'use client'

import { Check, Clock, Download, Ellipsis, EllipsisVertical, Link } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type MouseEvent, memo } from 'react'
import { IconButton } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { FileName } from '../../components/file-name.tsx'
import { Icon } from '../../components/icon.tsx'
import { Stones } from '../../components/stones.tsx'
import { useEntryFacts } from './entry-facts.ts'
import { EntryLabels } from './entry-labels.tsx'
import { EntryPicture } from './entry-picture.tsx'
import type { EntryItem } from './schema.ts'
import { Leaves, TrashCells, trashColumns } from './trash-cells.tsx'
import type { KnownCopies } from './use-copies.ts'
import { dropLook, useDropTarget } from './use-drop-target.ts'
import type { EntryHandlers } from './use-entry-pointer.ts'

/** Columns of the list; Copies needs a wide page, phones have one column and a button. */
export const rowColumns =
  'grid grid-cols-[32px_minmax(0,1fr)_140px_92px] items-center pr-3 wide:grid-cols-[32px_minmax(0,1fr)_72px_140px_92px]'

/** The same where entries come from the whole drive: with the folder that each lies in. */
export const gatheredColumns =
  'grid grid-cols-[32px_minmax(0,1fr)_140px_92px] items-center pr-3 wide:grid-cols-[32px_minmax(0,1fr)_minmax(0,240px)_72px_140px_92px]'

export type EntryRowProps = {
  item: EntryItem
  /** Position among all entries of the folder, from 0. */
  index: number
  selected: boolean
  /** Something is selected: every row shows its checkbox. */
  selecting: boolean
  /** Tab leads here. */
  current: boolean
  waiting: boolean
  copies: KnownCopies
  thumbnail: string | undefined
  form: 'desk' | 'phone'
  handlers: EntryHandlers
}

// One finger that goes sideways is ours; up and down it scrolls, and two enlarge the page.
const sideways = { touchAction: 'pan-y pinch-zoom' } as const

export const EntryRow = memo(function EntryRow(props: EntryRowProps) {
  const { item, index, selected, selecting, current, waiting, copies, thumbnail, form, handlers } = props
  const facts = useEntryFacts()
  const folder = item.kind === 'folder'
  const drop = useDropTarget({ target: folder ? item : null })
  const phone = form === 'phone'
  return (
    <div
      role="row"
      id={`entry-${item.id}`}
      data-entry={item.id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-label={facts.label(item, copies)}
      tabIndex={current ? 0 : -1}
      draggable={!phone}
      style={sideways}
      {...handlers.row(item)}
      {...drop.handlers}
      className={cn(
        'group/row min-h-0 flex-1 select-none rounded-button outline-offset-[-2px] focus-visible:outline-2 focus-visible:outline-focus',
        phone ? 'grid items-center' : columnsOf(item),
        phone && (selecting ? 'grid-cols-[44px_minmax(0,1fr)] pr-3' : 'grid-cols-[minmax(0,1fr)_44px]'),
        selected ? 'bg-select forced-colors:outline-2' : 'desk:hover:bg-hover',
        drop.over && dropLook,
      )}
    >
      {phone && !selecting ? null : (
        <RowCheckbox item={item} selected={selected} shown={selecting || selected} handlers={handlers} />
      )}
      <div
        role="gridcell"
        className={cn(
          'flex min-w-0 items-center',
          phone ? 'gap-3.5' : 'gap-3 pr-4 pl-1',
          phone && !selecting && 'pl-3',
        )}
      >
        <EntryPicture item={item} thumbnail={thumbnail} phone={phone} />
        <span className="min-w-0">
          <FileName name={item.name} className={phone ? 'text-15' : undefined} />
          {phone ? <PhoneFacts item={item} copies={copies} /> : null}
        </span>
        <EntryLabels item={item} />
        {waiting ? <WaitingMark /> : null}
        {phone || item.leavesAt !== undefined ? null : <HoverActions item={item} handlers={handlers} />}
      </div>
      {phone ? null : <Facts item={item} copies={copies} handlers={handlers} />}
      {phone && !selecting ? <PhoneMore item={item} handlers={handlers} /> : null}
    </div>
  )
})

type PartProps = { item: EntryItem; handlers: EntryHandlers }

function RowCheckbox({ item, selected, shown, handlers }: PartProps & { selected: boolean; shown: boolean }) {
  const t = useTranslations('drive')
  return (
    <div
      role="gridcell"
      className={cn('grid h-full place-items-center', !shown && 'opacity-0 group-hover/row:opacity-100')}
    >
      <button
        type="button"
        role="checkbox"
        aria-checked={selected}
        aria-label={t('select', { name: item.name })}
        tabIndex={-1}
        onClick={(event: MouseEvent) => handlers.tick(event, item)}
        className="grid h-full w-full touch-none place-items-center"
      >
        <Box checked={selected} />
      </button>
    </div>
  )
}

/** The drawing of a checkbox. */
export function Box({ checked }: { checked: boolean | 'mixed' }) {
  return (
    <span
      className={cn(
        'grid size-4 place-items-center rounded-tag phone:size-[22px] phone:rounded-tile forced-colors:border',
        checked === false ? 'inset-ring-[1.5px] inset-ring-control' : 'bg-accent text-on-accent',
      )}
    >
      {checked === true ? <Icon of={Check} size="tiny" strokeWidth={3} className="size-3 phone:size-[15px]" /> : null}
      {checked === 'mixed' ? <span className="h-0.5 w-2 rounded-full bg-current" /> : null}
    </span>
  )
}

function HoverActions({ item, handlers }: PartProps) {
  const t = useTranslations('drive')
  return (
    <span className="ml-auto hidden gap-0.5 pr-3 pl-2 group-hover/row:flex coarse:flex">
      <IconButton
        small
        tabIndex={-1}
        label={t('shareOf', { name: item.name })}
        onClick={(event) => handlers.share(event, item)}
      >
        <Icon of={Link} size="small" />
      </IconButton>
      {item.kind === 'file' ? (
        <IconButton
          small
          tabIndex={-1}
          label={t('downloadOf', { name: item.name })}
          onClick={(event) => handlers.download(event, item)}
        >
          <Icon of={Download} size="small" />
        </IconButton>
      ) : null}
      <IconButton
        small
        tabIndex={-1}
        label={t('moreFor', { name: item.name })}
        onClick={(event) => handlers.more(event, item)}
      >
        <Icon of={Ellipsis} size="small" />
      </IconButton>
    </span>
  )
}

function columnsOf({ leavesAt, where }: EntryItem): string {
  if (leavesAt !== undefined) return trashColumns
  return where === undefined ? rowColumns : gatheredColumns
}

type FactsProps = PartProps & { copies: KnownCopies }

function Facts({ item, ...rest }: FactsProps) {
  return item.leavesAt === undefined ? <RowFacts item={item} {...rest} /> : <TrashCells item={item} />
}

function RowFacts({ item, copies, handlers }: FactsProps) {
  const facts = useEntryFacts()
  const meta = 'whitespace-nowrap text-13 text-ink-2 tabular-nums [text-autospace:no-autospace]'
  return (
    <>
      {item.where === undefined ? null : <Where item={item} handlers={handlers} />}
      <div role="gridcell" className="hidden place-items-center wide:grid">
        <Copies copies={copies} />
      </div>
      <div role="gridcell" className={meta}>
        {facts.date(item)}
      </div>
      <div role="gridcell" className={cn(meta, 'text-right')}>
        {facts.size(item)}
      </div>
    </>
  )
}

function Copies({ copies }: { copies: KnownCopies }) {
  const t = useTranslations('drive')
  const facts = useEntryFacts()
  if (copies === undefined) return null
  if (copies !== null) return <Stones have={copies.have} want={copies.want} label={facts.copies(copies)} />
  const asking = t('askingCopies')
  return <i role="img" aria-label={asking} title={asking} className="h-3 w-5 animate-late rounded-tag bg-skeleton" />
}

/** The folder that something found lies in; pressed, it opens with the entry in view. */
function Where({ item, handlers }: PartProps) {
  const t = useTranslations('drive')
  const path = useEntryFacts().where(item)
  return (
    <div role="gridcell" className="hidden min-w-0 pr-4 wide:block">
      <button
        type="button"
        tabIndex={-1}
        title={path}
        aria-label={`${t('showInFolder')}: ${path}`}
        onClick={(event) => handlers.show(event, item)}
        className="block max-w-full truncate rounded-tile text-left text-13 text-ink-3 hover:text-ink hover:underline"
      >
        <bdi>{path}</bdi>
      </button>
    </div>
  )
}

function PhoneFacts({ item, copies }: { item: EntryItem; copies: KnownCopies }) {
  const t = useTranslations('drive')
  const facts = useEntryFacts()
  const incomplete = copies != null && copies.have < copies.want
  return (
    <span className="mt-px flex min-w-0 items-center gap-1.5 whitespace-nowrap text-12 text-ink-3 tabular-nums [text-autospace:no-autospace]">
      {facts.size(item)}
      <span aria-hidden="true">·</span>
      {item.leavesAt === undefined ? facts.date(item) : <Leaves item={item} />}
      {item.where === undefined || item.leavesAt !== undefined ? null : (
        <>
          <span aria-hidden="true">·</span>
          <bdi className="min-w-0 truncate">{facts.where(item)}</bdi>
        </>
      )}
      {incomplete ? (
        <>
          <span aria-hidden="true">·</span>
          <Stones have={copies.have} want={copies.want} label={facts.copies(copies)} />
          <span className="text-warn">{t('copiesShort', copies)}</span>
        </>
      ) : null}
    </span>
  )
}

function PhoneMore({ item, handlers }: PartProps) {
  const t = useTranslations('drive')
  return (
    <div role="gridcell">
      <IconButton
        tabIndex={-1}
        label={t('moreFor', { name: item.name })}
        onClick={(event) => handlers.more(event, item)}
      >
        <Icon of={EllipsisVertical} size="large" />
      </IconButton>
    </div>
  )
}

function WaitingMark() {
  const t = useTranslations('drive')
  return (
    <span role="img" aria-label={t('waiting')} title={t('waiting')} className="shrink-0 text-ink-3">
      <Icon of={Clock} size="tiny" />
    </span>
  )
}
