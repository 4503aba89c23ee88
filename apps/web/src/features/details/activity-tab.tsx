'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import type { EntryDetails } from '../../lib/entry-details.ts'

const kinds = [
  'added',
  'renamed',
  'moved',
  'copied',
  'trashed',
  'restored',
  'shared',
  'unshared',
  'replaced',
  'edited',
] as const

/** What happened to an entry, the newest first. */
export function ActivityTab({ activity }: { activity: EntryDetails['activity'] }) {
  const t = useTranslations('details')
  const format = useFormat()
  if (activity.length === 0) return <p className="text-13 text-ink-3">{t('noActivity')}</p>
  return (
    <ol className="space-y-3 text-13">
      {activity.map(({ kind, at, actor, detail }, index) => {
        const known = kinds.find((each) => each === kind)
        const names = [detail['from'], detail['to']].filter((name) => name !== undefined)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two things can happen in the same millisecond.
          <li key={`${at} ${index}`}>
            <p>
              <b className="font-medium">{actor ?? t('somebody')}</b> {known === undefined ? kind : t(`did.${known}`)}
            </p>
            {names.length === 0 ? null : (
              <p className="wrap-anywhere text-ink-2">
                <bdi>{names.join(' → ')}</bdi>
              </p>
            )}
            <p className="text-12 text-ink-3 tabular-nums">{format.date(at)}</p>
          </li>
        )
      })}
    </ol>
  )
}
