'use client'

import dynamic from 'next/dynamic'
import { type ReactNode, useRef, useState } from 'react'
import type { Chosen } from '../../features/drive/chosen.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'
import { placeId } from '../../features/drive/place.ts'
import type { EntryItem } from '../../features/drive/schema.ts'
import { focusEntry } from '../../features/drive/use-folder-pane.ts'
import { TagHead } from '../../features/labels/tag-head.tsx'
import { useLabelling } from './use-labelling.ts'

const TagEditor = dynamic(() => import('../../features/labels/tag-editor.tsx').then((module) => module.TagEditor), {
  ssr: false,
})

const TypeChips = dynamic(() => import('../../features/labels/type-chips.tsx').then((module) => module.TypeChips), {
  ssr: false,
})

/** Stars and tags for the drive's entries. */
export function useLabelDoors(): {
  doors: Pick<EntryDoors, 'favourite' | 'tags' | 'tagHead' | 'typeChips'>
  dialog: ReactNode
} {
  const labelling = useLabelling()
  const drive = useDrive()
  // Each type is a list of its own; who has pressed its chip goes on there.
  const pressed = useRef<string | null>(null)
  const [tagging, setTagging] = useState<{ entries: readonly EntryItem[]; all: Chosen | undefined } | null>(null)
  return {
    doors: {
      favourite: labelling.favourite,
      tags: (entries, all) => setTagging({ entries, all }),
      tagHead: (id) => (
        <TagHead id={id} onGone={(intoId) => drive.open(intoId === null ? '~favourites' : `~tag.${intoId}`)} />
      ),
      typeChips: ({ category, type }) => (
        <TypeChips
          category={category}
          type={type}
          focused={pressed.current === category}
          onFocused={() => {
            pressed.current = null
          }}
          onType={(wanted) => {
            pressed.current = category
            drive.open(placeId({ kind: 'category', category, ...(wanted === undefined ? {} : { type: wanted }) }))
          }}
        />
      ),
    },
    dialog:
      tagging === null ? null : (
        <TagEditor
          entries={tagging.entries}
          all={tagging.all}
          onClose={() => setTagging(null)}
          onChange={(add, remove) => {
            if (tagging.all === undefined) labelling.tag(tagging.entries, add, remove)
            else drive.changes.act({ kind: 'tag', chosen: tagging.all, tags: { add, remove } })
          }}
          onReturnFocus={() => focusEntry(tagging.entries[0]?.id ?? null)}
        />
      ),
  }
}
