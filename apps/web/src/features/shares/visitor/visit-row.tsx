'use client'

import { Download, Ellipsis, EllipsisVertical, Eye, HardDriveDownload } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import { IconButton } from '../../../components/button.tsx'
import { cn } from '../../../components/class-names.ts'
import { FileName } from '../../../components/file-name.tsx'
import { FileTile } from '../../../components/file-tile.tsx'
import { Icon } from '../../../components/icon.tsx'
import { Menu } from '../../../components/menu.tsx'
import { Thumbnail } from '../../../components/thumbnail.tsx'
import { useFormat } from '../../../i18n/use-format.ts'
import type { VisitedItem } from '../schema.ts'
import { visitedId } from './use-visit-keys.ts'
import { Tick } from './visit-tick.tsx'

export const visitColumns =
  'grid grid-cols-[32px_minmax(0,1fr)_140px_92px] items-center pr-3 phone:grid-cols-[minmax(0,1fr)_44px] phone:pr-0'

export type VisitRowProps = {
  item: VisitedItem
  index: number
  phone: boolean
  selected: boolean
  selecting: boolean
  onOpen: (item: VisitedItem) => void
  /** These are missing where people may only look. */
  onToggle?: ((id: string) => void) | undefined
  onDownload?: ((id: string) => void) | undefined
  onSave?: ((id: string) => void) | undefined
}

/** A file or folder of a link; a press opens it. */
export const VisitRow = memo(function VisitRow(props: VisitRowProps) {
  const { item, index, phone, selected, selecting, onOpen, onToggle } = props
  const t = useTranslations('visitor')
  const format = useFormat()
  const size = item.kind === 'folder' ? t('items', { n: item.items ?? 0 }) : format.size(item.size)
  const meta = 'whitespace-nowrap text-13 text-ink-2 tabular-nums'
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn(
        'group/row relative h-full rounded-button',
        visitColumns,
        selected ? 'bg-select' : 'desk:hover:bg-hover',
      )}
    >
      {phone ? null : (
        <span role="cell" className="relative z-[1] h-full">
          {onToggle === undefined ? null : (
            <button
              type="button"
              role="checkbox"
              aria-checked={selected}
              aria-label={t('select', { name: item.name })}
              onClick={() => onToggle(item.id)}
              className={cn(
                'grid size-full place-items-center',
                !selected && !selecting && 'opacity-0 focus-visible:opacity-100 group-hover/row:opacity-100',
              )}
            >
              <Tick checked={selected} />
            </button>
          )}
        </span>
      )}
      <div role="cell" className={cn('flex min-w-0 items-center', phone ? 'gap-3.5 pl-2' : 'gap-3 pr-4 pl-1')}>
        <span className={cn('relative shrink-0 overflow-hidden', phone ? 'rounded-button' : 'rounded-tile')}>
          <FileTile name={item.name} kind={item.kind} category={item.category} form={phone ? 'phone' : 'row'} />
          {item.thumbnailUrl === undefined ? null : <Thumbnail url={item.thumbnailUrl} />}
        </span>
        <div className="min-w-0">
          <button
            type="button"
            id={visitedId(item.id)}
            aria-label={item.name}
            {...(phone ? { 'aria-describedby': `facts-${item.id}` } : {})}
            onClick={() => onOpen(item)}
            className="block max-w-full text-left after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-button focus-visible:after:outline-2 focus-visible:after:outline-focus"
          >
            <FileName name={item.name} className={phone ? 'text-15' : undefined} />
          </button>
          {phone ? (
            <span id={`facts-${item.id}`} className="mt-px flex gap-1.5 text-12 text-ink-3 tabular-nums">
              {size}
              <span aria-hidden="true">·</span>
              {format.date(item.modifiedAt)}
            </span>
          ) : null}
        </div>
        {phone ? null : <RowActions {...props} />}
      </div>
      {phone ? (
        <div role="cell" className="relative z-[1]">
          <MoreActions {...props} />
        </div>
      ) : (
        <>
          <div role="cell" className={meta}>
            {format.date(item.modifiedAt)}
          </div>
          <div role="cell" className={cn(meta, 'text-right')}>
            {size}
          </div>
        </>
      )}
    </div>
  )
})

function RowActions(props: VisitRowProps) {
  const { item, onOpen, onDownload } = props
  const t = useTranslations('visitor')
  return (
    <span className="relative z-[1] ml-auto flex gap-0.5 opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 coarse:opacity-100">
      <IconButton small label={t('openOf', { name: item.name })} onClick={() => onOpen(item)}>
        <Icon of={Eye} size="small" />
      </IconButton>
      {onDownload === undefined ? null : (
        <>
          <IconButton small label={t('downloadOf', { name: item.name })} onClick={() => onDownload(item.id)}>
            <Icon of={Download} size="small" />
          </IconButton>
          <MoreActions {...props} />
        </>
      )}
    </span>
  )
}

/** What can be done with one item, by name. */
export function MoreActions({ item, phone, onOpen, onDownload, onSave }: VisitRowProps) {
  const t = useTranslations('visitor')
  const change = [
    ...(onDownload === undefined
      ? []
      : [{ id: 'download', label: t('download'), icon: Download, run: () => onDownload(item.id) }]),
    ...(onSave === undefined
      ? []
      : [{ id: 'save', label: t('save'), icon: HardDriveDownload, run: () => onSave(item.id) }]),
  ]
  return (
    <Menu
      label={t('more', { name: item.name })}
      groups={[[{ id: 'open', label: t('open'), icon: Eye, run: () => onOpen(item) }], change]}
      trigger={
        <IconButton small={!phone} label={t('more', { name: item.name })}>
          <Icon of={phone ? EllipsisVertical : Ellipsis} size={phone ? 'large' : 'small'} />
        </IconButton>
      }
    />
  )
}
