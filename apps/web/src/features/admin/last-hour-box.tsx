import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { busiest } from './busiest.ts'
import { ChartBox, ValueTable } from './chart-box.tsx'
import type { RatePoint } from './schema.ts'
import { percentOf } from './storage-state.ts'

const [WIDTH, HEIGHT] = [240, 48]

type LastHourProps = { points: readonly RatePoint[]; csv: string }

/** What a storage took and gave and how busy its disks were, minute by minute. */
export function LastHourBox({ points, csv }: LastHourProps) {
  const t = useTranslations('capacity')
  return (
    <ChartBox title={t('lastHour')} csv={csv}>
      {(isTable) => {
        if (points.length < 2) return <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t('noHistory')}</p>
        return isTable ? <RateTable points={points} /> : <Sparks points={points} />
      }}
    </ChartBox>
  )
}

function RateTable({ points }: { points: readonly RatePoint[] }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { rate, disk } = useValueTexts()
  const rows = points.map(({ at, writtenPerSecond, readPerSecond, busy }) => {
    return { at, cells: [format.date(at), rate(writtenPerSecond), rate(readPerSecond), disk(busy)] }
  })
  return (
    <div className="px-3 pb-3">
      <ValueTable label={t('lastHour')} heads={[t('minute'), t('written'), t('read'), t('diskBusy')]} rows={rows} />
    </div>
  )
}

function Sparks({ points }: { points: readonly RatePoint[] }) {
  const t = useTranslations('capacity')
  const { rate, disk } = useValueTexts()
  const last = points.at(-1)
  const written = points.map(({ writtenPerSecond }) => writtenPerSecond)
  const read = points.map(({ readPerSecond }) => readPerSecond)
  const busy = points.map((point) => busiest(point.busy)?.share ?? null)
  return (
    <div className="flex flex-col gap-3 px-5 pb-4 phone:px-4">
      <Spark what={t('written')} now={rate(last?.writtenPerSecond ?? null)} values={written} colour="var(--accent)" />
      <Spark what={t('read')} now={rate(last?.readPerSecond ?? null)} values={read} colour="var(--category-image)" />
      {busy.every((share) => share === null) ? (
        <p className="flex justify-between gap-3 text-13">
          <span className="text-ink-2">{t('diskBusy')}</span>
          <span className="text-ink-3">{t('diskNotKnown')}</span>
        </p>
      ) : (
        <Spark
          what={t('diskBusy')}
          now={disk(last?.busy ?? [])}
          values={busy}
          top={1}
          colour="var(--category-archive)"
        />
      )}
    </div>
  )
}

/** A disk is named where there are several. */
function useValueTexts() {
  const t = useTranslations('capacity')
  const format = useFormat()
  return {
    rate: (bytes: number | null) => (bytes === null ? '–' : t('perSecond', { s: format.size(Math.round(bytes)) })),
    disk: (busy: RatePoint['busy']) => {
      const most = busiest(busy)
      if (most === null) return '–'
      const percent = `${percentOf(most.share, 1)}%`
      return busy.length > 1 ? `${most.path} ${percent}` : percent
    },
  }
}

type SparkProps = {
  what: string
  now: string
  values: readonly (number | null)[]
  colour: string
  /** What the whole height means; else the highest value. */
  top?: number
}

/** A line of values; where there are none it has a gap. */
function Spark({ what, now, values, colour, top }: SparkProps) {
  const t = useTranslations('capacity')
  return (
    <div>
      <div className="flex justify-between text-13">
        <span className="text-ink-2">{what}</span>
        <b className="font-[550] tabular-nums">{now}</b>
      </div>
      <svg
        role="img"
        aria-label={t('rateLabel', { what, s: now })}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="block h-12 w-full"
      >
        <path
          d={sparkPath(values, top ?? Math.max(1, ...values.map((value) => value ?? 0)))}
          fill="none"
          stroke={colour}
          strokeWidth="1.75"
          vectorEffect="non-scaling-stroke"
          strokeLinejoin="round"
        />
      </svg>
    </div>
  )
}

function sparkPath(values: readonly (number | null)[], top: number): string {
  return values
    .map((value, index) => {
      if (value === null) return ''
      const x = (WIDTH * index) / (values.length - 1)
      const y = HEIGHT - 2 - ((HEIGHT - 4) * value) / top
      const isFirst = (values[index - 1] ?? null) === null
      return `${isFirst ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}
