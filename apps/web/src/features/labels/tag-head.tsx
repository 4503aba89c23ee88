'use client'

import { Pencil } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { TagDot } from './tag-dot.tsx'
import { useLabels } from './use-labels.ts'

const TagSettings = dynamic(() => import('./tag-settings.tsx').then((module) => module.TagSettings), { ssr: false })

type TagHeadProps = { id: string; onGone: (intoId: string | null) => void }

/** Beside the name of a tag's page: its colour, and the way to change it. */
export function TagHead({ id, onGone }: TagHeadProps) {
  const t = useTranslations('labels')
  const tag = useLabels()?.tags.find((known) => known.id === id)
  const [editing, setEditing] = useState(false)
  if (tag === undefined) return null
  return (
    <>
      <TagDot colour={tag.colour} />
      <IconButton label={t('edit')} onClick={() => setEditing(true)}>
        <Icon of={Pencil} size="small" />
      </IconButton>
      {editing ? <TagSettings tag={tag} onClose={() => setEditing(false)} onGone={onGone} /> : null}
    </>
  )
}
