'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { useFormat } from '../../i18n/use-format.ts'
import { useDrive } from './drive-context.tsx'
import { groupingOf, type Heading, headingsAt } from './entry-headings.ts'
import type { EntryItem } from './schema.ts'

/** The headings between the entries of the open place, by the position of the entry below. */
export function useHeadings(items: readonly EntryItem[]): ReadonlyMap<number, string> {
  const t = useTranslations('places')
  const format = useFormat()
  const { place, order } = useDrive()
  return useMemo(() => {
    const text = (heading: Heading) => (typeof heading === 'string' ? t(heading) : format.month(heading.month))
    const headings = headingsAt(items, groupingOf(place, order.sort, new Date()))
    return new Map([...headings].map(([index, heading]) => [index, text(heading)]))
  }, [items, place, order.sort, t, format])
}
