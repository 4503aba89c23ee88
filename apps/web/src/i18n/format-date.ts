import type { Locale } from './locale.ts'

export type Moment = { now: Date; locale: Locale; timeZone?: string | undefined }

const MINUTE = 60_000
const justNow = { en: 'just now', 'zh-CN': '刚刚' } as const
// Days stand before months in English here, and hours count to 24.
const intlLocale = { en: 'en-GB', 'zh-CN': 'zh-CN' } as const

/** "12 min ago" under an hour, "18 Nov, 06:58" this year, "18 Nov 2025" before; "11月18日 06:58", "2025年11月18日". */
export function formatDate(iso: string, moment: Moment): string {
  const date = new Date(iso)
  const age = moment.now.getTime() - date.getTime()
  if (age >= -MINUTE && age < 60 * MINUTE) return formatAge(age, moment.locale)
  if (yearOf(date, moment) !== yearOf(moment.now, moment)) return formatDay(date, moment, true)
  return formatDayAndTime(iso, moment, false)
}

/** "18 Nov 2026, 06:58" on a clock whose zone nobody knows, like a camera's: `local` has none. */
export function formatClock(local: string, locale: Locale): string {
  const iso = `${local}Z`
  return formatDayAndTime(iso, { now: new Date(iso), locale, timeZone: 'UTC' }, true)
}

function formatDayAndTime(iso: string, moment: Moment, withYear: boolean): string {
  return `${formatDay(new Date(iso), moment, withYear)}${moment.locale === 'en' ? ', ' : ' '}${formatTime(iso, moment)}`
}

/** "06:58", where the day is known. */
export function formatTime(iso: string, moment: Moment): string {
  return format(new Date(iso), moment, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** The day alone, for narrow places: "18 Nov", "18 Nov 2025". */
export function formatShortDate(iso: string, moment: Moment): string {
  const date = new Date(iso)
  return formatDay(date, moment, yearOf(date, moment) !== yearOf(moment.now, moment))
}

function formatDay(date: Date, moment: Moment, withYear: boolean): string {
  const month = moment.locale === 'en' ? 'short' : 'long'
  const text = format(date, moment, { day: 'numeric', month, ...(withYear ? { year: 'numeric' } : {}) })
  return text.replace('Sept', 'Sep')
}

function formatAge(age: number, locale: Locale): string {
  const minutes = Math.floor(age / MINUTE)
  if (minutes < 1) return justNow[locale]
  return locale === 'en' ? `${minutes} min ago` : `${minutes} 分钟前`
}

function yearOf(date: Date, moment: Moment): string {
  return format(date, { ...moment, locale: 'en' }, { year: 'numeric' })
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function format(date: Date, { locale, timeZone }: Moment, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale} ${timeZone ?? ''} ${Object.entries(options).join(' ')}`
  let formatter = formatters.get(key)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(intlLocale[locale], { ...options, timeZone })
    formatters.set(key, formatter)
  }
  return formatter.format(date)
}
