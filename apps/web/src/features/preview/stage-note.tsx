'use client'

import type { ReactNode } from 'react'
import { FileTile } from '../../components/file-tile.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'

type StageNoteProps = { item: EntryItem; text: string; children?: ReactNode }

/** In place of a file that cannot be shown: what it is, why, and what can be done. */
export function StageNote({ item, text, children }: StageNoteProps) {
  const format = useFormat()
  return (
    <div className="grid h-full place-items-center p-6">
      <div role="status" className="flex max-w-[420px] flex-col items-center gap-3 text-center">
        <FileTile name={item.name} kind="file" category={item.category} form="grid" />
        <p className="text-15 text-ink">{text}</p>
        <p className="text-13 text-ink-3 tabular-nums">{format.size(item.size)}</p>
        <div className="mt-1 flex gap-2">{children}</div>
      </div>
    </div>
  )
}

/** While a file is on its way; nothing for a moment, so that quick ones do not flicker. */
export function StageWaiting({ label }: { label: string }) {
  return (
    <div className="grid h-full place-items-center">
      <span
        role="status"
        aria-label={label}
        className="size-8 animate-spin rounded-full border-2 border-line-2 border-t-accent opacity-0 [animation-delay:150ms] [animation-fill-mode:forwards] motion-safe:animate-[spin_900ms_linear_infinite,fade-in_1ms_150ms_forwards] motion-reduce:opacity-100"
      />
    </div>
  )
}
