'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { useFormat } from '../../i18n/use-format.ts'
import { type ChartScale, linePath, nearest, runsOf, scaleOf, trendOfHistory } from './chart-scale.ts'
import type { DailyValue, Trend } from './forecast.ts'
import type { HistoryPoint } from './schema.ts'
import { FILLING_SHARE } from './storage-state.ts'

const HEIGHT = 208
const MARGIN = { left: 60, right: 12, top: 22, bottom: 24 }
const DAY_MS = 86_400_000
/** A shorter history is told in hours. */
const DAYS_FROM_MS = 2 * DAY_MS

/** Used space as an area, all space as a line, 80 % dashed, what is to come dashed with its band. */
export function HistoryChart({ points }: { points: readonly HistoryPoint[] }) {
  const t = useTranslations('capacity')
  const { ref, width } = useWidth()
  const [chosen, setChosen] = useState<number | null>(null)
  const times = points.map(({ at }) => ({ at: Date.parse(at) }))
  const runs = runsOf(points)
  const dots = runs.flat()
  const total = points.findLast(({ totalBytes }) => totalBytes !== null)?.totalBytes ?? 0
  const trend = trendOfHistory(points)
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom }
  const scale = scaleOf(dots, total, box, trend !== null)
  const valueText = useValueText(inHours(scale))
  const move = (step: number) => setChosen(Math.min(times.length - 1, Math.max(0, (chosen ?? times.length) + step)))
  return (
    <div
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label={t('chartLabel')}
      aria-valuemin={0}
      aria-valuemax={points.length - 1}
      aria-valuenow={chosen ?? points.length - 1}
      aria-valuetext={valueText(points[chosen ?? points.length - 1])}
      className="rounded-tile"
      onPointerMove={(event) => {
        const x = event.clientX - event.currentTarget.getBoundingClientRect().left
        const at = scale.from + ((x - box.left) / (box.right - box.left)) * (scale.to - scale.from)
        setChosen(nearest(times, at))
      }}
      onPointerLeave={() => setChosen(null)}
      onBlur={() => setChosen(null)}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[event.key]
        if (step === undefined) return
        event.preventDefault()
        move(step)
      }}
    >
      <svg aria-hidden="true" width={width} height={HEIGHT} className="block">
        <Lines scale={scale} box={box} total={total} usedFirst={dots[0]?.bytes ?? 0} />
        {runs.map((run) => (
          <Run key={run[0]?.at} dots={run} scale={scale} bottom={box.bottom} />
        ))}
        {trend === null ? null : <Ahead trend={trend} scale={scale} />}
        <Crosshair
          at={chosen === null ? dots.at(-1)?.at : times[chosen]?.at}
          dots={dots}
          isChosen={chosen !== null}
          scale={scale}
          bottom={box.bottom}
        />
      </svg>
      <p aria-hidden="true" className="h-[18px] px-2 text-12 text-ink-2 tabular-nums">
        {chosen === null ? '' : valueText(points[chosen])}
      </p>
    </div>
  )
}

type RunProps = { dots: readonly DailyValue[]; scale: ChartScale; bottom: number }

/** What is known without a break: a line over its area. A lone value is a dot. */
function Run({ dots, scale, bottom }: RunProps) {
  const line = linePath(dots, scale)
  const [first, last] = [dots[0], dots.at(-1)].map((dot) => scale.x(dot?.at ?? 0))
  return (
    <>
      <path d={`${line}L${last} ${bottom}L${first} ${bottom}Z`} fill="var(--accent)" opacity="0.1" />
      <path
        d={`${line}h0`}
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </>
  )
}

type LinesProps = {
  scale: ChartScale
  box: { left: number; right: number; bottom: number }
  total: number
  usedFirst: number
}

function Lines({ scale, box, total, usedFirst }: LinesProps) {
  const t = useTranslations('capacity')
  const format = useFormat()
  // Days would all be the same.
  const axisText = inHours(scale) ? format.time : format.shortDate
  const span = `M${box.left} 0H${box.right}`
  const times = [0, 0.5, 1].map((share) => scale.from + share * (scale.to - scale.from))
  return (
    <g className="fill-ink-3 text-11 tabular-nums">
      {scale.ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${scale.y(tick)})`}>
          <path d={span} stroke="var(--line)" />
          <text x={box.left - 8} y="4" textAnchor="end">
            {format.size(tick)}
          </text>
        </g>
      ))}
      <g transform={`translate(0 ${scale.y(total)})`}>
        <path d={span} stroke="var(--ink-3)" strokeDasharray="1 4" strokeLinecap="round" strokeWidth="1.5" />
        <text x={box.left + 4} y="-5">
          {t('inAll', { s: format.size(total) })}
        </text>
      </g>
      <g transform={`translate(0 ${scale.y(total * FILLING_SHARE)})`}>
        <path d={span} stroke="var(--warn-fill)" strokeDasharray="4 4" />
        {/* On the side where the line of used space does not begin. */}
        <text x={box.left + 4} y={usedFirst > total * FILLING_SHARE ? 13 : -5}>
          80%
        </text>
      </g>
      {times.map((at, index) => (
        <text
          key={at}
          x={scale.x(at)}
          y={box.bottom + 17}
          textAnchor={(['start', 'middle', 'end'] as const)[index] ?? 'middle'}
        >
          {axisText(new Date(at).toISOString())}
        </text>
      ))}
    </g>
  )
}

function Ahead({ trend, scale }: { trend: Trend; scale: ChartScale }) {
  const start: DailyValue = { at: trend.at, bytes: trend.bytes }
  const end = (slope: number): DailyValue => ({
    at: scale.to,
    bytes: Math.max(0, trend.bytes + (slope * (scale.to - trend.at)) / DAY_MS),
  })
  return (
    <>
      <path d={`${linePath([start, end(trend.fast), end(trend.slow)], scale)}Z`} fill="var(--accent)" opacity="0.14" />
      <path
        d={linePath([start, end(trend.slope)], scale)}
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.5"
        strokeDasharray="4 4"
      />
    </>
  )
}

type CrosshairProps = {
  at: number | undefined
  dots: readonly DailyValue[]
  isChosen: boolean
  scale: ChartScale
  bottom: number
}

/** A line where somebody looks, and a dot on the value that is there. */
function Crosshair({ at, dots, isChosen, scale, bottom }: CrosshairProps) {
  if (at === undefined) return null
  const dot = dots.find((one) => one.at === at)
  return (
    <>
      {isChosen ? <path d={`M${scale.x(at)} ${MARGIN.top}V${bottom}`} stroke="var(--control)" /> : null}
      {dot === undefined ? null : (
        <circle
          cx={scale.x(dot.at)}
          cy={scale.y(dot.bytes)}
          r="4"
          fill="var(--accent)"
          stroke="var(--surface)"
          strokeWidth="2"
        />
      )}
    </>
  )
}

function inHours(scale: ChartScale): boolean {
  return scale.to - scale.from < DAYS_FROM_MS
}

function useValueText(withTime: boolean) {
  const t = useTranslations('capacity')
  const format = useFormat()
  return (point: HistoryPoint | undefined) => {
    if (point === undefined) return ''
    const { at, usedBytes, totalBytes } = point
    const date = withTime ? format.date(at) : format.shortDate(at)
    if (usedBytes === null || totalBytes === null) return t('chartGap', { date })
    return t('chartValue', { date, used: format.size(usedBytes), total: format.size(totalBytes) })
  }
}

/** How wide an element is, so that text in a drawing keeps its size. */
function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(428)
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(240, entry?.contentRect.width ?? 428)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { ref, width }
}
