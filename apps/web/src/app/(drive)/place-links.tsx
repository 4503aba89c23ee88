'use client'

import {
  AudioLines,
  Clapperboard,
  Clock,
  File,
  FileText,
  Image,
  Link,
  type LucideIcon,
  Package,
  Star,
  Tag,
  Trash2,
} from 'lucide-react'
import { useTranslations } from 'next-intl'
import { TagDot } from '../../features/labels/tag-dot.tsx'
import { useLabels } from '../../features/labels/use-labels.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { Category } from '../../lib/entries/entry-item.ts'
import { NavLink } from './nav-link.tsx'

const TAGS_SHOWN = 8

const categoryIcons: readonly (readonly [Category, LucideIcon])[] = [
  ['image', Image],
  ['video', Clapperboard],
  ['audio', AudioLines],
  ['document', FileText],
  ['archive', Package],
  ['other', File],
]

type PlaceLinksProps = { onOpened?: (() => void) | undefined }

/** What is gathered from the whole drive, in the sidebar below the folders. */
export function PlaceLinks({ onOpened }: PlaceLinksProps) {
  const t = useTranslations('places')
  const format = useFormat()
  const links = useLabels()?.links ?? 0
  return (
    <nav aria-label={t('places')} className="mt-px flex flex-col gap-px">
      <NavLink href="/recent" icon={Clock} onOpened={onOpened}>
        {t('recent')}
      </NavLink>
      <NavLink href="/favourites" icon={Star} onOpened={onOpened}>
        {t('favourites')}
      </NavLink>
      <NavLink href="/shared" icon={Link} onOpened={onOpened} note={links > 0 ? format.count(links) : undefined}>
        {t('shared')}
      </NavLink>
      <NavLink href="/trash" icon={Trash2} onOpened={onOpened}>
        {t('trash')}
      </NavLink>
      <CategoryLinks onOpened={onOpened} />
      <TagLinks onOpened={onOpened} />
    </nav>
  )
}

function SectionTitle({ children }: { children: string }) {
  return <h2 className="px-2.5 pt-4 pb-1.5 font-[550] text-12 text-ink-3">{children}</h2>
}

function CategoryLinks({ onOpened }: PlaceLinksProps) {
  const t = useTranslations('places')
  const format = useFormat()
  const counts = new Map(useLabels()?.categories.map(({ category, files }) => [category, files]))
  return (
    <>
      <SectionTitle>{t('categories')}</SectionTitle>
      {categoryIcons.map(([category, icon]) => (
        <NavLink
          key={category}
          href={`/category/${category}`}
          icon={icon}
          onOpened={onOpened}
          note={counts.has(category) ? format.count(counts.get(category) ?? 0) : undefined}
        >
          {t(`category.${category}`)}
        </NavLink>
      ))}
    </>
  )
}

function TagLinks({ onOpened }: PlaceLinksProps) {
  const t = useTranslations('places')
  const format = useFormat()
  const tags = useLabels()?.tags ?? []
  if (tags.length === 0) return null
  return (
    <>
      <SectionTitle>{t('tags')}</SectionTitle>
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <NavLink
          key={tag.id}
          href={`/tag/${tag.id}`}
          mark={<TagDot colour={tag.colour} />}
          onOpened={onOpened}
          note={tag.entries > 0 ? format.count(tag.entries) : undefined}
        >
          <bdi>{tag.name}</bdi>
        </NavLink>
      ))}
      <NavLink href="/tags" icon={Tag} onOpened={onOpened}>
        {t('allTags')}
      </NavLink>
    </>
  )
}
