'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { Dialog as Radix } from 'radix-ui'
import { type ComponentType, useEffect, useRef, useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { Drafts } from './drafts.ts'
import { EditorBar } from './editor-bar.tsx'
import type { EditorDoors, Unopened } from './editor-doors.ts'
import { TEXT_BYTES_MAX } from './text-form.ts'
import { useVisibleHeight } from './use-visible-height.ts'
import { WritingDesk } from './writing-desk.tsx'

export type EditorProps = {
  id: string
  doors: EditorDoors
  /** Whose drafts are kept on this device. */
  person: string
  /** Markdown as a page. */
  Markdown: ComponentType<{ text: string; name: string; complete: boolean }>
  /** Where a person sees the file as it is stored now. */
  addressOf: (id: string) => string
  onUnsaved: (unsaved: boolean) => void
  /** Somebody wants to leave while something is not saved. */
  asked: boolean
  onAsk: () => void
  onStay: () => void
  /** Nothing holds the page any more. */
  onLeave: () => void
  /** Focus goes back to where the editor was opened from. */
  onReturnFocus: () => void
}

/** One text over the whole window, to be written. */
export function Editor(props: EditorProps) {
  const { id, doors, person, onAsk, onReturnFocus } = props
  const t = useTranslations('editor')
  const content = useRef<HTMLDivElement>(null)
  const [drafts] = useState(() => new Drafts(person))
  useEffect(() => void drafts.tidy(), [drafts])
  useVisibleHeight(content)
  const opened = useQuery({
    queryKey: ['edited', id],
    queryFn: async ({ signal }) => {
      const [file, draft] = await Promise.all([doors.open(id, signal), drafts.find(id)])
      return { file, draft }
    },
    // What is written must not be taken away by something newer: that is found out by saving.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    networkMode: 'always',
    retry: false,
  })
  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onAsk())}>
      <Radix.Portal>
        <Radix.Content
          ref={content}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            content.current?.focus()
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            onReturnFocus()
          }}
          className="fixed inset-x-0 top-0 z-40 flex h-dvh animate-fade flex-col bg-surface text-ink outline-none"
        >
          {opened.data === undefined || 'reason' in opened.data.file ? (
            <EditorBar title={opened.data?.file.item.name ?? t('opening')} onClose={onAsk} />
          ) : null}
          <Asked of={opened}>
            {({ file, draft }) =>
              'reason' in file ? (
                <Note of={file} />
              ) : (
                <WritingDesk {...props} key={id} file={file} draft={draft} drafts={drafts} />
              )
            }
          </Asked>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** In place of a text that cannot be written in here. */
function Note({ of: { item, reason } }: { of: Unopened }) {
  const t = useTranslations('editor')
  const format = useFormat()
  return (
    <div role="status" className="m-auto flex max-w-[420px] flex-col items-center gap-3 p-6 text-center">
      <FileTile name={item.name} kind="file" category={item.category} form="grid" />
      <p className="text-15">{t(reason, { size: format.size(TEXT_BYTES_MAX) })}</p>
      <p className="text-13 text-ink-3 tabular-nums">{format.size(item.size)}</p>
    </div>
  )
}
