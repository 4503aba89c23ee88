import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { Box } from './box.tsx'
import type { RatePoint, StorageHistory } from './schema.ts'
import { storageStateNamed } from './storage-state.ts'

const [WIDTH, HEIGHT] = [240, 48]

/** What a storage took and gave, minute by minute. */
export function LastHourBox({ points }: { points: readonly RatePoint[] }) {
  const t = useTranslations('capacity')
  return (
    <Box title={t('lastHour')}>
      {points.length < 2 ? (
        <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t('noHistory')}</p>
      ) : (
        <div className="flex flex-col gap-3 px-5 pb-4 phone:px-4">
          <Spark what={t('written')} values={points.map((point) => point.writtenPerSecond)} colour="var(--accent)" />
          <Spark what={t('read')} values={points.map((point) => point.readPerSecond)} colour="var(--category-image)" />
        </div>
      )}
    </Box>
  )
}

type SparkProps = { what: string; values: readonly number[]; colour: string }

function Spark({ what, values, colour }: SparkProps) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const now = format.size(Math.round(values.at(-1) ?? 0))
  const highest = Math.max(1, ...values)
  const path = values
    .map((value, index) => {
      const x = (WIDTH * index) / (values.length - 1)
      const y = HEIGHT - 2 - ((HEIGHT - 4) * value) / highest
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
  return (
    <div>
      <div className="flex justify-between text-13">
        <span className="text-ink-2">{what}</span>
        <b className="font-[550] tabular-nums">{t('perSecond', { s: now })}</b>
      </div>
      <svg
        role="img"
        aria-label={t('rateLabel', { what, s: now })}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="block h-12 w-full"
      >
        <path
          d={path}
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
