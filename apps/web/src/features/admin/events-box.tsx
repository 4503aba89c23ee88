import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { Box } from './box.tsx'
import type { StorageHistory } from './schema.ts'
import { storageStateNamed } from './storage-state.ts'

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
