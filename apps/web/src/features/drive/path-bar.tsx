'use client'

import {
  ArrowDown,
  ArrowUp,
  ArrowUpDown,
  CalendarDays,
  CaseSensitive,
  ChevronLeft,
  LayoutGrid,
  List,
  ListFilter,
  PanelRight,
  Scale,
} from 'lucide-react'
import { useTranslations } from 'next-intl'
import { IconButton } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import type { MenuGroups } from '../../components/menu-action.ts'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { ROOT_ID } from './api-client.ts'
import { Crumbs } from './crumbs.tsx'
import { useDrive } from './drive-context.tsx'
import { useEntryDoors } from './entry-doors.tsx'
import { PathField } from './path-field.tsx'
import { type Place, placeId, type SearchPlace, searchOf } from './place.ts'
import { isSorted, nextOrder } from './sort-order.ts'
import type { Target } from './use-drive-changes.ts'
import { useListView } from './use-list-view.ts'
import { usePlaceName } from './use-place-name.ts'

type PathBarProps = {
  path: readonly Target[]
  /** There is no such folder: only the way home is shown. */
  lost: boolean
  counts: { total: number; bytes: number } | null
  /** The way is text that is being edited. */
  edited: boolean
  onEdit: (edited: boolean) => void
}

/** Where we are and how much lies here; how it is shown. */
export function PathBar({ path, lost, counts, edited, onEdit }: PathBarProps) {
  const { place } = useDrive()
  const doors = useEntryDoors()
  const name = usePlaceName()
  const inFolder = place?.kind === 'folder'
  return (
    // On phones it is only there until the page knows that it is one.
    <div className="flex h-[52px] shrink-0 items-center gap-1.5 pr-5 pl-4 phone:invisible">
      {edited && inFolder ? <PathField path={path} onClose={() => onEdit(false)} /> : null}
      {place?.kind === 'search' ? <SearchHead place={place} /> : null}
      {(edited && inFolder) || place?.kind === 'search' ? null : (
        <Where path={path} lost={lost} name={name} inFolder={inFolder || place === null} />
      )}
      {place?.kind === 'tag' && !lost ? doors.tagHead?.(place.id) : null}
      {counts === null || (place?.kind === 'search' && counts.total === 0) ? null : <Counts {...counts} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: Ctrl-L does the same. */}
      <span
        className={edited || place?.kind === 'search' ? 'w-2' : 'h-full flex-1'}
        onClick={() => {
          if (inFolder && !lost) onEdit(true)
        }}
      />
      {lost || counts === null || counts.total === 0 ? null : <Narrow place={place} name={name} />}
      {lost || !isSorted(place) ? null : <SortMenu />}
      {lost ? null : <ViewSwitch />}
      {lost ? null : <DetailsSwitch />}
    </div>
  )
}

function SearchHead({ place }: { place: SearchPlace }) {
  const doors = useEntryDoors()
  return (
    <>
      <h1 className="sr-only">{usePlaceName()}</h1>
      {doors.searchHead?.(place)}
    </>
  )
}

/** Leads to a search of what is here, to be narrowed by typing and by type, date and size. `name`: that of a tag. */
function Narrow({ place, name }: { place: Place | null; name: string }) {
  const t = useTranslations('drive')
  const drive = useDrive()
  const search = place === null ? null : searchOf(place, name)
  if (search === null) return null
  return (
    <IconButton label={t('filter')} onClick={() => drive.open(placeId(search))}>
      <Icon of={ListFilter} />
    </IconButton>
  )
}

type WhereProps = { path: readonly Target[]; lost: boolean; name: string; inFolder: boolean }

function Where({ path, lost, name, inFolder }: WhereProps) {
  if (inFolder) return <Crumbs path={path} lost={lost} />
  return (
    <h1 className="truncate px-2 font-semibold text-16">
      <bdi>{name}</bdi>
    </h1>
  )
}

