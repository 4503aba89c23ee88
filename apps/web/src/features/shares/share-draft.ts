import type { ShareItem, ShareSettings } from './schema.ts'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 7

/** What the dialog shows: settings, and whether a code is asked for. */
export type Draft = ShareSettings & { withCode: boolean }

/** The end of the day that lies so many days ahead, in the reader's time zone. */
export function endOfDay(now: Date, days: number): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 23, 59, 59).toISOString()
}

/** The end of a day from a date field, '2026-11-28'; undefined for a day that is over. */
export function endOfDate(date: string, now: Date): string | undefined {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const end = new Date(year, month - 1, day, 23, 59, 59)
  return end.getTime() > now.getTime() ? end.toISOString() : undefined
}

/** How many days until the end, for the choice that is shown as chosen. */
export function daysUntil(iso: string, now: Date): number {
  return Math.round((new Date(iso).getTime() - now.getTime()) / DAY_MS)
}

/** Safe defaults: a code, a week, download allowed. */
export function newDraft(now: Date): Draft {
  return {
    withCode: true,
    allowDownload: true,
    expiresAt: endOfDay(now, DEFAULT_DAYS),
    maxDownloads: null,
    maxViews: null,
  }
}

export function draftOf({ hasCode, allowDownload, expiresAt, maxDownloads, maxViews }: ShareItem): Draft {
  return { withCode: hasCode, allowDownload, expiresAt, maxDownloads, maxViews }
}
