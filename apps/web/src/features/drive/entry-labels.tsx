'use client'

import { Link, Star } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { tagTone } from '../../components/tag-tone.ts'
import type { EntryItem } from './schema.ts'

const TAGS_SHOWN = 3
/** What is left of a tag that gives way is its dot. */
const LEAST_PX = 20
const GAP_PX = 6

/**
 * The star, the mark of a link, and the tags behind a name; of many tags the first ones. Where there is too little room
 * they give way to the name, down to their dots, before it loses a hundredth of a pixel: that would cost it a letter.
 */
export function EntryLabels({ item, className }: { item: EntryItem; className?: string }) {
  const t = useTranslations('labels')
  const drive = useTranslations('drive')
  const { favourite = false, shared = false, tags = [] } = item
  if (!favourite && !shared && tags.length === 0) return null
  const hidden = tags.slice(TAGS_SHOWN).map(({ name }) => name)
  const count = [favourite, shared, ...tags.slice(0, TAGS_SHOWN), hidden.length > 0].filter(Boolean).length
  const least = { minWidth: count * LEAST_PX + (count - 1) * GAP_PX }
  return (
    <span style={least} className={cn('flex shrink-[99999] items-center gap-1.5', className)}>
      {favourite ? (
        <span role="img" aria-label={t('favourite')} title={t('favourite')} className="shrink-0 text-spark">
          <Star size={14} fill="currentColor" strokeWidth={1.5} aria-hidden="true" />
        </span>
      ) : null}
      {shared ? (
        <span role="img" aria-label={drive('sharedMark')} title={drive('sharedMark')} className="shrink-0 text-ink-3">
          <Link size={14} strokeWidth={2} aria-hidden="true" />
        </span>
      ) : null}
      {tags.slice(0, TAGS_SHOWN).map(({ id, name, colour }) => (
        <span
          key={id}
          title={name}
          className="flex h-5 min-w-5 max-w-32 items-center gap-1.5 rounded-tag bg-sunken px-1.5 text-12 text-ink-2 group-aria-selected/row:bg-select-2"
        >
          <span aria-hidden="true" className={cn('size-2 shrink-0 rounded-full bg-current', tagTone(colour))} />
          <bdi className="truncate">{name}</bdi>
        </span>
      ))}
      {hidden.length > 0 ? (
        <span title={hidden.join(', ')} className="shrink-0 text-12 text-ink-3">
          +{hidden.length}
        </span>
      ) : null}
    </span>
  )
}
