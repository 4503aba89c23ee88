'use client'

import { type ReactNode, useEffect, useState } from 'react'
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

const QUIET_MS = 150

/** While a file is on its way; nothing for a moment, so that quick ones do not flicker. */
export function StageWaiting({ label }: { label: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-label={label} className="grid h-full place-items-center">
      {shown ? <span className="size-8 animate-spin rounded-full border-2 border-line-2 border-t-accent" /> : null}
    </div>
  )
}
