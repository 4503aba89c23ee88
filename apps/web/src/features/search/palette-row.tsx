'use client'

import { History, ListFilter } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { FileTile } from '../../components/file-tile.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { MarkedName } from './marked-name.tsx'
import type { PaletteItem } from './palette-items.ts'
import type { Hit } from './schema.ts'

type PaletteRowProps = {
  item: PaletteItem
  active: boolean
  onActive: () => void
  onRun: (showInFolder: boolean) => void
}

/** One line of the palette. The field keeps the focus and says which line is meant. */
export function PaletteRow({ item, active, onActive, onRun }: PaletteRowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field.
    <div
      role="option"
      id={`palette-${item.id}`}
      aria-selected={active}
      onPointerMove={onActive}
      onClick={(event) => onRun(event.ctrlKey || event.metaKey)}
      className={cn(
        'mx-2 flex min-h-11 cursor-default select-none items-center gap-3.5 rounded-button px-3 py-1 phone:min-h-[52px]',
        active && 'bg-select forced-colors:outline-2',
      )}
    >
      <Content item={item} />
    </div>
  )
}

function Content({ item }: { item: PaletteItem }) {
  if (item.kind === 'hit') return <HitContent hit={item.hit} />
  if (item.kind === 'all') return <AllContent found={item.found} />
  const icon = item.kind === 'command' ? item.command.icon : History
  return (
    <>
      <span className="grid size-[26px] shrink-0 place-items-center text-ink-2">
        <Icon of={icon} />
      </span>
      <span className="min-w-0 flex-1 truncate">
        <bdi>{item.kind === 'command' ? item.command.label : item.text}</bdi>
      </span>
      {item.kind === 'command' && item.command.note !== undefined ? (
        <span className="min-w-0 truncate text-12 text-ink-3">
          <bdi>{item.command.note}</bdi>
        </span>
      ) : null}
      {item.kind === 'command' && item.command.keys !== undefined ? <Key>{item.command.keys}</Key> : null}
    </>
  )
}

function HitContent({ hit }: { hit: Hit }) {
  const t = useTranslations('search')
  const shell = useTranslations('shell')
  const format = useFormat()
  const path = [shell('drive'), ...(hit.where ?? []).map(({ name }) => name)].join(' / ')
  const facts =
    hit.kind === 'folder'
      ? t('items', { n: hit.items ?? 0 })
      : `${format.shortDate(hit.modifiedAt)} · ${format.size(hit.size)}`
  return (
    <>
      <FileTile name={hit.name} kind={hit.kind} category={hit.category} />
      <span className="min-w-0 flex-1">
        <MarkedName name={hit.name} ranges={hit.ranges} />
        <span className="block truncate text-12 text-ink-3">
          <bdi>{path}</bdi>
        </span>
      </span>
      <span className="whitespace-nowrap text-12 text-ink-3 tabular-nums [text-autospace:no-autospace]">{facts}</span>
    </>
  )
}

function AllContent({ found }: { found: string }) {
  const t = useTranslations('search')
  return (
    <>
      <span className="grid size-[26px] shrink-0 place-items-center text-ink-2">
        <Icon of={ListFilter} />
      </span>
      <span className="min-w-0 flex-1 truncate text-accent-text">{t('all', { n: found })}</span>
    </>
  )
}

/** A key as it is printed on the keyboard. */
export function Key({ children }: { children: string }) {
  return (
    <kbd className="inline-flex h-5 items-center rounded-tag px-1.5 font-medium font-sans text-11 text-ink-3 inset-ring inset-ring-line-2">
      {children}
    </kbd>
  )
}
