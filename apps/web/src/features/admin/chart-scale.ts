import { type DailyValue, knownDots, type Trend, trendOf } from './forecast.ts'
import type { HistoryPoint } from './schema.ts'

const TICKS_MIN = 3
const FORECAST_SHARE = 0.3
const STEPS = [1, 2, 2.5, 5, 10] as const

/** Where values and times stand in a chart of this size. */
export interface ChartScale {
  x: (at: number) => number
  y: (bytes: number) => number
  /** Round numbers for the lines. */
  ticks: number[]
  from: number
  to: number
}

export interface ChartBox {
  left: number
  right: number
  top: number
  bottom: number
}

/** From 0 to a little above the largest value; the last third is for what is to come, if that is known. */
export function scaleOf(points: readonly { at: number; bytes: number }[], top: number, box: ChartBox, ahead: boolean) {
  const from = points[0]?.at ?? 0
  const last = points.at(-1)?.at ?? 1
  const span = Math.max(1, last - from)
  const to = ahead ? last + span * FORECAST_SHARE : last
  const highest = Math.max(1, top, ...points.map(({ bytes }) => bytes)) * 1.08
  const scale: ChartScale = {
    x: (at) => box.left + ((box.right - box.left) * (at - from)) / Math.max(1, to - from),
    y: (bytes) => box.bottom - ((box.bottom - box.top) * bytes) / highest,
    ticks: ticksTo(highest),
    from,
    to,
  }
  return scale
}

function ticksTo(highest: number): number[] {
  const rough = highest / TICKS_MIN
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = (STEPS.findLast((step) => step * power <= rough) ?? 1) * power
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, index) => index * step)
}

/** Runs of points without a gap between them. */
export function runsOf(points: readonly HistoryPoint[]): DailyValue[][] {
  const runs: DailyValue[][] = [[]]
  for (const point of points) {
    const [dot] = knownDots([point])
    if (dot === undefined) runs.push([])
    else runs.at(-1)?.push(dot)
  }
  return runs.filter((run) => run.length > 0)
}

export function linePath(points: readonly DailyValue[], { x, y }: ChartScale): string {
  return points
    .map(({ at, bytes }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(bytes).toFixed(1)}`)
    .join('')
}

/** The line of a history into the future; null while there is too little of it. */
export function trendOfHistory(points: readonly HistoryPoint[]): Trend | null {
  return trendOf(knownDots(points))
}

/** The point nearest to a place, by index. */
export function nearest(points: readonly { at: number }[], at: number): number {
  const distances = points.map((point) => Math.abs(point.at - at))
  return distances.indexOf(Math.min(...distances))
}
