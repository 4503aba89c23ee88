'use client'

import { useLocale } from 'next-intl'
import { useMemo } from 'react'
import { formatClock, formatDate, formatShortDate, formatTime } from './format-date.ts'
import { formatDuration } from './format-duration.ts'
import { formatSize, formatSizePair } from './format-size.ts'

/** The formats of sizes, dates and durations in the reader's language. */
export function useFormat() {
  const locale = useLocale()
  return useMemo(
    () => ({
      size: (bytes: number) => formatSize(bytes, locale),
      sizePair: (part: number, whole: number) => formatSizePair(part, whole, locale),
      date: (iso: string) => formatDate(iso, { now: new Date(), locale }),
      /** '2026-11' as a month of a year. */
      month: (month: string) =>
        new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long' }).format(new Date(`${month}-01T00:00:00`)),
      shortDate: (iso: string) => formatShortDate(iso, { now: new Date(), locale }),
      clock: (local: string) => formatClock(local, locale),
      time: (iso: string) => formatTime(iso, { now: new Date(), locale }),
      duration: (seconds: number) => formatDuration(seconds, locale),
      count: (count: number) => new Intl.NumberFormat(locale).format(count),
    }),
    [locale],
  )
}
