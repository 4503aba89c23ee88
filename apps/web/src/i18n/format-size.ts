import type { Locale } from './locale.ts'

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const

/** Sizes count in thousands and show three significant digits: 12.4 MB, 3.82 GB, 312 KB, 14 KB. */
export function formatSize(bytes: number, locale: Locale): string {
  const unit = unitOf(bytes)
  return `${significant(bytes / 1000 ** unit, locale)} ${units[unit]}`
}

/** Two sizes in the unit of the larger one, for "2.7 of 3.8 GB": the parts around the word between them. */
export function formatSizePair(part: number, whole: number, locale: Locale): { part: string; whole: string } {
  const unit = unitOf(whole)
  const scale = 1000 ** unit
  const fixed = numberFormat(locale, { maximumFractionDigits: whole / scale < 100 && unit > 0 ? 1 : 0 })
  return { part: fixed.format(part / scale), whole: `${fixed.format(whole / scale)} ${units[unit]}` }
}

function unitOf(bytes: number): number {
  let unit = 0
  let value = bytes
  // 999.5 would be written as 1000 in the smaller unit.
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return unit
}

function significant(value: number, locale: Locale): string {
  return numberFormat(locale, { maximumSignificantDigits: 3 }).format(value)
}

// Making one takes longer than everything else that a row of a list needs.
const made = new Map<string, Intl.NumberFormat>()

function numberFormat(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = made.get(key) ?? new Intl.NumberFormat(locale, options)
  made.set(key, known)
  return known
}
