import type { HistoryPoint } from './schema.ts'

const DAY_MS = 86_400_000
const DAYS_MIN = 14
const HORIZON_DAYS = 3650
// Normal quantile of a band that holds nine times out of ten.
const QUANTILE = 1.645

/** Used space at the end of a day. */
export interface DailyValue {
  /** Unix milliseconds. */
  at: number
  bytes: number
}

export interface Trend {
  /** Bytes a day: the middle and both ends of the band. */
  slope: number
  slow: number
  fast: number
  /** Where the line stands at the last value. */
  at: number
  bytes: number
}

/**
 * The line through daily values by Theil and Sen: the median of the slopes between all pairs, so that one day of moving
 * house does not bend it. The band is the confidence interval of that median. Null: fewer than 14 days.
 */
export function trendOf(values: readonly DailyValue[]): Trend | null {
  const sorted = values.toSorted((a, b) => a.at - b.at)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined || last.at - first.at < (DAYS_MIN - 1) * DAY_MS) return null
  if (sorted.length < DAYS_MIN) return null
  const slopes = pairSlopes(sorted)
  const spread = (QUANTILE * kendallDeviation(sorted.length)) / 2
  const slope = quantile(slopes, 0.5)
  const middle = quantile(
    sorted.map(({ at, bytes }) => bytes - (slope * (at - last.at)) / DAY_MS).toSorted((a, b) => a - b),
    0.5,
  )
  return {
    slope,
    slow: at(slopes, slopes.length / 2 - spread),
    fast: at(slopes, slopes.length / 2 + spread),
    at: last.at,
    bytes: middle,
  }
}

/** The points of a history that have numbers. */
export function knownDots(points: readonly HistoryPoint[]): DailyValue[] {
  return points.flatMap(({ at, usedBytes }) => (usedBytes === null ? [] : [{ at: Date.parse(at), bytes: usedBytes }]))
}

/** When so many bytes are reached, in unix milliseconds: null when not within ten years. Now, when they are already. */
export function reachedAt(trend: Trend, bytes: number, slope: number): number | null {
  if (trend.bytes >= bytes) return trend.at
  const days = (bytes - trend.bytes) / slope
  return slope <= 0 || days > HORIZON_DAYS ? null : trend.at + days * DAY_MS
}

function pairSlopes(sorted: readonly DailyValue[]): number[] {
  const slopes: number[] = []
  for (const [index, from] of sorted.entries()) {
    for (const to of sorted.slice(index + 1)) {
      if (to.at > from.at) slopes.push(((to.bytes - from.bytes) * DAY_MS) / (to.at - from.at))
    }
  }
  return slopes.sort((a, b) => a - b)
}

/** Of the number of pairs that rise less those that fall, when there is no trend at all (Kendall). */
function kendallDeviation(count: number): number {
  return Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)
}

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  return (at(sorted, Math.floor(place)) + at(sorted, Math.ceil(place))) / 2
}

function at(sorted: readonly number[], place: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.round(place)))
  return sorted[index] ?? 0
}
