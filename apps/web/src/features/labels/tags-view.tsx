'use client'

import { Pencil } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Void } from '../../components/void.tsx'
import type { TagItem } from './schema.ts'
import { TagDot } from './tag-dot.tsx'
import { TagSettings } from './tag-settings.tsx'
import { useAskedLabels } from './use-labels.ts'

type TagsViewProps = {
  /** A link to the entries of a tag. */
  link: (tag: TagItem, className: string, children: ReactNode) => ReactNode
}

/** All tags of a person, the most used first. */
export function TagsView({ link }: TagsViewProps) {
  const t = useTranslations('labels')
  const asked = useAskedLabels()
  const [editing, setEditing] = useState<TagItem | null>(null)
  return (
    <>
      <div className="flex h-[52px] shrink-0 items-center px-6 phone:px-4">
        <h1 className="font-semibold text-16 phone:text-18">{t('allTags')}</h1>
      </div>
      <div id="files" className="flex min-h-0 flex-1 flex-col">
        <Asked of={asked}>
          {({ tags }) =>
            tags.length === 0 ? (
              <Void drawing="empty" title={t('empty')} sentence={t('emptyText')} />
            ) : (
              <TagList tags={tags} link={link} onEdit={setEditing} />
            )
          }
        </Asked>
      </div>
      {editing === null ? null : (
        <TagSettings tag={editing} onClose={() => setEditing(null)} onGone={() => setEditing(null)} />
      )}
    </>
  )
}

type TagListProps = TagsViewProps & { tags: readonly TagItem[]; onEdit: (tag: TagItem) => void }

function TagList({ tags, link, onEdit }: TagListProps) {
  const t = useTranslations('labels')
  return (
    <ul className="scrollbar-thin min-h-0 flex-1 overflow-y-auto px-4 pb-6 phone:px-1 phone:pb-24">
      {tags.map((tag) => (
        <li key={tag.id} className="flex items-center rounded-button pr-2 hover:bg-hover">
          {link(
            tag,
            'flex h-11 min-w-0 flex-1 items-center gap-3 rounded-button px-2',
            <>
              <TagDot colour={tag.colour} />
              <bdi className="truncate font-[450]">{tag.name}</bdi>
              <span className="ml-auto text-13 text-ink-3 tabular-nums">{t('items', { n: tag.entries })}</span>
            </>,
          )}
          <IconButton label={`${t('edit')}: ${tag.name}`} className="ml-2" onClick={() => onEdit(tag)}>
            <Icon of={Pencil} size="small" />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}
