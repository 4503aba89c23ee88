'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import type { EntryItem } from './schema.ts'
import type { CopyCount, KnownCopies } from './use-copies.ts'

/** What is written beside a name: size or number of items, date, copies; and all of it as one sentence for readers. */
export function useEntryFacts() {
  const t = useTranslations('drive')
  const shell = useTranslations('shell')
  const format = useFormat()
  const size = (item: EntryItem) =>
    item.kind === 'folder' ? t('items', { n: item.items ?? 0 }) : format.size(item.size)
  const copies = ({ have, want }: CopyCount) => t('copiesOf', { have, want })
  return {
    size,
    date: (item: EntryItem) => format.date(item.modifiedAt),
    shortDate: (item: EntryItem) => format.shortDate(item.modifiedAt),
    copies,
    /** The folders above, where an entry brings them along. */
    where: ({ where = [] }: EntryItem) => [shell('drive'), ...where.map(({ name }) => name)].join(' / '),
    label: (item: EntryItem, count: KnownCopies) =>
      [item.name, size(item), format.date(item.modifiedAt), ...(count == null ? [] : [copies(count)])].join(', '),
  }
}
