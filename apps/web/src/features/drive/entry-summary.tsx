'use client'

import { FileName } from '../../components/file-name.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { useEntryFacts } from './entry-facts.ts'
import type { EntryItem } from './schema.ts'

/** What a sheet is about. */
export function EntrySummary({ item }: { item: EntryItem | undefined }) {
  const facts = useEntryFacts()
  if (item === undefined) return null
  return (
    <>
      <FileTile name={item.name} kind={item.kind} category={item.category} form="phone" />
      <div className="min-w-0 flex-1">
        <FileName name={item.name} className="text-15" />
        <p className="text-12 text-ink-3 tabular-nums">
          {facts.size(item)} · {facts.shortDate(item)}
        </p>
      </div>
    </>
  )
}