/** The phone's title row: back, the folder's name, how it is shown. */
export function PhoneTitle({ path }: { path: readonly Target[] }) {
  const common = useTranslations('common')
  const drive = useDrive()
  const doors = useEntryDoors()
  const { view, setView } = useListView()
  const t = useTranslations('drive')
  const title = usePlaceName()
  const other = view === 'list' ? 'grid' : 'list'
  const lost = drive.state.status === 'not-found'
  const isSearch = drive.place?.kind === 'search'
  return (
    <div className={cn('flex min-h-12 shrink-0 pr-2 pl-2', isSearch ? 'items-start' : 'items-center')}>
      {path.length === 0 ? (
        <span className="w-2" />
      ) : (
        <IconButton label={common('back')} onClick={() => drive.open(path.at(-2) ?? ROOT_ID)}>
          <Icon of={ChevronLeft} size="large" />
        </IconButton>
      )}
      {drive.place?.kind === 'search' ? (
        <SearchHead place={drive.place} />
      ) : (
        <h1 className="min-w-0 flex-1 truncate pl-0.5 font-semibold text-18 title-tracking">
          <bdi>{title}</bdi>
        </h1>
      )}
      {drive.place?.kind === 'tag' ? doors.tagHead?.(drive.place.id) : null}
      {isSorted(drive.place) && !lost ? <SortMenu /> : null}
      {lost ? null : (
        <IconButton label={t(other)} onClick={() => setView(other)}>
          <Icon of={other === 'grid' ? LayoutGrid : List} size="large" />
        </IconButton>
      )}
    </div>
  )
}

function Counts({ total, bytes }: { total: number; bytes: number }) {
  const t = useTranslations('drive')
  const format = useFormat()
  const items = t('items', { n: total })
  const text = bytes > 0 ? t('counts', { items, size: format.size(bytes) }) : items
  return (
    <span className="ml-1 whitespace-nowrap text-13 text-ink-3 tabular-nums">
      {total === 0 ? t('nothingYet') : text}
    </span>
  )
}

const columns = [
  { sort: 'name', icon: CaseSensitive },
  { sort: 'modified', icon: CalendarDays },
  { sort: 'size', icon: Scale },
] as const

function SortMenu() {
  const t = useTranslations('drive')
  const { preferences, change } = usePreferences()
  const groups: MenuGroups = [
    columns.map(({ sort, icon }) => ({
      id: sort,
      label: t(sort),
      icon,
      checked: preferences.sort === sort,
      run: () => change(preferences.sort === sort ? {} : nextOrder(preferences, sort)),
    })),
    (['asc', 'desc'] as const).map((direction) => ({
      id: direction,
      label: direction === 'asc' ? t('ascending') : t('descending'),
      icon: direction === 'asc' ? ArrowUp : ArrowDown,
      checked: preferences.direction === direction,
      run: () => change({ direction }),
    })),
  ]
  return (
    <Menu
      label={t('sort')}
      groups={groups}
      trigger={
        <IconButton label={t('sort')}>
          <Icon of={ArrowUpDown} />
        </IconButton>
      }
    />
  )
}

function ViewSwitch() {
  const t = useTranslations('drive')
  const { view, setView } = useListView()
  return (
    <Segmented
      label={t('view')}
      value={view}
      onChange={setView}
      segments={[
        { value: 'list', label: t('list'), content: <Icon of={List} size="small" /> },
        { value: 'grid', label: t('grid'), content: <Icon of={LayoutGrid} size="small" /> },
      ]}
    />
  )
}

/** Opens and closes the panel of details; narrow pages have it in the menus. */
function DetailsSwitch() {
  const t = useTranslations('drive')
  const { details } = useEntryDoors()
  if (details === undefined) return null
  return (
    <IconButton
      label={t('details')}
      aria-pressed={details.open}
      onClick={details.toggle}
      className={cn('ml-1', details.open && 'bg-select text-accent-text')}
    >
      <Icon of={PanelRight} />
    </IconButton>
  )
}
