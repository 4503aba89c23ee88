'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { nameInSentence } from '../../components/split-name.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { type LoadedFolder, withChanged } from '../../features/drive/entry-cache.ts'
import type { EntryItem } from '../../features/drive/schema.ts'
import type { Step } from '../../features/drive/undo-stack.ts'
import { markEntries, setFavourite, unmark } from '../../features/labels/api-client.ts'
import type { Marked } from '../../features/labels/schema.ts'
import { LABELS_KEY } from '../../lib/entries/labels-key.ts'

/** Stars and tags on entries: shown at once in every list, taken back by undo, or when the server refuses. */
export function useLabelling() {
  const client = useQueryClient()
  const t = useTranslations('labels')
  const { report } = useDrive().changes

  const show = (ids: readonly string[], change: (entry: EntryItem) => Partial<EntryItem>) => {
    const before = client.getQueriesData<LoadedFolder>({ queryKey: ['entries'] })
    for (const [key, loaded] of before) {
      if (loaded === undefined) continue
      const items = loaded.pages.flatMap((page) => page.items).filter(({ id }) => ids.includes(id))
      if (items.length === 0) continue
      client.setQueryData(
        key,
        items.reduce((pages, item) => withChanged(pages, item.id, change(item)), loaded),
      )
    }
    return () => {
      for (const [key, loaded] of before) client.setQueryData(key, loaded)
    }
  }
  const settle = () => {
    void client.invalidateQueries({ queryKey: LABELS_KEY })
    void client.invalidateQueries({ queryKey: ['entries'] })
  }
  const run = async <T>(takeBack: () => void, act: () => Promise<T>, done: (result: T) => void) => {
    report.begin()
    try {
      done(await act())
      settle()
    } catch (error) {
      takeBack()
      report.refused(error)
    } finally {
      report.end()
    }
  }
  const starring = (ids: readonly string[], on: boolean): Step => {
    return async () => {
      await setFavourite(ids, on)
      settle()
      return starring(ids, !on)
    }
  }
  const marking = (marked: Marked): Step => {
    return async () => {
      const back = await unmark(marked)
      settle()
      return marking(back)
    }
  }
  return {
    favourite: (entries: readonly EntryItem[], on: boolean) => {
      const ids = entries.map(({ id }) => id)
      const named = { n: ids.length, name: nameInSentence(entries[0]?.name ?? '') }
      void run(
        show(ids, () => ({ favourite: on })),
        () => setFavourite(ids, on),
        (changed) => report.done(t(on ? 'added' : 'taken', named), starring(changed, !on)),
      )
    },
    tag: (entries: readonly EntryItem[], add: readonly string[], remove: readonly string[]) => {
      const ids = entries.map(({ id }) => id)
      const named = { n: ids.length, name: nameInSentence(entries[0]?.name ?? '') }
      void run(
        () => undefined,
        () => markEntries(ids, add, remove),
        (marked) => report.done(t('changed', named), marking(marked)),
      )
    },
  }
}
