'use client'

import { Play, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Tabs } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import { Asked } from '../../components/asked.tsx'
import { IconButton } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { Icon } from '../../components/icon.tsx'
import { Thumbnail } from '../../components/thumbnail.tsx'
import { placeInList, useFocusHandedOn } from '../../components/use-focus-handed-on.ts'
import { usePhone } from '../../components/use-media-query.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { Category, EntryItem } from '../../lib/entries/entry-item.ts'
import { AboutTab } from './about-tab.tsx'
import { ActivityTab } from './activity-tab.tsx'
import { Fact, Facts } from './facts.tsx'
import { MediaTab } from './media-tab.tsx'
import { useDetails } from './use-details.ts'

export type DetailsPanelProps = {
  /** What is selected; empty: nothing. */
  entries: readonly EntryItem[]
  /** Of everything that is selected, also what is not loaded; bytes null when not all are known. */
  count: number
  bytes: number | null
  /** What is shown while nothing is selected. */
  place: { name: string; total: number; bytes: number }
  thumbnail: string | undefined
  /** Missing beside the preview itself: no small picture is shown then. */
  onPreview?: (entry: EntryItem) => void
  onClose: () => void
}

/** What is known about the selection: beside the list, over it on narrower pages, a sheet on phones. */
export function DetailsPanel(props: DetailsPanelProps) {
  const t = useTranslations('details')
  const phone = usePhone()
  const { entries, count, place, onClose } = props
  const only = count === 1 ? entries[0] : undefined
  const title = only?.name ?? (count === 0 ? place.name : t('selected', { n: count }))
  const body = only === undefined ? <Summary {...props} /> : <One key={only.id} {...props} entry={only} />
  if (phone) {
    return (
      <Dialog open onOpenChange={onClose} title={title}>
        <div className="scrollbar-thin overflow-y-auto px-5 pb-8">{body}</div>
      </Dialog>
    )
  }
  return (
    <Aside title={title} onClose={onClose}>
      {body}
    </Aside>
  )
}

type AsideProps = { title: string; onClose: () => void; children: ReactNode }

function Aside({ title, onClose, children }: AsideProps) {
  const t = useTranslations('details')
  const aside = useRef<HTMLElement>(null)
  useFocusHandedOn(aside, placeInList)
  return (
    <aside
      ref={aside}
      aria-label={t('title')}
      onKeyDown={(event) => {
        // Not the list's: there it ends the selection.
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        onClose()
      }}
      className="scrollbar-thin flex w-[340px] shrink-0 flex-col overflow-y-auto border-line border-l bg-surface px-5 pb-8 max-[1279px]:absolute max-[1279px]:inset-y-0 max-[1279px]:right-0 max-[1279px]:z-20 max-[1279px]:shadow-3"
    >
      <div className="flex min-h-[60px] items-center gap-2">
        <h2 className="wrap-anywhere line-clamp-2 min-w-0 flex-1 font-semibold text-15">
          <bdi>{title}</bdi>
        </h2>
        <IconButton label={t('close')} onClick={onClose}>
          <Icon of={X} />
        </IconButton>
      </div>
      {children}
    </aside>
  )
}

function One({ entry, thumbnail, onPreview }: DetailsPanelProps & { entry: EntryItem }) {
  const t = useTranslations('details')
  const asked = useDetails(entry.id, `${entry.name} ${entry.modifiedAt}`)
  const hasMedia = entry.category === 'image' || entry.category === 'video'
  const tabs = ['about', ...(hasMedia ? ['media' as const] : []), 'activity'] as const
  const tab = 'pt-4 outline-none'
  return (
    <>
      {onPreview === undefined ? null : <Picture entry={entry} thumbnail={thumbnail} onPreview={onPreview} />}
      <Tabs.Root defaultValue="about" className="mt-3">
        <Tabs.List className="-mx-5 flex gap-6 border-line border-b px-5">
          {tabs.map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="-mb-px h-10 border-transparent coarse:h-11 coarse:min-w-11 border-b-2 font-medium text-13 text-ink-2 data-[state=active]:border-accent data-[state=active]:text-ink"
            >
              {t(`tab.${name}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="about" className={tab}>
          <AboutTab entry={entry} asked={asked} />
        </Tabs.Content>
        <Tabs.Content value="media" className={tab}>
          <Asked of={asked} small="bare">
            {({ media }) => <MediaTab media={media} />}
          </Asked>
        </Tabs.Content>
        <Tabs.Content value="activity" className={tab}>
          <Asked of={asked} small="bare">
            {({ activity }) => <ActivityTab activity={activity} />}
          </Asked>
        </Tabs.Content>
      </Tabs.Root>
    </>
  )
}

type PictureProps = Pick<Required<DetailsPanelProps>, 'thumbnail' | 'onPreview'> & { entry: EntryItem }

function Picture({ entry, thumbnail, onPreview }: PictureProps) {
  const t = useTranslations('details')
  const look =
    'relative grid aspect-8/5 w-full shrink-0 place-items-center overflow-hidden rounded-card bg-canvas inset-ring inset-ring-line'
  const content = (
    <>
      <FileTile name={entry.name} kind={entry.kind} category={entry.category} form="grid" />
      {thumbnail === undefined ? null : <Thumbnail key={thumbnail} url={thumbnail} />}
      {entry.category === 'video' ? (
        <span className="relative grid size-11 place-items-center rounded-full bg-black/65 text-white">
          <Play size={20} fill="currentColor" aria-hidden="true" />
        </span>
      ) : null}
    </>
  )
  if (entry.kind === 'folder') return <div className={look}>{content}</div>
  return (
    <button
      type="button"
      aria-label={t('open', { name: entry.name })}
      onClick={() => onPreview(entry)}
      className={look}
    >
      {content}
    </button>
  )
}

/** Several entries, or the open place itself. */
function Summary({ entries, count, bytes, place }: DetailsPanelProps) {
  const t = useTranslations('details')
  const drive = useTranslations('drive')
  const format = useFormat()
  if (count === 0) {
    return (
      <div className="flex flex-col gap-4">
        <Facts>
          <Fact name={t('contents')}>{drive('items', { n: place.total })}</Fact>
          <Fact name={drive('size')}>{format.size(place.bytes)}</Fact>
        </Facts>
        <p className="text-13 text-ink-3">{t('nothing')}</p>
      </div>
    )
  }
  // Not all of them may be loaded; then nothing can be said of all.
  const whole = entries.length === count
  const same = <T,>(of: (entry: EntryItem) => T): T | null => {
    const [first, ...rest] = entries.map(of)
    return whole && first !== undefined && rest.every((each) => each === first) ? first : null
  }
  const category = same((entry) => (entry.kind === 'folder' ? 'folder' : (entry.category ?? 'other')))
  const word = (one: 'folder' | Category) => (one === 'folder' ? t('folder') : t(`category.${one}`))
  const date = same((entry) => format.date(entry.modifiedAt))
  return (
    <Facts>
      <Fact name={t('contents')}>{drive('items', { n: count })}</Fact>
      <Fact name={drive('size')}>{bytes === null ? '–' : format.size(bytes)}</Fact>
      <Fact name={t('type')}>{category === null ? '–' : word(category)}</Fact>
      <Fact name={drive('modified')}>{date ?? '–'}</Fact>
    </Facts>
  )
}
