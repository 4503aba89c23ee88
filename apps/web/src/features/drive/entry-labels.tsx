'use client'

import { Link, Save, Star } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { tagTone } from '../../components/tag-tone.ts'
import { useEntryDoors } from './entry-doors.tsx'
import type { EntryItem } from './schema.ts'

const TAGS_SHOWN = 3
/** What is left of a tag that gives way is its dot. */
const LEAST_PX = 20
const GAP_PX = 6

/**
 * The star, the marks of a link and of a kept file, and the tags behind a name; of many tags the first ones. Where there is
 * too little room they give way to the name, down to their dots, before it loses a hundredth of a pixel: that would cost it
 * a letter.
 */
export function EntryLabels({ item, withTags = true }: { item: EntryItem; withTags?: boolean }) {
  const t = useTranslations('labels')
  const drive = useTranslations('drive')
  const { favourite = false, shared = false } = item
  const tags = withTags ? (item.tags ?? []) : []
  const kept = useEntryDoors().keep?.isKept(item.id) === true
  if (!favourite && !shared && !kept && tags.length === 0) return null
  const hidden = tags.slice(TAGS_SHOWN).map(({ name }) => name)
  const count = [favourite, shared, kept, ...tags.slice(0, TAGS_SHOWN), hidden.length > 0].filter(Boolean).length
  const least = { minWidth: count * LEAST_PX + (count - 1) * GAP_PX }
  return (
    <span style={least} className="flex shrink-[99999] items-center gap-1.5">
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
      {kept ? (
        <span role="img" aria-label={drive('keptMark')} title={drive('keptMark')} className="shrink-0 text-ink-3">
          <Save size={14} strokeWidth={2} aria-hidden="true" />
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
