'use client'

import {
  AudioLines,
  CalendarDays,
  ChevronDown,
  CircleDashed,
  Clapperboard,
  File,
  FileText,
  Folder,
  Image,
  type LucideIcon,
  Package,
  Scale,
  Tag,
} from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Chip } from '../../components/chip.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import { tagToken } from '../../lib/tag-token.ts'
import { type FilterKey, filterOf, withFilter } from './edit-query.ts'

const types = [
  { type: 'folder', icon: Folder },
  { type: 'image', icon: Image },
  { type: 'video', icon: Clapperboard },
  { type: 'audio', icon: AudioLines },
  { type: 'document', icon: FileText },
  { type: 'archive', icon: Package },
  { type: 'other', icon: File },
] as const
const sizes = ['>1MB', '>100MB', '>1GB', '<1MB'] as const
const DAY_MS = 86_400_000

type ChipsProps = {
  typed: string
  onTyped: (typed: string) => void
  /** Whether there is a folder that "in this folder" can mean. */
  inFolder: boolean
  tags: readonly string[]
  /** After a choice the keys go on in the field. */
  onReturnFocus: () => void
  className?: string
}

/** Filters to press; they write the tokens that can be typed as well. */
export function PaletteChips({ typed, onTyped, inFolder, tags, onReturnFocus, className }: ChipsProps) {
  const t = useTranslations('search')
  const here = filterOf(typed, 'in') !== null
  const set = (key: FilterKey, token: string | null) => onTyped(withFilter(typed, key, token))
  const starred = filterOf(typed, 'is') !== null
  return (
    <div className={cn('scrollbar-none flex shrink-0 gap-2 overflow-x-auto', className)}>
      <Chip pressed={!here} onClick={() => set('in', null)}>
        {t('everywhere')}
      </Chip>
      {inFolder ? (
        <Chip pressed={here} onClick={() => set('in', 'in:here')}>
          {t('inThisFolder')}
        </Chip>
      ) : null}
      <FilterChip
        onReturnFocus={onReturnFocus}
        label={t('type')}
        chosen={filterOf(typed, 'type')}
        choices={types.map(({ type, icon }) => ({ token: `type:${type}`, label: t(`types.${type}`), icon }))}
        onChoose={(token) => set('type', token)}
      />
      <FilterChip
        onReturnFocus={onReturnFocus}
        label={t('date')}
        chosen={filterOf(typed, 'date')}
        choices={dateChoices(new Date()).map(({ id, token }) => ({
          token,
          label: t(`dates.${id}`),
          icon: CalendarDays,
        }))}
        onChoose={(token) => set('date', token)}
      />
      <FilterChip
        onReturnFocus={onReturnFocus}
        label={t('size')}
        chosen={filterOf(typed, 'size')}
        choices={sizes.map((token) => ({ token, label: token.replace(/([<>])(\d+)/, '$1 $2 '), icon: Scale }))}
        onChoose={(token) => set('size', token)}
      />
      {tags.length > 0 ? (
        <FilterChip
          onReturnFocus={onReturnFocus}
          label={t('tag')}
          chosen={filterOf(typed, 'tag')}
          choices={tags.map((name) => ({ token: tagToken(name), label: name, icon: Tag }))}
          onChoose={(token) => set('tag', token)}
        />
      ) : null}
      <Chip pressed={starred} onClick={() => set('is', starred ? null : 'is:favourite')}>
        {t('favourites')}
      </Chip>
    </div>
  )
}

function dateChoices(now: Date) {
  const day = (date: Date) => date.toISOString().slice(0, 10)
  return [
    { id: 'today', token: `after:${day(now)}` },
    { id: 'week', token: `after:${day(new Date(now.getTime() - 6 * DAY_MS))}` },
    { id: 'month', token: `after:${day(now).slice(0, 7)}` },
    { id: 'year', token: `after:${now.getUTCFullYear()}` },
  ] as const
}

type FilterChipProps = {
  label: string
  chosen: string | null
  choices: readonly { token: string; label: string; icon: LucideIcon }[]
  onChoose: (token: string | null) => void
  onReturnFocus: () => void
}

function FilterChip({ label, chosen, choices, onChoose, onReturnFocus }: FilterChipProps) {
  const t = useTranslations('search')
  const current = choices.find(({ token }) => token === chosen)
  const shown = chosen === null ? label : (current?.label ?? chosen)
  return (
    <Menu
      label={label}
      align="start"
      onReturnFocus={onReturnFocus}
      groups={[
        choices.map(({ token, label: name, icon }) => ({
          id: token,
          label: name,
          icon,
          checked: token === chosen,
          run: () => onChoose(token),
        })),
        ...(chosen === null
          ? []
          : [[{ id: 'any', label: t('any'), icon: CircleDashed, checked: false, run: () => onChoose(null) }]]),
      ]}
      trigger={
        <Chip pressed={chosen !== null} aria-label={`${label}: ${chosen === null ? t('any') : shown}`}>
          {shown}
          <Icon of={ChevronDown} size="tiny" />
        </Chip>
      }
    />
  )
}
