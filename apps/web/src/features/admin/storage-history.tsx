import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { Box } from './box.tsx'
import { ChartBox, ValueTable } from './chart-box.tsx'
import type { RatePoint, StorageHistory } from './schema.ts'
import { storageStateNamed } from './storage-state.ts'

const [WIDTH, HEIGHT] = [240, 48]

type LastHourProps = { points: readonly RatePoint[]; csv: string }

/** What a storage took and gave, minute by minute. */
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
  const rate = (bytes: number | null) => (bytes === null ? '–' : t('perSecond', { s: format.size(Math.round(bytes)) }))
  const rows = points.map(({ at, writtenPerSecond, readPerSecond }) => {
    return { at, cells: [format.date(at), rate(writtenPerSecond), rate(readPerSecond)] as const }
  })
  return (
    <div className="px-3 pb-3">
      <ValueTable label={t('lastHour')} heads={[t('minute'), t('written'), t('read')]} rows={rows} />
    </div>
  )
}

function Sparks({ points }: { points: readonly RatePoint[] }) {
  const t = useTranslations('capacity')
  return (
    <div className="flex flex-col gap-3 px-5 pb-4 phone:px-4">
      <Spark what={t('written')} values={points.map((point) => point.writtenPerSecond)} colour="var(--accent)" />
      <Spark what={t('read')} values={points.map((point) => point.readPerSecond)} colour="var(--category-image)" />
    </div>
  )
}

type SparkProps = { what: string; values: readonly (number | null)[]; colour: string }

/** A line of values; where there are none it has a gap. */
function Spark({ what, values, colour }: SparkProps) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const last = values.at(-1) ?? null
  const now = last === null ? '–' : t('perSecond', { s: format.size(Math.round(last)) })
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
          d={sparkPath(values)}
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

function sparkPath(values: readonly (number | null)[]): string {
  const highest = Math.max(1, ...values.map((value) => value ?? 0))
  return values
    .map((value, index) => {
      if (value === null) return ''
      const x = (WIDTH * index) / (values.length - 1)
      const y = HEIGHT - 2 - ((HEIGHT - 4) * value) / highest
      const isFirst = (values[index - 1] ?? null) === null
      return `${isFirst ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}

/** When it changed its state. */
export function EventsBox({ events }: Pick<StorageHistory, 'events'>) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const word = (state: string) => t(`state_${storageStateNamed(state)}`)
  return (
    <Box title={t('events')}>
      {events.length === 0 ? <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t('noEvents')}</p> : null}
      <ul className="px-5 pb-3 text-13 phone:px-4">
        {events.map(({ at, from, to }) => (
          <li key={at} className="flex min-h-[34px] items-center gap-3.5">
            <span className="w-[112px] shrink-0 text-ink-3 tabular-nums">{format.date(at)}</span>
            <span className="min-w-0">
              {from === null ? t('eventFirst', { to: word(to) }) : t('eventChange', { from: word(from), to: word(to) })}
            </span>
          </li>
        ))}
      </ul>
    </Box>
  )
}
