'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../components/button.tsx'
import { useDrive } from './drive-context.tsx'

/** How long things stay in trash, and the way to be rid of all of them. */
export function TrashBar({ onEmpty }: { onEmpty: () => void }) {
  const t = useTranslations('trash')
  const { total, trashDays } = useDrive().state
  if (trashDays === null) return null
  return (
    <div className="flex min-h-8 shrink-0 items-center gap-3 pr-5 pb-1 pl-6 text-13 text-ink-3 phone:px-4">
      <p className="min-w-0 flex-1">{t('hint', { n: trashDays })}</p>
      {total > 0 ? (
        <Button kind="danger" size="sm" onClick={onEmpty}>
          {t('empty')}
        </Button>
      ) : null}
    </div>
  )
}
