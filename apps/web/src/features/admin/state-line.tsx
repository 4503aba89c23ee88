import { RefreshCw } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { type CatchUp, catchUpOf } from './catch-up.ts'
import type { StorageView } from './cluster-view.ts'

/** Shown only while something is on its way, or when the storage does not tell. */
export function StateLine({ storage }: { storage: StorageView }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { recordsBehind, bytesBehind, silence } = storage
  if (silence !== null) {
    return (
      <p className="mx-6 mb-4 rounded-dialog bg-warn-soft px-5 py-3.5 text-13 phone:mx-4">
        {t(silence === 'away' ? 'doesNotAnswer' : 'doesNotTell')}
      </p>
    )
  }
  if (recordsBehind === null || recordsBehind === 0) return null
  return (
    <div className="mx-6 mb-4 flex items-center gap-4 rounded-dialog bg-select px-5 py-3.5 text-13 phone:mx-4">
      <Icon of={RefreshCw} className="shrink-0 text-accent-text" />
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-6 gap-y-2">
        <p className="min-w-0 flex-1 basis-72">
          {t('catchingUp', { n: recordsBehind, s: format.size(bytesBehind ?? 0) })}
        </p>
        <Progress {...catchUpOf(storage)} />
      </div>
    </div>
  )
}

function Progress({ share, secondsLeft }: CatchUp) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const left = secondsLeft === null ? null : t('timeLeft', { t: format.duration(secondsLeft) })
  if (share === null) return left === null ? null : <p className="text-12 text-ink-2 tabular-nums">{left}</p>
  const percent = Math.floor(100 * share)
  const words = left === null ? `${percent}%` : t('caughtUp', { p: percent, left })
  return (
    <div className="w-52 phone:w-full">
      <div
        role="progressbar"
        aria-label={t('catchUpLabel')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={words}
        className="h-2 overflow-hidden rounded-full bg-surface inset-ring inset-ring-line forced-colors:border"
      >
        <i className="block h-full bg-accent forced-colors:bg-[CanvasText]" style={{ width: `${percent}%` }} />
      </div>
      <p aria-hidden="true" className="mt-1 text-right text-12 text-ink-2 tabular-nums">
        {words}
      </p>
    </div>
  )
}
